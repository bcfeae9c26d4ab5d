import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holdsMoreValues } from '../../app/codecs/json-values.ts'

/** How many values there are, lists and objects among them. */
function count(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce<number>((sum, one) => sum + count(one), 1)
}

describe('the count of values in a JSON text', () => {
  it('is never less than there are, nor much more', () => {
    const property = fc.property(fc.json(), fc.integer({ min: 1, max: 40 }), (text, most) => {
      const values = count(JSON.parse(text))
      if (values > most) expect(holdsMoreValues(text, most)).toBe(true)
      if (2 * values <= most) expect(holdsMoreValues(text, most)).toBe(false)
    })
    fc.assert(property, { seed: 1, numRuns: 500 })
  })

  it.each([
    ['"a,[{\\",[{\\\\\\",[{"', false],
    ['["\\\\",1]', true],
    ['"a string that never ends, [{', false],
    ['', false],
  ])('of %s is told apart from its strings', (text, more) => {
    expect(holdsMoreValues(text, 2)).toBe(more)
  })
})
