import type { OpenApp } from '../../app/open-app.ts'
import { banner } from '../banner.ts'
import type { ServerRuntime } from '../server-runtime.ts'
import { endOnSignal } from '../termination.ts'
import type { Listening } from './serve-node.ts'

/** Opens a server at an address of its platform; port 0 takes a free one. */
type Listen = (app: OpenApp, host: string, port: number) => Listening | Promise<Listening>

/** Milliseconds a server that just started is left to its first callers before it loads what none of them asked for. */
const CALM = 1000

/** Listens where the configuration says, tells so, and ends on a signal. */
export async function serve(app: OpenApp, runtime: ServerRuntime, listen: Listen): Promise<void> {
  const { config, listen: place } = app.facts
  if (!place) throw new Error(`${runtime.name} has no address to listen on.`)
  const { port, http2Port, stop, cut } = await listen(app, place.host, place.port)
  // First of all: whoever reads the banner may send a signal at once.
  const { log, endAnswers } = runtime
  const flush = async () => {
    await app.flush()
    app.life.stopped()
  }
  // What nobody waits for may begin until the last request is answered.
  const finish = () => stop().then(app.rest)
  endOnSignal({ stop: finish, endAnswers, cut, flush, log, patience: config.SHUTDOWN_TIMEOUT })
  const host = place.host.includes(':') ? `[${place.host}]` : place.host
  if (http2Port !== undefined) {
    process.stdout.write(`HTTP/2 without TLS is spoken at http://${host}:${http2Port}.\n`)
  }
  process.stdout.write(banner(app.facts, runtime, `http://${host}:${port}`))
  app.life.started()
  // Nobody waits for the timer, and whoever needs what could not be loaded hears of it.
  setTimeout(() => app.complete?.().catch(() => {}), CALM).unref()
  // One request's fault must not end the streams of all others.
  process.on('unhandledRejection', (fault) => console.error(fault))
}
