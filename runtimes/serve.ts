import type { App } from '../app/app.ts'
import type { Runtime } from '../app/ports/runtime.ts'
import { banner } from './banner.ts'
import type { Listening } from './serve-node.ts'
import { endOnSignal } from './termination.ts'

/** Opens a server at an address of its platform; port 0 takes a free one. */
export type Listen = (app: App, host: string, port: number) => Listening | Promise<Listening>

/** Listens where the configuration says, tells so, and ends on a signal. */
export async function serve(app: App, runtime: Runtime, listen: Listen): Promise<void> {
  const { config, listen: place } = app.facts
  if (!place) throw new Error(`${runtime.name} has no address to listen on.`)
  const { port, http2Port, stop, cut } = await listen(app, place.host, place.port)
  const host = place.host.includes(':') ? `[${place.host}]` : place.host
  if (http2Port !== undefined) {
    process.stdout.write(`HTTP/2 without TLS is spoken at http://${host}:${http2Port}.\n`)
  }
  process.stdout.write(banner(app.facts, runtime, `http://${host}:${port}`))
  app.life.started()
  // One request's fault must not end the streams of all others.
  process.on('unhandledRejection', (fault) => console.error(fault))
  const { log } = runtime
  const flush = async () => {
    await app.flush()
    app.life.stopped()
  }
  endOnSignal({ stop, cut, flush, log, patience: config.SHUTDOWN_TIMEOUT })
}
