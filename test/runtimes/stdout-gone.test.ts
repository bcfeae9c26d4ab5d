import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from './platform.ts'

it('goes on answering when nobody reads its log any longer', async () => {
  const server = spawn(process.execPath, ['runtimes/node.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'], PORT: '0', STATE_DIR: 'memory', LOG_LEVEL: 'debug' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let banner = ''
  for await (const chunk of server.stdout) {
    banner += chunk
    if (/http:\S+/.test(banner)) break
  }
  // Leaving the loop has closed the pipe. So many lines do not wait to be written.
  const url = /http:[^\s)]+/.exec(banner)![0]
  const statuses: number[] = []
  for (let asked = 0; asked < 600; asked++) statuses.push((await fetch(`${url}/ping`)).status)
  expect(new Set(statuses)).toEqual(new Set([200]))
  server.kill('SIGTERM')
  expect(await once(server, 'exit')).toEqual([0, null])
})

const bin = join(root, 'node_modules/.bin')

it.each([
  ['Node', process.execPath, 'runtimes/node.ts'],
  ['Bun', join(bin, 'bun'), 'runtimes/bun.ts'],
  ['Deno', join(bin, 'deno'), 'run', '-A', 'runtimes/deno.ts'],
])(
  'on %s goes on answering, and ends when it is told to, while whoever reads its log has stopped',
  async (_, program, ...parameters) => {
    const server = spawn(program, parameters, {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        PORT: '0',
        STATE_DIR: 'memory',
        FILES_DIR: 'memory',
        PROVIDER: 'embedded',
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    try {
      let banner = ''
      for await (const chunk of server.stdout.iterator({ destroyOnReturn: false })) {
        banner += chunk
        if (/^ {2}curl .*\n/m.test(banner)) break
      }
      server.stdout.pause()
      // Lines of a kilobyte: what pipes and streams hold is some hundred of them.
      const path = `/v1/models/${'x'.repeat(500)}?${'y'.repeat(500)}`
      const url = /listens on (\S+) /.exec(banner)![1]!
      const statuses = new Set<number>()
      for (let asked = 0; asked < 800; asked++) {
        const response = await fetch(url + path, { signal: AbortSignal.timeout(5000) })
        await response.body?.cancel()
        statuses.add(response.status)
      }
      expect(statuses).toEqual(new Set([200]))
      server.kill('SIGTERM')
      expect(await once(server, 'exit')).toEqual([0, null])
    } finally {
      server.kill('SIGKILL')
    }
  },
  30_000,
)
