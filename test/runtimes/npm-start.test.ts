import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach, expect, it } from 'vitest'

let npm: ChildProcess
afterEach(() => {
  try {
    process.kill(-npm.pid!, 'SIGKILL')
  } catch {
    // All of them are gone, as they should be.
  }
})

it.each(['start', 'start:bun', 'start:deno'])(
  'a server ends with its `npm run %s`',
  async (script) => {
    npm = spawn('npm', ['run', script], {
      env: { ...process.env, PORT: '0', STATE_DIR: 'memory', PROVIDER: 'embedded' },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    const lines: string[] = []
    for await (const line of createInterface(npm.stdout!)) {
      lines.push(line)
      // npm alone is told; its output ends when the last process that writes to it has ended.
      if (line.includes('"type":"start"')) npm.kill('SIGTERM')
    }
    expect(lines.at(-1)).toContain('"type":"stop"')
    await (npm.exitCode ?? npm.signalCode ?? once(npm, 'exit'))
  },
)
