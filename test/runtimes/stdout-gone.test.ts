import { spawn } from 'node:child_process'
import { once } from 'node:events'
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
