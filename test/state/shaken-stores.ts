import type { ObjectStore } from '../../app/ports/object-store.ts'
import type { StateStore } from '../../app/ports/state-store.ts'
import { createMemoryObjectStore } from '../../app/providers/embedded/memory-object-store.ts'
import { createMemoryStateStore } from '../../app/providers/embedded/memory-state-store.ts'
import { accessStage, type CallOptions } from '../http/access-stage.ts'

type Act<T> = () => Promise<T>

/** Lets calls go one at a time, in an order that is chosen, while a race is on. */
function createTurns() {
  const waiting: (() => void)[] = []
  let isRacing = false
  const turn = async () => {
    if (isRacing) await new Promise<void>((resolve) => waiting.push(resolve))
  }
  return {
    shaken: <Store extends object>(store: Store): Store =>
      Object.fromEntries(
        Object.entries(store).map(([name, method]) => [
          name,
          async (...asked: unknown[]) => {
            await turn()
            return method(...asked)
          },
        ]),
      ) as Store,
    async race<T>(acts: Act<T>[], choices: readonly number[]): Promise<T[]> {
      isRacing = true
      let left = acts.length
      const done = acts.map((act) => act().finally(() => left--))
      for (let step = 0; left > 0; step++) {
        // Both have come to their next call of a store by then.
        await settled()
        const at = (choices[step % choices.length] ?? 0) % Math.max(1, waiting.length)
        waiting.splice(at, 1)[0]?.()
      }
      isRacing = false
      return Promise.all(done)
    },
  }
}

const settled = async () => {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}

const KEYS = ['one', 'two'].map((name) => ({ key: `sk-${name}-0123456789`, name, tenant: name }))

/** The whole app for two tenants, over stores whose calls can be put in any order. */
export function shakenStage() {
  const { shaken, race } = createTurns()
  const state: StateStore = shaken(createMemoryStateStore())
  const objects: ObjectStore = shaken(createMemoryObjectStore())
  const { call } = accessStage(
    { STATE_DIR: '/tmp', FILES_DIR: '/tmp', API_KEYS: JSON.stringify(KEYS) },
    { openState: async () => state, openObjects: async () => objects },
  )
  const as = (tenant: number) => (path: string, options: CallOptions) =>
    call(path, { key: KEYS[tenant]!.key, ...options })
  return { race, one: as(0), two: as(1) }
}

export type ShakenStage = ReturnType<typeof shakenStage>
export type Tenant = ShakenStage['one']
