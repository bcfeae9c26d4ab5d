import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  base64Size,
  decodeBase64,
  decodeBase64Text,
  encodeBase64,
  isBase64,
  normaliseBase64,
  readBase64,
} from '../../app/codecs/bytes/base64.ts'

describe('base64', () => {
  it('goes there and back as the platform does it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const text = encodeBase64(bytes)
        expect(text).toBe(Buffer.from(bytes).toString('base64'))
        expect(isBase64(text)).toBe(true)
        expect(base64Size(text)).toBe(bytes.length)
        expect(decodeBase64(text)).toEqual(bytes)
      }),
    )
  })

  it('encodes more bytes than a function takes arguments', () => {
    const bytes = new Uint8Array(300_000).map((_, at) => at)
    expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
  })

  it('decodes without what only newer runtimes have', () => {
    const native = Object.getOwnPropertyDescriptor(Uint8Array, 'fromBase64')
    Reflect.deleteProperty(Uint8Array, 'fromBase64')
    expect(decodeBase64('AP8Q')).toEqual(new Uint8Array([0, 255, 16]))
    Object.defineProperty(Uint8Array, 'fromBase64', {
      configurable: true,
      value: (text: string) => new Uint8Array(Buffer.from(text, 'base64')),
    })
    expect(decodeBase64('AP8Q')).toEqual(new Uint8Array([0, 255, 16]))
    Reflect.deleteProperty(Uint8Array, 'fromBase64')
    if (native) Object.defineProperty(Uint8Array, 'fromBase64', native)
  })

  it('reads letters in the midst of other bytes, up to where they end', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.constantFrom('"', '"abc', '', '"}='),
        (bytes, behind) => {
          const letters = encodeBase64(bytes)
          const around = new TextEncoder().encode(`{"${letters}${behind}`)
          const into = { bytes: new Uint8Array(120), filled: 7 }
          expect(readBase64(new DataView(around.buffer), 2, into)).toBe(2 + letters.length)
          expect(into.bytes.slice(7, into.filled)).toEqual(bytes)
        },
      ),
    )
  })

  it.each([
    ['aGk', 0],
    ['aGk"', 0],
    ['aGVsbG8', 4],
    ['a"==', 0],
    ['====', 0],
    ['\u00ffGk=', 0],
    ['aGk!aGk=', 0],
  ])('stops in %j at the first group that is none', (text, end) => {
    const view = new DataView(Uint8Array.from(text, (letter) => letter.charCodeAt(0)).buffer)
    expect(readBase64(view, 0, { bytes: new Uint8Array(20), filled: 0 })).toBe(end)
  })

  it('decodes text, ASCII or not', () => {
    for (const text of ['{"a":1}', 'grüß 世界 🙂', '\uFEFFmark', '']) {
      expect(decodeBase64Text(Buffer.from(text).toString('base64'))).toBe(text)
    }
  })

  const normal: [string, string][] = [
    ['', ''],
    ['aGk=', 'aGk='],
    ['aGk', 'aGk='],
    ['aA', 'aA=='],
    ['aA=', 'aA=='],
    ['aGVs\r\nbG8h\n', 'aGVsbG8h'],
    [' aGk = ', 'aGk='],
    ['-_-_', '+/+/'],
    ['-_8', '+/8='],
  ]
  it.each(normal)('normalises %j to %j', (text, expected) => {
    expect(normaliseBase64(text)).toBe(expected)
  })

  it.each(['a', 'abcde', 'a=bc', '====', 'aGk===', 'über', 'aGk!', 'data', '\0\0\0\0', 'ab%3D'])(
    'finds out whether %j is base64',
    (text) => {
      const isOne = text === 'data'
      expect(normaliseBase64(text)).toBe(isOne ? text : undefined)
      expect(isBase64(text)).toBe(isOne)
    },
  )

  it('agrees with the platform on what can be decoded', () => {
    const letters = fc.constantFrom(...'AZaz09+/= \n=ü')
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 12 }), (text) => {
        const normal = normaliseBase64(text)
        if (normal === undefined) return
        expect(isBase64(normal)).toBe(true)
        expect(atob(normal).length).toBe(base64Size(normal))
        expect(atob(normal)).toBe(Buffer.from(text, 'base64').toString('latin1'))
      }),
    )
  })
})
