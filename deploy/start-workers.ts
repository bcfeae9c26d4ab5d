import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { asksForProof } from '../app/config/access.ts'
import type { Runtime } from '../app/ports/runtime.ts'
import { createHouse } from '../app/services.ts'
import { banner } from '../runtimes/banner.ts'
import { createFetchTransport } from '../runtimes/calling/fetch-transport.ts'
import { consoleLog } from '../runtimes/console-log.ts'
import { onLauncherGone } from '../runtimes/on-launcher-gone.ts'
import { webStreamOut } from '../runtimes/serving/web-stream-out.ts'
import { start } from '../runtimes/start.ts'
import { bundleWorker } from './bundle.ts'
import { workerdConfig } from './workerd-config.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Runs the Worker on this machine in workerd, the engine of Cloudflare, with our environment as bindings. */
await start(async () => {
  // Made only to read and judge the environment before anything is built of it.
  const runtime: Runtime = {
    name: 'workers',
    env: process.env,
    transport: createFetchTransport(),
    streamOut: webStreamOut,
    log: consoleLog,
  }
  const { facts } = createHouse(runtime)
  const { host, port } = facts.listen!
  // The Worker cannot see that only this machine reaches it; who may listen was judged above.
  if (!asksForProof(facts.config)) process.env['AUTH'] = 'none'

  const folder = join(root, '.outcrop', `workers-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  await bundleWorker(join(folder, 'worker.js'))
  writeFileSync(join(folder, 'config.capnp'), workerdConfig({ host, port, env: process.env }))
  const child = spawn(
    join(root, 'node_modules/.bin/workerd'),
    ['serve', '--control-fd=3', join(folder, 'config.capnp')],
    { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] },
  )
  const end = (signal: NodeJS.Signals) => {
    // workerd then waits for running answers, but has no limit of its own.
    child.kill(signal)
    setTimeout(() => child.kill('SIGKILL'), facts.config.SHUTDOWN_TIMEOUT * 1000).unref()
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  onLauncherGone(() => end('SIGTERM'))
  child.on('exit', (code) => {
    process.exitCode = code ?? 0
  })

  const address = host.includes(':') ? `[${host}]` : host
  try {
    const url = `http://${address}:${await listeningPort(child)}`
    process.stdout.write(banner(facts, runtime, url))
  } finally {
    // workerd has read them by now, and each start makes its own.
    rmSync(folder, { recursive: true })
  }
})

/** The port that workerd tells over its control pipe. Rejects when it ends instead. */
async function listeningPort(child: ChildProcess): Promise<number> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('workerd could not listen; what it said stands above.')
  })
  const lines = createInterface(child.stdio[3] as Readable)
  const [line] = await Promise.race([once(lines, 'line'), ended])
  return JSON.parse(line).port
}
