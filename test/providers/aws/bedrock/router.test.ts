import { beforeEach, describe, expect, it } from 'vitest'
import type { Candidate } from '../../../../app/providers/aws/bedrock/region-policy.ts'
import {
  createRouter,
  type Router,
  type RouterOptions,
} from '../../../../app/providers/aws/bedrock/router.ts'
import { RESTS } from './staged-routing.ts'

let now = 0
beforeEach(() => {
  now = 1_000_000
})

const open = (strategy: RouterOptions['strategy'], more: Partial<RouterOptions> = {}) =>
  createRouter({ strategy, ...RESTS, now: () => now, ...more })

const regions = (...names: string[]): Candidate[] =>
  names.map((region) => ({ region, id: 'm', key: `${region} m` }))
const ABC = regions('a', 'b', 'c')
const [A, B, C] = ABC as [Candidate, Candidate, Candidate]

const names = (candidates: readonly Candidate[]) => candidates.map(({ region }) => region).join('')
const order = (router: Router, warm?: string) => names(router.order(ABC, 'stream', warm))
const throttle = (router: Router, candidate: Candidate) =>
  router.begin(candidate, 'stream').failed('quota')
const answer = (router: Router, candidate: Candidate) =>
  router.begin(candidate, 'stream').answered()

/** How often each region was asked first. */
function firsts(router: Router, requests: number, taken: Record<string, number> = {}) {
  const counts: Record<string, number> = {}
  for (let at = 0; at < requests; at += 1) {
    const first = router.order(ABC, 'stream')[0]!
    counts[first.region] = (counts[first.region] ?? 0) + 1
    const ticket = router.begin(first, 'stream')
    now += taken[first.region] ?? 1
    ticket.answered()
  }
  return counts
}

describe('1,000 requests', () => {
  it('go to the first region when it is well: ordered', () => {
    expect(firsts(open('ordered'), 1000)).toEqual({ a: 1000 })
  })

  it('are shared out evenly: round_robin', () => {
    expect(firsts(open('round_robin'), 1000)).toEqual({ a: 334, b: 333, c: 333 })
  })

  it('are shared out among those that are well: round_robin', () => {
    const router = open('round_robin')
    throttle(router, B)
    expect(firsts(router, 1000)).toEqual({ a: 500, c: 500 })
  })

  it('go to the fastest, but for looking around now and then: lowest_latency', () => {
    const counts = firsts(open('lowest_latency'), 1000, { a: 30, b: 10, c: 20 })
    expect(counts['b']).toBeGreaterThan(970)
    expect(counts['a']! + counts['c']!).toBeGreaterThan(2)
  })

  it('stay where the model is, whatever happens: disabled', () => {
    const router = open('disabled')
    throttle(router, A)
    expect(order(router)).toBe('a')
  })
})

describe('lowest_latency', () => {
  it('finds out that a region has become fast, and that one has become slow', () => {
    const router = open('lowest_latency')
    firsts(router, 100, { a: 30, b: 10, c: 20 })
    const counts = firsts(router, 1000, { a: 5, b: 100, c: 20 })
    expect(counts['a']).toBeGreaterThan(800)
  })

  it('measures each region with one request at a time', () => {
    const router = open('lowest_latency')
    const firstOf = () => router.order(ABC, 'stream')[0]!
    const asked = [1, 2, 3].map(() => {
      const first = firstOf()
      router.begin(first, 'stream')
      return first.region
    })
    expect(asked.sort()).toEqual(['a', 'b', 'c'])
  })

  it('begins with the nearest region, where the distances are known', () => {
    const router = open('lowest_latency')
    router.near('a', 90)
    router.near('b', 20)
    router.near('c', 60)
    expect(order(router)).toBe('bca')
  })
})

describe('a region that throttles', () => {
  it('rests a minute, then twice as long each time, up to an hour', () => {
    const router = open('ordered')
    const rests: number[] = []
    for (let times = 0; times < 8; times += 1) {
      throttle(router, A)
      const since = now
      while (order(router) !== 'abc') now += 1000
      rests.push((now - since) / 1000)
    }
    expect(rests).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600])
  })

  it('rests once for a burst of requests that were all under way', () => {
    const router = open('ordered')
    const tickets = Array.from({ length: 50 }, () => router.begin(A, 'stream'))
    for (const ticket of tickets) ticket.failed('quota')
    now += 60_000
    expect(order(router)).toBe('abc')
  })

  it('is asked last, not never', () => {
    const router = open('ordered')
    throttle(router, A)
    expect(order(router)).toBe('bca')
    now += 1000
    throttle(router, B)
    throttle(router, C)
    expect(order(router)).toBe('abc')
  })

  it('is well after one answer that was asked for since', () => {
    const router = open('ordered')
    const early = router.begin(A, 'stream')
    now += 10
    throttle(router, A)
    early.answered()
    expect(order(router)).toBe('bca')
    answer(router, A)
    expect(order(router)).toBe('abc')
    throttle(router, A)
    now += 60_000
    expect(order(router)).toBe('abc')
  })

  it('begins anew when its last trouble is long past', () => {
    const router = open('ordered')
    throttle(router, A)
    now += 60_000
    throttle(router, A)
    now += 2 * RESTS.mostQuotaBackoff + 1
    throttle(router, A)
    now += 60_000
    expect(order(router)).toBe('abc')
  })
})

describe('a region that is half open', () => {
  it('is tried by one request while the others go elsewhere', () => {
    const router = open('ordered')
    throttle(router, A)
    now += 60_000
    expect(order(router)).toBe('abc')
    const probe = router.begin(A, 'stream')
    expect(order(router)).toBe('bca')
    probe.failed('quota')
    expect(order(router)).toBe('bca')
    now += 120_000
    const second = router.begin(A, 'stream')
    expect(order(router)).toBe('bca')
    second.answered()
    expect(order(router)).toBe('abc')
  })

  it('is free for the next one when the caller of the probe leaves', () => {
    const router = open('ordered')
    throttle(router, A)
    now += 60_000
    router.begin(A, 'stream').dropped()
    expect(order(router)).toBe('abc')
  })
})

describe('a region that is unavailable', () => {
  it('rests half a minute, every time', () => {
    const router = open('ordered')
    for (let times = 0; times < 3; times += 1) {
      router.begin(A, 'stream').failed('unavailable')
      now += 29_999
      expect(order(router)).toBe('bca')
      now += 1
      expect(order(router)).toBe('abc')
    }
  })
})

describe('retry-after', () => {
  it('tells when the first of the regions has rested, within a minute', () => {
    const router = open('ordered')
    expect(router.retryAfter(ABC)).toBeUndefined()
    throttle(router, A)
    throttle(router, B)
    expect(router.retryAfter(ABC)).toBeUndefined()
    now += 10_000
    router.begin(C, 'stream').failed('unavailable')
    expect(router.retryAfter(ABC)).toBe(30)
    expect(router.retryAfter([A])).toBe(50)
    now += 50_000
    throttle(router, A)
    expect(router.retryAfter([A])).toBe(60)
  })
})

describe('a warm cache', () => {
  it.each(['ordered', 'round_robin', 'lowest_latency'] as const)('is kept to: %s', (strategy) => {
    const router = open(strategy)
    for (let times = 0; times < 10; times += 1) expect(order(router, 'c')[0]).toBe('c')
  })

  it('is left when its region rests', () => {
    const router = open('ordered')
    throttle(router, C)
    expect(order(router, 'c')).toBe('abc')
  })
})

describe('models', () => {
  it('do not share their troubles', () => {
    const router = open('ordered')
    throttle(router, { region: 'a', id: 'other', key: 'a other' })
    expect(order(router)).toBe('abc')
  })
})

describe('several instances', () => {
  it('learn from one another of trouble and of its end', () => {
    const two = open('ordered')
    const one = open('ordered', { onChange: (key, health) => two.learn(key, health) })
    throttle(one, A)
    expect(order(two)).toBe('bca')
    now += 60_000
    answer(one, A)
    throttle(two, B)
    expect(order(two)).toBe('acb')
  })

  it('do not take old news for new', () => {
    const router = open('ordered')
    const old = {
      strikes: 3,
      trouble: 'quota',
      troubledAt: now - 5000,
      restsUntil: now + 5000,
    } as const
    throttle(router, A)
    now += 60_000
    answer(router, A)
    router.learn(A.key, old)
    expect(order(router)).toBe('abc')
  })
})

describe('a region down for a minute at 200 requests a second', () => {
  it.each(['ordered', 'round_robin', 'lowest_latency'] as const)('loses none: %s', (strategy) => {
    const router = open(strategy)
    const begun = now
    const isDown = (region: string) =>
      region === 'a' && now >= begun + 10_000 && now < begun + 70_000
    let lost = 0
    let wasted = 0
    const counts: Record<string, number> = { a: 0, b: 0, c: 0 }
    for (let request = 0; request < 200 * 120; request += 1) {
      now += 5
      const answered = router.order(ABC, 'stream').find((candidate) => {
        const ticket = router.begin(candidate, 'stream')
        if (!isDown(candidate.region)) {
          ticket.answered()
          counts[candidate.region] = counts[candidate.region]! + 1
          return true
        }
        ticket.failed('unavailable')
        wasted += 1
        return false
      })
      if (!answered) lost += 1
    }
    expect(lost).toBe(0)
    // One request found the trouble, and one after each rest whether it was over.
    expect(wasted).toBeLessThanOrEqual(3)
    expect(counts['a']).toBeGreaterThan(0)
  })
})
