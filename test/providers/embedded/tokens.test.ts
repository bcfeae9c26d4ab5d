import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countTokens, firstTokens, splitTokens } from '../../../app/providers/embedded/tokens.ts'

describe('tokens', () => {
  it('are pieces of words, numbers, signs and wide characters', () => {
    expect(splitTokens('Hello, wonderful world 12345!\n\n  天気😀é')).toEqual([
      'Hello',
      ',',
      ' wonder',
      'ful',
      ' world',
      ' 123',
      '45',
      '!',
      '\n\n  ',
      '天',
      '気',
      '😀',
      'é',
    ])
  })

  it('are about four characters of English', () => {
    const text =
      'A gateway hears a request in one dialect, thinks about it as one conversation, and answers in the dialect it was asked in.'
    expect(text.length / countTokens(text)).toBeGreaterThan(3.5)
    expect(text.length / countTokens(text)).toBeLessThan(5)
  })

  it('joined are the text, whatever it is, and no pair of surrogates is torn', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, most) => {
        const tokens = splitTokens(text)
        expect(tokens.join('')).toBe(text)
        expect(countTokens(text)).toBe(tokens.length)
        expect(firstTokens(text, most)).toBe(tokens.slice(0, most).join(''))
        expect(tokens.every((token) => token.isWellFormed())).toBe(true)
      }),
    )
  })
})
