import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planJoin, type Stretch } from '../../../../app/providers/aws/s3/join-plan.ts'

const lengthOf = ({ first, last }: Stretch) => last - first + 1

describe('the plan by which S3 joins objects', () => {
  it('copies what is large, and sends what is small together', () => {
    expect(planJoin([3, 12, 4, 4, 25, 2], 10, 20)).toEqual([
      {
        send: [
          { source: 0, first: 0, last: 2 },
          { source: 1, first: 0, last: 6 },
        ],
      },
      {
        send: [
          { source: 1, first: 7, last: 11 },
          { source: 2, first: 0, last: 3 },
          { source: 3, first: 0, last: 0 },
        ],
      },
      {
        send: [
          { source: 3, first: 1, last: 3 },
          { source: 4, first: 0, last: 6 },
        ],
      },
      { copy: { source: 4, first: 7, last: 24 } },
      { send: [{ source: 5, first: 0, last: 1 }] },
    ])
  })

  it('takes every byte once, in order, in parts that S3 takes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { maxLength: 30 }), (sizes) => {
        const steps = planJoin(sizes, 10, 25)
        const stretches = steps.flatMap((step) => ('copy' in step ? [step.copy] : step.send))
        const bytes = stretches.flatMap(({ source, first, last }) =>
          Array.from({ length: last - first + 1 }, (_, at) => `${source}:${first + at}`),
        )
        const expected = sizes.flatMap((size, source) =>
          Array.from({ length: size }, (_, at) => `${source}:${at}`),
        )
        expect(bytes).toEqual(expected)
        const lengths = steps.map((step) =>
          ('copy' in step ? [step.copy] : step.send).reduce((sum, one) => sum + lengthOf(one), 0),
        )
        expect(lengths.every((length) => length <= 25)).toBe(true)
        expect(lengths.slice(0, -1).every((length) => length >= 10)).toBe(true)
      }),
    )
  })
})
