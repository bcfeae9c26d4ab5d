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
} from '../../app/codecs/base64.ts'

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

  it('decodes letters into bytes that are there, and tells of what is none', () => {
    const letters = fc.constantFrom(...'AZaz09+/=')
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 12 }), (text) => {
        const bytes = new Uint8Array(20)
        const end = readBase64(new TextEncoder().encode(text), bytes, 2)
        if (isBase64(text)) expect(bytes.slice(2, end)).toEqual(decodeBase64(text))
        else expect(end).toBe(-1)
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const decoded = new Uint8Array(120)
        const end = readBase64(new TextEncoder().encode(encodeBase64(bytes)), decoded, 7)
        expect(decoded.slice(7, end)).toEqual(bytes)
      }),
    )
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
