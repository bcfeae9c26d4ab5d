import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { GatewayError } from '../../../app/errors.ts'
import type { Limits } from '../../../app/library/limits/account.ts'
import { emptyLedger, prune } from '../../../app/library/limits/ledger.ts'
import { createLimiter } from '../../../app/library/limits/limiter.ts'
import type { CallerIdentity } from '../../../app/ports/caller.ts'
import type { Limiter, Ticket } from '../../../app/ports/metering.ts'
import type { StateStore } from '../../../app/ports/state-store.ts'
import { createMemoryStateStore } from '../../../app/providers/embedded/memory-state-store.ts'

const START = 1_700_000_000_000

function stage(defaults: Limits, instances = 1) {
  let time = START
  const now = () => time
  const kept = createMemoryStateStore(now)
  const calls = { made: 0, fail: false }
  const called = <T extends unknown[], R>(run: (...asked: T) => Promise<R>) => {
    return (...asked: T): Promise<R> => {
      calls.made++
      return calls.fail ? Promise.reject(new Error('no store')) : run(...asked)
    }
  }
  const state: StateStore = {
    get: called(kept.get),
    put: called(kept.put),
    delete: called(kept.delete),
    list: called(kept.list),
    add: called(kept.add),
  }
  const limiters = Array.from({ length: instances }, () => createLimiter({ state, defaults, now }))
  const pass = (milliseconds: number) => {
    time += milliseconds
  }
  return { limiters, limiter: limiters[0]!, calls, pass, now, state }
}

const caller: CallerIdentity = { owner: 'key.a', keyId: 'a' }

/** A ticket, or the refusal. */
const enter = async (limiter: Limiter, who = caller): Promise<Ticket | GatewayError> => {
  try {
    return (await limiter.enter(who)) as Ticket
  } catch (thrown) {
    return thrown as GatewayError
  }
}
const isIn = (answer: Ticket | GatewayError): answer is Ticket => !(answer instanceof GatewayError)
const told = (answer: Ticket | GatewayError) =>
  isIn(answer) ? 'in' : { code: answer.code, retryAfter: answer.retryAfter }

describe('requests a minute', () => {
  it('are let in up to the limit, at once, and again when a minute is over', async () => {
    const { limiter, pass } = stage({ requestsPerMinute: 5 })
    for (let n = 0; n < 5; n++) expect(told(await enter(limiter))).toBe('in')
    expect(told(await enter(limiter))).toEqual({ code: 'rate-limit', retryAfter: 60 })
    pass(30_500)
    expect(told(await enter(limiter))).toEqual({ code: 'rate-limit', retryAfter: 30 })
    pass(29_500)
    for (let n = 0; n < 5; n++) expect(told(await enter(limiter))).toBe('in')
    expect(told(await enter(limiter))).toMatchObject({ code: 'rate-limit' })
  })

  it.each(['requestsPerMinute', 'concurrent'])(
    'are let in as soon as %s is raised',
    async (kind) => {
      const { limiter } = stage({})
      const asked = (limit: number) => enter(limiter, { ...caller, limits: { [kind]: limit } })
      expect(told(await asked(1))).toBe('in')
      expect(told(await asked(1))).toMatchObject({ code: 'rate-limit' })
      expect(told(await asked(2))).toBe('in')
    },
  )

  it('are bounded for everybody, also for a key with another limit of its own', () => {
    const { limiter } = stage({ requestsPerMinute: 5, concurrent: 2 })
    const limits = { concurrent: 3, requestsPerMinute: undefined }
    expect(limiter.limits({ ...caller, limits })).toEqual({ requestsPerMinute: 5, concurrent: 3 })
  })

  it('that come at once are asked for at once', async () => {
    const { limiter, calls } = stage({ requestsPerMinute: 1000 })
    const answers = await Promise.all(Array.from({ length: 100 }, () => enter(limiter)))
    expect(answers.every(isIn)).toBe(true)
    expect(calls.made).toBeLessThan(10)
  })

  it('slide: in no minute there are more, but for one lease that was held before it', async () => {
    const { limiter, pass, now } = stage({ requestsPerMinute: 20 })
    const let_in: number[] = []
    for (let n = 0; n < 3000; n++) {
      pass((n * 37) % 150)
      const ticket = await enter(limiter)
      if (isIn(ticket)) {
        let_in.push(now())
        ticket.leave(0)
      }
    }
    const most = Math.max(
      ...let_in.map((from) => let_in.filter((at) => at >= from && at < from + 60_000).length),
    )
    expect(most).toBeLessThanOrEqual(20 + 1)
    expect(let_in.length).toBeGreaterThanOrEqual(20 * Math.floor((now() - START) / 60_000))
  })

  it('come back one by one where a burst is set', async () => {
    const { limiter, pass } = stage({ requestsPerMinute: 60, burst: 3 })
    for (let n = 0; n < 3; n++) expect(told(await enter(limiter))).toBe('in')
    expect(told(await enter(limiter))).toEqual({ code: 'rate-limit', retryAfter: 1 })
    pass(1000)
    expect(told(await enter(limiter))).toBe('in')
    expect(told(await enter(limiter))).toEqual({ code: 'rate-limit', retryAfter: 1 })
    let count = 4
    for (let n = 0; n < 590; n++) {
      pass(100)
      if (isIn(await enter(limiter))) count++
    }
    expect(count).toBeGreaterThanOrEqual(60)
    expect(count).toBeLessThanOrEqual(63)
  })

  it('of a burst are told when the next may come', async () => {
    const { limiter } = stage({ requestsPerMinute: 6, burst: 1 })
    expect(told(await enter(limiter))).toBe('in')
    expect(told(await enter(limiter))).toEqual({ code: 'rate-limit', retryAfter: 10 })
  })

  it('that are refused for another reason take nothing from a burst', async () => {
    const { limiter } = stage({ requestsPerMinute: 60, burst: 3, concurrent: 1 })
    const first = await enter(limiter)
    for (let n = 0; n < 5; n++) expect(told(await enter(limiter))).not.toBe('in')
    if (isIn(first)) first.leave(0)
    expect(told(await enter(limiter))).toBe('in')
  })

  it.each([
    { limit: 600, burst: 50, every: 200 },
    { limit: 1000, burst: 5, every: 100 },
    { limit: 6000, burst: 100, every: 20 },
  ])('never come in a larger burst, whatever came before: $limit, $burst', async (paced) => {
    const { limit, burst, every } = paced
    const { limiter, pass } = stage({ requestsPerMinute: limit, burst })
    for (let time = 0; time < 20_000; time += every) {
      const ticket = await enter(limiter)
      expect(told(ticket)).toBe('in')
      if (isIn(ticket)) ticket.leave(0)
      pass(every)
    }
    const { remaining } = limiter.standing(caller, 'requests')!
    let atOnce = 0
    for (let n = 0; n < burst * 3; n++) if (isIn(await enter(limiter))) atOnce++
    expect({ atOnce, remaining }).toEqual({ atOnce: burst, remaining: burst })
  })

  it('are counted for each key, and not at all for one without limits', async () => {
    const { limiter } = stage({})
    const bounded = { ...caller, keyId: 'b', limits: { requestsPerMinute: 1 } }
    const closed = { ...caller, keyId: 'c', limits: { requestsPerMinute: 0 } }
    expect(limiter.enter(caller)).toBeUndefined()
    expect(told(await enter(limiter, bounded))).toBe('in')
    expect(told(await enter(limiter, bounded))).toMatchObject({ code: 'rate-limit' })
    expect(told(await enter(limiter, closed))).toMatchObject({ code: 'rate-limit' })
  })

  it('of no tokens at all let nothing in that takes any', async () => {
    const ticket = await enter(stage({ tokensPerMinute: 0 }).limiter)
    if (!isIn(ticket)) throw ticket
    const refused = expect.objectContaining({ code: 'rate-limit', lacking: 'tokens' })
    expect(() => ticket.reserve({ tokens: () => 1 })).toThrow(refused)
    await ticket.reserve({ tokens: () => 0 })
  })

  it('need no store for most requests, nor for most refusals', async () => {
    const { limiter, calls, pass } = stage({ requestsPerMinute: 6000 })
    let admitted = 0
    for (let n = 0; n < 12_000; n++) {
      pass(5)
      const ticket = await enter(limiter)
      if (!isIn(ticket)) continue
      admitted++
      ticket.leave(0)
    }
    expect(admitted).toBe(6000)
    expect(calls.made).toBeLessThan(250)
  })
})

describe('instances that share a store', () => {
  it('let in between the limit and one lease more each, at 300 requests a second', async () => {
    const { limiters, pass } = stage({ requestsPerMinute: 6000 }, 2)
    const lease = 6000 / 20
    for (let minute = 0; minute < 4; minute++) {
      let admitted = 0
      for (let n = 0; n < 18_000; n++) {
        const answers = await enter(limiters[n % 2]!)
        if (isIn(answers)) {
          admitted++
          answers.leave(0)
        }
        pass(n % 3 === 0 ? 4 : 3)
      }
      expect(admitted).toBeGreaterThanOrEqual(6000)
      expect(admitted).toBeLessThanOrEqual(6000 + 2 * lease)
    }
  })

  it('let in what the other gave back', async () => {
    const { limiters, pass } = stage({ requestsPerMinute: 100 }, 2)
    const [one, other] = [limiters[0]!, limiters[1]!]
    for (let n = 0; n < 40; n++) {
      pass(100)
      await enter(one)
    }
    await one.flush()
    let admitted = 0
    while (isIn(await enter(other))) admitted++
    expect(admitted).toBe(60)
  })

  it('meet at the same moment', async () => {
    const { limiters } = stage({ requestsPerMinute: 50 }, 8)
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, n) => enter(limiters[n % 8]!)),
    )
    expect(answers.filter(isIn)).toHaveLength(50)
  })
})

describe('requests at the same time', () => {
  it('are let in while others have ended', async () => {
    const { limiter } = stage({ concurrent: 2 })
    const [first, second] = [await enter(limiter), await enter(limiter)]
    expect(told(await enter(limiter))).toEqual({ code: 'rate-limit', retryAfter: 1 })
    if (isIn(first)) first.leave(0)
    expect(told(await enter(limiter))).toBe('in')
    if (isIn(second)) second.leave(0)
    expect(told(await enter(limiter))).toBe('in')
  })

  it('are counted over all instances', async () => {
    const { limiters, pass } = stage({ concurrent: 3 }, 2)
    const [one, other] = [limiters[0]!, limiters[1]!]
    const tickets = [await enter(one), await enter(one), await enter(other)]
    expect(told(await enter(other))).toMatchObject({ code: 'rate-limit' })
    for (const ticket of tickets.slice(0, 2)) if (isIn(ticket)) ticket.leave(0)
    await one.flush()
    pass(1000)
    expect(told(await enter(other))).toBe('in')
    expect(told(await enter(other))).toBe('in')
    expect(told(await enter(other))).toMatchObject({ code: 'rate-limit' })
  })

  it('of an instance that died are free after half a minute', async () => {
    const { limiters, pass } = stage({ concurrent: 1 }, 2)
    await enter(limiters[0]!)
    expect(told(await enter(limiters[1]!))).toMatchObject({ code: 'rate-limit' })
    pass(30_001)
    expect(told(await enter(limiters[1]!))).toBe('in')
  })
})

describe('tokens a minute', () => {
  const asked = async (limiter: Limiter, tokens: number) => {
    const ticket = (await limiter.enter(caller)) as Ticket
    try {
      await ticket.reserve({ tokens: () => tokens })
      return ticket
    } catch (thrown) {
      ticket.leave(0)
      return thrown as GatewayError
    }
  }

  it('are reserved by the estimate and settled by the bill', async () => {
    const { limiter } = stage({ tokensPerMinute: 1000 })
    const first = await asked(limiter, 900)
    expect(told(await asked(limiter, 200))).toEqual({ code: 'rate-limit', retryAfter: 60 })
    if (isIn(first)) first.leave(100)
    const second = await asked(limiter, 900)
    expect(told(second)).toBe('in')
    expect(limiter.standing(caller, 'tokens')).toEqual({
      limit: 1000,
      remaining: 0,
      reset: START + 60_000,
    })
    if (isIn(second)) second.leave(300)
    expect(limiter.standing(caller, 'tokens')).toMatchObject({ remaining: 600 })
  })

  it('are not bounded by what may come in one burst of requests', async () => {
    const { limiter } = stage({ requestsPerMinute: 60, burst: 5, tokensPerMinute: 1000 })
    expect(told(await asked(limiter, 500))).toBe('in')
    expect(limiter.standing(caller, 'tokens')).toMatchObject({ remaining: 500 })
    expect(limiter.standing(caller, 'requests')).toMatchObject({ remaining: 4 })
  })

  it('that cost more than was thought come out of what is held', async () => {
    const { limiter } = stage({ tokensPerMinute: 1000 })
    const first = await asked(limiter, 900)
    if (isIn(first)) first.leave(100)
    const second = await asked(limiter, 100)
    if (isIn(second)) second.leave(500)
    expect(limiter.standing(caller, 'tokens')).toMatchObject({ remaining: 400 })
  })

  it('that were not needed are there once more, and no longer than their minute', async () => {
    const { limiter, pass } = stage({ tokensPerMinute: 1000 })
    for (let n = 0; n < 3; n++) {
      const ticket = await asked(limiter, 1000)
      expect(told(ticket)).toBe('in')
      if (isIn(ticket)) ticket.leave(0)
    }
    pass(60_001)
    expect(told(await asked(limiter, 1000))).toBe('in')
    expect(told(await asked(limiter, 1))).toMatchObject({ code: 'rate-limit' })
  })

  it('that cost more than was thought are owed', async () => {
    const { limiters, pass } = stage({ tokensPerMinute: 1000 }, 2)
    const [limiter, other] = [limiters[0]!, limiters[1]!]
    const first = await asked(limiter, 100)
    if (isIn(first)) first.leave(1500)
    pass(2000)
    await limiter.flush()
    expect(told(await asked(other, 1))).toMatchObject({ code: 'rate-limit' })
    expect(told(await asked(limiter, 1))).toMatchObject({ code: 'rate-limit' })
    pass(60_000)
    expect(told(await asked(limiter, 1000))).toBe('in')
  })

  it('of more than a minute can still be had, by nobody else', async () => {
    const { limiter } = stage({ tokensPerMinute: 1000 })
    expect(told(await asked(limiter, 5000))).toBe('in')
    expect(told(await asked(limiter, 1))).toMatchObject({ code: 'rate-limit' })
  })
})

describe('a store that is down', () => {
  it('stops only those who need more than is held', async () => {
    const { limiter, calls, pass } = stage({ requestsPerMinute: 6000 })
    for (let n = 0; n < 600; n++) {
      pass(5)
      await enter(limiter)
    }
    calls.fail = true
    const before = calls.made
    const answers: unknown[] = []
    for (let n = 0; n < 400; n++) answers.push(told(await enter(limiter)))
    const held = answers.indexOf(answers.find((answer) => answer !== 'in'))
    expect(held).toBeGreaterThan(100)
    expect(answers.slice(held)).toEqual(
      Array.from({ length: 400 - held }, () => ({ code: 'overloaded', retryAfter: 1 })),
    )
    expect(calls.made - before).toBeLessThan(10)
    calls.fail = false
    pass(1001)
    expect(told(await enter(limiter))).toBe('in')
  })
})

describe('what an instance holds', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())
  const reserved = async (limiter: Limiter, tokens: number) => {
    const ticket = (await limiter.enter(caller)) as Ticket
    await ticket.reserve({ tokens: () => tokens })
    return ticket
  }

  it('in vain is given back by and by, and then nothing more is looked for', async () => {
    const { limiters, pass } = stage({ tokensPerMinute: 1000 }, 2)
    const [one, other] = [limiters[0]!, limiters[1]!]
    const first = await reserved(one, 900)
    await expect(reserved(other, 500)).rejects.toMatchObject({ code: 'rate-limit' })
    first.leave(0)
    const wait = async (milliseconds: number) => {
      pass(milliseconds)
      await vi.advanceTimersByTimeAsync(milliseconds)
    }
    await wait(1000)
    const next = await reserved(other, 500)
    expect(other.standing(caller, 'tokens')).toMatchObject({ remaining: 450 })
    next.leave(500)
    for (let n = 0; n < 10; n++) await wait(1000)
    await reserved(other, 500)
  })

  it('of requests that run stays counted, however long they run', async () => {
    const { limiters, pass } = stage({ concurrent: 1 }, 2)
    const [one, other] = [limiters[0]!, limiters[1]!]
    await enter(one)
    pass(500)
    for (let n = 0; n < 90; n++) {
      pass(1000)
      expect(told(await enter(other))).toMatchObject({ code: 'rate-limit' })
      await vi.advanceTimersByTimeAsync(1000)
    }
  })

  it('is looked after by no timer once it holds nothing', async () => {
    const { limiter, pass } = stage({ concurrent: 1 })
    const ticket = await enter(limiter)
    expect(vi.getTimerCount()).toBe(1)
    if (isIn(ticket)) ticket.leave(0)
    for (let n = 0; n < 3; n++) {
      pass(1000)
      await vi.advanceTimersByTimeAsync(1000)
    }
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a platform that ends work with its request', () => {
  it('has each request ask the ledger itself, and tell it when it has ended', async () => {
    const { state, now } = stage({})
    const defaults = { requestsPerMinute: 5, concurrent: 2, tokensPerMinute: 1000 }
    const limiter = createLimiter({ state, defaults, now, isolated: true })
    const tickets = (await Promise.all([enter(limiter), enter(limiter)])).filter(isIn)
    expect(tickets).toHaveLength(2)
    expect(told(await enter(limiter))).toEqual({ code: 'rate-limit', retryAfter: 1 })
    await tickets[0]!.reserve({ tokens: () => 900 })
    for (const ticket of tickets) ticket.leave(100)
    await limiter.flush()
    const third = await enter(limiter)
    expect(told(third)).toBe('in')
    if (isIn(third)) await third.reserve({ tokens: () => 900 })
    expect(limiter.standing(caller, 'requests')).toMatchObject({ limit: 5, remaining: 2 })
  })
})

describe('a clock that is set back by ten minutes', () => {
  it.each<Limits>([
    { requestsPerMinute: 5 },
    { requestsPerMinute: 5, burst: 2 },
    { requestsPerMinute: 5, concurrent: 3 },
  ])('shuts nobody out for longer than two minutes: %j', async (limits) => {
    const { limiter, pass } = stage(limits)
    const letIn = async (): Promise<number> => {
      const answers = [await enter(limiter), await enter(limiter), await enter(limiter)]
      for (const ticket of answers.filter(isIn)) ticket.leave(0)
      return answers.filter(isIn).length
    }
    while ((await letIn()) === 3) pass(100)
    pass(-600_000)
    expect(await letIn()).toBeLessThan(3)
    pass(61_000)
    await letIn()
    pass(61_000)
    expect(await letIn()).toBeGreaterThan(1)
  })

  it('frees what instances had that are no more', async () => {
    const { limiters, pass } = stage({ concurrent: 1 }, 2)
    expect(told(await enter(limiters[0]!))).toBe('in')
    pass(-600_000)
    expect(told(await enter(limiters[1]!))).toMatchObject({ code: 'rate-limit' })
    pass(31_000)
    expect(told(await enter(limiters[1]!))).toBe('in')
  })
})

it('keeps a ledger small: of many grants the two nearest count as one of the later time', () => {
  const ledger = emptyLedger()
  const at = (index: number) => START + index * 100 + (index === 60 ? 90 : 0)
  const grants = Array.from({ length: 121 }, (_, index) => ({ at: at(index), amount: 1 }))
  ledger.requests.grants = grants.map((grant) => ({ ...grant }))
  expect(prune(ledger, at(120))).toBe(false)
  const merged = grants.with(61, { at: at(61), amount: 2 }).toSpliced(60, 1)
  expect(ledger.requests.grants).toEqual(merged)
})
