import fc from 'fast-check'
import { expect } from 'vitest'
import type { ShakenStage, Tenant } from './shaken-stores.ts'

/** Something done with a thing: what of its answer counts. */
type Act<Thing> = (thing: Thing) => Promise<unknown>

/** Whether it went well, and what of the answer counts. */
export const heard =
  <Thing>(
    ask: (thing: Thing) => ReturnType<Tenant>,
    counts: (json: never) => unknown,
  ): Act<Thing> =>
  async (thing) => {
    const { status, json } = await ask(thing)
    return status < 300
      ? [status, counts(json as never)]
      : [status, json.error.param, json.error.code]
  }

interface Scene<Thing> {
  make(): Promise<Thing>
  /** What there is of it in the end. */
  left: Act<Thing>
}

/** Two at once on one thing: the one behind the other, in one order or the other, explains both answers and what is left. */
export async function expectLegal<Thing>(
  { race }: ShakenStage,
  { make, left }: Scene<Thing>,
  [one, other]: readonly [Act<Thing>, Act<Thing>],
): Promise<void> {
  const first = await make()
  const forwards = [await one(first), await other(first), await left(first)]
  const second = await make()
  const late = await other(second)
  const backwards = [await one(second), late, await left(second)]
  const choices = fc.array(fc.nat(), { minLength: 30, maxLength: 30 })
  const property = fc.asyncProperty(choices, async (chosen) => {
    const thing = await make()
    const answers = await race([() => one(thing), () => other(thing)], chosen)
    expect([forwards, backwards]).toContainEqual([...answers, await left(thing)])
  })
  await fc.assert(property, { numRuns: 60 })
}
