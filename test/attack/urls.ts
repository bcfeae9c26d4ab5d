import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Resolve } from '../../runtimes/calling/pinned-web-fetch.ts'

/** A server on this very host, which no caller may reach through us. */
export interface Trap {
  port: number
  /** How often somebody came. */
  visits(): number
  close(): void
}

export async function openTrap(): Promise<Trap> {
  let visits = 0
  const server: Server = createServer((_, response) => {
    visits++
    response.setHeader('content-type', 'text/plain').end('the secret of the trap')
  })
  server.on('connection', () => visits++)
  await new Promise<void>((resolve) => server.listen(0, resolve))
  return {
    port: (server.address() as AddressInfo).port,
    visits: () => visits,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Ways to write the address of this host, of its neighbours, or of something that is no web server at all. */
export const hostileUrls = (port: number): string[] => [
  ...HOSTS.map((host) => `http://${host}:${port}/`),
  ...OTHERS,
  `http:\\\\127.0.0.1:${port}/`,
  `\thttp://127.0.0.1:${port}/`,
  `http://user:secret@127.0.0.1:${port}/`,
  `http://public.test\\@127.0.0.1:${port}/`,
  `HTTP://127.0.0.1:${port}#@public.test/`,
]

const HOSTS = [
  '127.0.0.1',
  '127.1',
  '127.0.0.1.',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '017700000001',
  '0177.0.0.1',
  '0',
  '0.0.0.0',
  '[::]',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[2002:7f00:1::]',
  '\u2460\u2461\u2466.\u24ea.\u24ea.\u2460',
  '127\u30020\u30020\u30021',
  'localhost',
  'LOCALHOST.',
  'any.localhost',
  // Names that lead there; how is told by `resolve` below.
  'private.test',
  'mixed.test',
  'mapped.test',
  'rebinding.test',
]

const OTHERS = [
  'http://169.254.169.254/latest/meta-data/iam/security-credentials/',
  'http://metadata.google.internal/',
  'http://[fd00:ec2::254]/',
  'http://168.63.129.16/',
  'file:///etc/passwd',
  'ftp://127.0.0.1/',
  'gopher://127.0.0.1/',
  'javascript:alert(1)',
  'blob:http://127.0.0.1/x',
]

const PUBLIC = '93.184.216.34'

/** What the names stand for. One of them is private only when it is asked for the second time. */
export function createResolve(): { resolve: Resolve; asked: string[] } {
  const asked: string[] = []
  const resolve: Resolve = async (name) => {
    asked.push(name)
    if (name === 'private.test') return ['127.0.0.1']
    if (name === 'mapped.test') return ['::ffff:127.0.0.1']
    if (name === 'mixed.test') return [PUBLIC, '127.0.0.1']
    const before = asked.filter((one) => one === name).length
    if (name === 'rebinding.test' && before > 1) return ['127.0.0.1']
    throw new Error(`${name} is not known`)
  }
  return { resolve, asked }
}
