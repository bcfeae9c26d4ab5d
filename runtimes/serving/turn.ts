import type { OpenApp } from '../../app/open-app.ts'

/** Runs what was handed over since the last turn, all of it together. */
export type AtTurn = (run: () => void) => void

/** How often more is waited for, at most. Where nothing else goes on, a look takes some ten microseconds. */
const LOOKS = 8
/** As many that it is worth waiting for more; slow streams come by ones and twos. */
const SEVERAL = 4

/**
 * Gathers what becomes ready and does it together, one after the other, once a look at the sockets has brought nothing
 * more. Code and data are warm from the second on: under load that is a third of the CPU of a request, for a delay
 * of a few turns of the event loop.
 */
export function createTurn(): AtTurn {
  let waiting: (() => void)[] = []
  let known = 0
  let looks = 0
  const look = () => {
    if (waiting.length >= SEVERAL && waiting.length > known && looks < LOOKS) {
      known = waiting.length
      looks++
      setImmediate(look)
      return
    }
    const ready = waiting
    waiting = []
    for (const run of ready) run()
  }
  return (run) => {
    if (waiting.length === 0) {
      known = 0
      looks = 0
      setImmediate(look)
    }
    waiting.push(run)
  }
}

/** The same app, asked by all who came in together at once. */
export const inTurns = (app: OpenApp, atTurn: AtTurn): OpenApp => ({
  ...app,
  async fetch(request, env) {
    await new Promise<void>(atTurn)
    return app.fetch(request, env)
  },
})
