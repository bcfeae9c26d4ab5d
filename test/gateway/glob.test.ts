import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitsGlob } from '../../app/gateway/names/glob.ts'
import { nearestNames } from '../../app/gateway/names/nearest-names.ts'

describe('a pattern', () => {
  it('fits as the same regular expression would', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', '.', '-'), { maxLength: 12 })
    const signs = fc.array(fc.constantFrom('a', 'b', '.', '-', '*', '?'), { maxLength: 8 })
    fc.assert(
      fc.property(signs, letters, (pattern, text) => {
        const source = pattern.map((sign) =>
          sign === '*' ? '.*' : sign === '?' ? '.' : sign === '.' ? '\\.' : sign,
        )
        const expected = new RegExp(`^${source.join('')}$`).test(text.join(''))
        expect(fitsGlob(pattern.join(''), text.join(''))).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('made to be slow is not', () => {
    const started = performance.now()
    expect(fitsGlob(`${'*a'.repeat(120)}b`, 'a'.repeat(2000))).toBe(false)
    expect(performance.now() - started).toBeLessThan(200)
  })
})

describe('the nearest names', () => {
  const known = ['amazon.nova-lite-v1:0', 'amazon.nova-micro-v1:0', 'gpt-4o', 'gpt-4o-mini']

  it('come in order of likeness, and only when they are like it', () => {
    expect(nearestNames('nova-lite', known)).toEqual(['amazon.nova-lite-v1:0'])
    expect(nearestNames('GPT-4o-min', known)).toEqual(['gpt-4o-mini', 'gpt-4o'])
    expect(nearestNames('gpt-4o', known)).toEqual(['gpt-4o-mini'])
    expect(nearestNames('', known)).toEqual([])
    expect(nearestNames('something else', known)).toEqual([])
  })
})
