import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createApp } from '../app/app.ts'
import type { Runtime } from '../app/ports/runtime.ts'
import { banner } from '../runtimes/banner.ts'
import { consoleLog } from '../runtimes/console-log.ts'
import { createFetchTransport } from '../runtimes/fetch-transport.ts'
import { start } from '../runtimes/start.ts'
import { webStreamOut } from '../runtimes/web-stream-out.ts'
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
  const { facts } = createApp(runtime)
  const { host, port } = facts.listen!
  // The Worker cannot see that only this machine reaches it; who may listen was judged above.
  if (!facts.config.API_KEY) process.env['AUTH'] = 'none'

  const folder = join(root, '.outcrop', `workers-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  await bundleWorker(join(folder, 'worker.js'))
  writeFileSync(join(folder, 'config.capnp'), workerdConfig({ host, port, env: process.env }))
  const child = spawn(
    join(root, 'node_modules/.bin/workerd'),
    ['serve', '--control-fd=3', join(folder, 'config.capnp')],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    },
  )
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => {
    process.exitCode = code ?? 0
  })

  const [line] = await once(createInterface(child.stdio[3] as Readable), 'line')
  const address = host.includes(':') ? `[${host}]` : host
  console.log(banner(facts, runtime, `http://${address}:${JSON.parse(line).port}`))
})
