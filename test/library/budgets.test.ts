import { describe, expect, it } from 'vitest'
import type { GatewayError } from '../../app/errors.ts'
import { createBudgets } from '../../app/library/budgets/budgets.ts'
import { createPurses } from '../../app/library/budgets/purses.ts'
import type { Budget, CallerIdentity } from '../../app/ports/caller.ts'
import type { Budgets, Hold } from '../../app/ports/metering.ts'
import type { StateStore } from '../../app/ports/state-store.ts'
import { createMemoryStateStore } from '../../app/providers/embedded/memory-state-store.ts'

const NOON = Date.UTC(2026, 10, 30, 12)

function stage(budget: Budget, instances = 1) {
  let time = NOON
  const now = () => time
  const kept = createMemoryStateStore(now)
  const control: { fails: boolean; calls: number; slow?: Promise<void> } = {
    fails: false,
    calls: 0,
  }
  const asked = async <T>(run: () => Promise<T>): Promise<T> => {
    control.calls++
    if (control.fails) throw new Error('no store')
    const { slow } = control
    const answer = await run()
    await slow
    return answer
  }
  /** The store's answers stay on their way until the result is called, by which they may still be lost. */
  const delay = () => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    control.slow = promise
    return (fault?: Error) => {
      control.slow = undefined
      if (fault) reject(fault)
      else resolve()
    }
  }
  const state: StateStore = {
    ...kept,
    get: (...given) => asked(() => kept.get(...given)),
    add: (...given) => asked(() => kept.add(...given)),
  }
  const all = Array.from({ length: instances }, () => createBudgets({ state, defaults: {}, now }))
  const caller: CallerIdentity = { owner: 'a', keyId: 'a', budget }
  const pass = (milliseconds: number) => {
    time += milliseconds
  }
  const hold = async (cost: number, budgets: Budgets = all[0]!): Promise<Hold | string> => {
    try {
      return await budgets.hold(caller, cost)
    } catch (thrown) {
      const { code, retryAfter } = thrown as GatewayError
      return `${code} ${retryAfter}`
    }
  }
  const spend = async (cost: number, budgets?: Budgets) => {
    const held = await hold(cost, budgets)
    if (typeof held === 'string') return held
    held.settle(cost)
    return 'spent'
  }
  return { all, caller, hold, spend, pass, control, delay, kept, state, now }
}

const HALF_A_DAY = 12 * 3600

describe('a budget', () => {
  it('is spent once, and there again on the next day', async () => {
    const { spend, pass, all } = stage({ day: 1 })
    expect(await spend(0.6)).toBe('spent')
    expect(await spend(0.6)).toBe(`quota-exceeded ${HALF_A_DAY}`)
    expect(await spend(0.4)).toBe('spent')
    expect(await spend(0)).toBe(`quota-exceeded ${HALF_A_DAY}`)
    pass(HALF_A_DAY * 1000)
    expect(await spend(1)).toBe('spent')
    await all[0]!.flush()
    expect(await spend(0.1)).toBe('quota-exceeded 86400')
  })

  it('is not forgotten while something is set aside', async () => {
    const { all, hold, spend, pass } = stage({ day: 1 })
    const long = await hold(0.6)
    for (let n = 0; n < 2; n++) {
      pass(11 * 60_000)
      await all[0]!.flush()
    }
    expect(await hold(0.5)).toMatch('quota-exceeded')
    if (typeof long !== 'string') long.settle(0)
    expect(await spend(0.5)).toBe('spent')
  })

  it('is not forgotten while something waits to be written', async () => {
    const { all, hold, spend, pass, control } = stage({ day: 1 })
    expect(await spend(0.6)).toBe('spent')
    control.fails = true
    for (let n = 0; n < 2; n++) {
      pass(11 * 60_000)
      await all[0]!.flush()
    }
    control.fails = false
    expect(await hold(0.5)).toMatch('quota-exceeded')
  })

  it('of a month knows what was spent when the clock is set back by a day', async () => {
    const { spend, pass } = stage({ month: 1 })
    expect(await spend(0.6)).toBe('spent')
    pass(-86_400_000)
    expect(await spend(0.6)).toMatch('quota-exceeded')
  })

  it('of a month outlasts its days', async () => {
    const { spend, pass } = stage({ day: 1, month: 1.5 })
    expect(await spend(1)).toBe('spent')
    expect(await spend(0.6)).toBe(`quota-exceeded ${HALF_A_DAY}`)
    pass(HALF_A_DAY * 1000)
    expect(await spend(0.6)).toBe('spent')
  })

  it('that is spent like that of its day says when there is more of both', async () => {
    const { spend, pass } = stage({ day: 1, month: 1.5 })
    pass(HALF_A_DAY * 1000)
    expect(await spend(1)).toBe('spent')
    expect(await spend(0.2)).toBe('quota-exceeded 86400')
    expect(await spend(0.7)).toBe(`quota-exceeded ${31 * 86_400}`)
  })

  it('is one for all instances', async () => {
    const { spend, all, pass } = stage({ day: 1 }, 2)
    expect(await spend(0.9, all[0])).toBe('spent')
    expect(await spend(0.5, all[1])).toBe('spent')
    await Promise.all(all.map((one) => one.flush()))
    pass(1001)
    expect(await spend(0.05, all[0])).toBe(`quota-exceeded ${HALF_A_DAY - 1}`)
    expect(await spend(0.05, all[1])).toBe(`quota-exceeded ${HALF_A_DAY - 1}`)
  })

  it.each([
    ['a day', 24 * 3600],
    ['ten minutes', 600],
  ])('is one for all instances after a clock was set back by %s', async (_, seconds) => {
    const { spend, all, pass } = stage({ day: 1 }, 2)
    pass(seconds * 1000)
    expect(await spend(0.4, all[0])).toBe('spent')
    await all[0]!.flush()
    pass(-seconds * 1000)
    expect(await spend(0.5, all[1])).toBe('spent')
    await all[1]!.flush()
    expect(await spend(0.6, all[0])).toBe(`quota-exceeded ${HALF_A_DAY}`)
  })

  it('is not made larger by an answer that was long on its way', async () => {
    const { spend, pass, all, delay, control } = stage({ day: 1 })
    await spend(0.9)
    pass(1001)
    const arrive = delay()
    const late = spend(0.05)
    control.slow = undefined
    await all[0]!.flush()
    arrive()
    expect(await late).toBe('spent')
    expect(await spend(0.5)).toMatch(/^quota-exceeded/)
  })

  it('of a day that is over is still told of what was spent in it', async () => {
    const { spend, pass, all, delay, kept } = stage({ day: 1 })
    await spend(0.25)
    pass(HALF_A_DAY * 1000)
    await spend(0)
    const arrive = delay()
    const lost = all[0]!.flush()
    const other = all[0]!.flush()
    arrive(new Error('no store'))
    await Promise.all([lost, other])
    await all[0]!.flush()
    // It may have been counted all the same, and so it was.
    expect((await kept.get('spend', 'a/2026-11-30'))?.value).toBe('0.5')
  })

  it('asks the store seldom while there is plenty', async () => {
    const { spend, control, pass } = stage({ day: 1000 })
    for (let n = 0; n < 1000; n++) {
      await spend(0.01)
      pass(20)
    }
    expect(control.calls).toBeLessThan(10)
  })

  it('keeps nobody waiting for the sum of a minute ago while there is plenty', async () => {
    const { all, caller, spend, pass } = stage({ day: 1000 })
    const waits = () => all[0]!.hold(caller, 0) instanceof Promise
    await spend(0.01)
    expect(waits()).toBe(false)
    pass(59_000)
    expect(waits()).toBe(false)
    await all[0]!.flush()
    pass(61_000)
    expect(waits()).toBe(true)
  })

  it('has each request ask itself where none may wait for another', async () => {
    const { caller, control, delay, state, now } = stage({ day: 1 })
    const budgets = createBudgets({ state, defaults: {}, now, isolated: true })
    const arrive = delay()
    const holding = [budgets.hold(caller, 0.1), budgets.hold(caller, 0.1)]
    expect(control.calls).toBe(2)
    arrive()
    await Promise.all(holding)
  })

  it('tells what is spent of it, also what is not written yet', async () => {
    const { all, caller, spend } = stage({ day: 1, month: 5 })
    await spend(0.5)
    await all[0]!.flush()
    await spend(0.25)
    expect(await all[0]!.spent(caller)).toEqual({ day: 0.75, month: 0.75 })
  })

  it('lets nobody spend whose spending cannot be told', async () => {
    const { spend, control, pass, all } = stage({ day: 10 })
    control.fails = true
    expect(await spend(0.1)).toBe('overloaded 1')
    control.fails = false
    expect(await spend(0.1)).toBe('spent')
    control.fails = true
    // What was told a moment ago will do while there is plenty.
    expect(await spend(0.1)).toBe('spent')
    expect(await spend(8.5)).toBe('spent')
    pass(1001)
    expect(await spend(0.1)).toBe('overloaded 1')
    control.fails = false
    await all[0]!.flush()
    expect(await spend(0.1)).toBe('spent')
  })
})

describe('purses', () => {
  it('are let go of when nobody has asked for long, and no earlier', () => {
    let time = NOON
    const purses = createPurses(() => time)
    const purse = purses.of('a')
    for (const spent of Object.values(purse.spans)) spent.heardAt = NOON
    time += 1000
    purses.forget(1000)
    expect(purses.of('a')).toBe(purse)
    time += 1
    purses.forget(1000)
    expect(purses.of('a')).not.toBe(purse)
  })
})
