import { setTimeout as pause } from 'node:timers/promises'

/** Milliseconds for which others may keep a file locked, and between two looks at it. */
const PATIENCE = 5000
const LOOK = 10

/** Does something with a SQLite file as soon as no other process has it locked: SQLite's own waiting holds up the whole of ours. */
export async function whenUnlocked<T>(run: () => T): Promise<T> {
  const until = performance.now() + PATIENCE
  for (;;) {
    try {
      return run()
    } catch (thrown) {
      if (!isLocked(thrown) || performance.now() > until) throw thrown
    }
    await pause(LOOK * (0.5 + Math.random()))
  }
}

/** SQLITE_BUSY, of which Node and Bun also tell the number, and Deno does not. */
const isLocked = (thrown: unknown) =>
  thrown instanceof Error && thrown.message === 'database is locked'
