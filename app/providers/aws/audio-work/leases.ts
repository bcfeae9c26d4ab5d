import type { StateStore } from '../../../ports/state-store.ts'

interface LeaseOptions {
  state: StateStore
  /** Unix milliseconds. */
  now?(): number
  /** Milliseconds between two signs of life. */
  beat?: number
}

/** Signs of life of whoever has work lying about, so that others can tell what nobody will clear away. */
export interface Leases {
  /** This process among all. */
  own(): string
  /** From now on there is work; the result ends that, and says whether everything was cleared away. */
  begin(): Promise<(isClear: boolean) => void>
  /** Those who have stopped showing signs of life, and whether some have stopped so lately that they may be alive. */
  others(): Promise<{ dead: string[]; doubtful: boolean }>
  /** Everything of theirs has been cleared away. */
  forget(id: string): Promise<void>
}

const COLLECTION = 'audio-work'
const BEAT = 10_000
/** Signs of life that may be missing. */
const MISSING = 3
/** Milliseconds after which a record is of no use to anybody. */
const KEPT = 7 * 24 * 60 * 60 * 1000

export function createLeases({ state, now = Date.now, beat = BEAT }: LeaseOptions): Leases {
  let id: string | undefined
  let works = 0
  /** Once something was left, the name stays for others to find it by, whatever is cleared away later. */
  let isClear = true
  let timer: ReturnType<typeof setInterval> | undefined
  const own = () => {
    // Not made at the start: Workers have no randomness before their first request.
    id ??= crypto.randomUUID().replaceAll('-', '').slice(0, 12)
    return id
  }
  const show = async () => {
    const value = JSON.stringify({ alive: now() })
    await state.put(COLLECTION, { id: own(), value }, { expiresAt: now() + KEPT })
  }
  const end = () => {
    clearInterval(timer)
    timer = undefined
    if (isClear) state.delete(COLLECTION, own()).catch(() => {})
  }
  return {
    own,
    async begin() {
      works += 1
      try {
        // Before anything lies about: who dies now is found all the same.
        if (works === 1) await show()
      } catch (thrown) {
        works -= 1
        throw thrown
      }
      timer ??= setInterval(() => void show().catch(() => {}), beat)
      return (cleared) => {
        works -= 1
        isClear &&= cleared
        if (works === 0) end()
      }
    },
    async others() {
      const items = await state.list(COLLECTION)
      const rest = items.filter((item) => item.id !== id)
      const dead = rest.filter(({ value }) => now() - aliveAt(value) > beat * MISSING)
      return { dead: dead.map((item) => item.id), doubtful: dead.length < rest.length }
    },
    async forget(other) {
      await state.delete(COLLECTION, other)
    },
  }
}

function aliveAt(value: string): number {
  const { alive } = JSON.parse(value) as { alive?: unknown }
  return typeof alive === 'number' ? alive : 0
}
