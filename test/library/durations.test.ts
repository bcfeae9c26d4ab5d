import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classOf, quantile, TOOK } from '../../app/library/usage/durations.ts'

const counted = (durations: readonly number[]) => {
  const counts = TOOK.map(() => 0)
  for (const duration of durations) counts[classOf(duration)]! += 1
  return counts
}

describe('quantiles of durations', () => {
  it('are unknown where nothing was counted', () => {
    expect(quantile(counted([]), 0.5)).toBeNull()
  })

  it('fall into classes that reach twice as far each', () => {
    expect([0, 50, 50.1, 100, 101, 102_400, 102_401, 1e9].map(classOf)).toEqual([
      0, 0, 1, 1, 2, 11, 12, 12,
    ])
  })

  it('are spread evenly in a class', () => {
    expect(quantile(counted([10]), 0.5)).toBe(25)
    expect(quantile(counted([70]), 0.95)).toBe(Math.round(50 * Math.SQRT2))
    expect(quantile(counted([70, 80]), 0.5)).toBe(Math.round(50 * 2 ** 0.25))
    expect(quantile(counted([10, 10, 10, 300]), 0.75)).toBe(42)
    expect(quantile(counted([10, 10, 10, 300]), 1)).toBe(Math.round(200 * Math.SQRT2))
  })

  it('lie in the class of the true one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 51, max: 102_400 }), { minLength: 1 }),
        fc.constantFrom(0.5, 0.95),
        (durations, share) => {
          const sorted = durations.toSorted((a, b) => a - b)
          const truth = sorted[Math.ceil(share * sorted.length) - 1]!
          const told = quantile(counted(durations), share)!
          expect(told / truth).toBeGreaterThan(0.49)
          expect(told / truth).toBeLessThan(2.01)
        },
      ),
    )
  })
})
