import { createHash, createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { createDigest } from '../../runtimes/digest.ts'

const TEXTS = ['', 'AWS4-HMAC-SHA256', 'ä€😀', 'x'.repeat(341), 'ä'.repeat(342), 'y'.repeat(5000)]

it('digests as node:crypto does', () => {
  const { sha256Hex, hmacSha256 } = createDigest()
  for (const text of TEXTS) {
    expect(sha256Hex(text)).toBe(createHash('sha256').update(text).digest('hex'))
    const expected = createHmac('sha256', 'key').update(text).digest()
    expect(Buffer.from(hmacSha256('key', text))).toEqual(expected)
  }
})

it.each([0, 1, 32, 63, 64, 65, 200])('signs by a key of %i bytes, again and again', (length) => {
  const { hmacSha256Hex } = createDigest()
  const key = Uint8Array.from({ length }, (_, at) => at * 7)
  for (const text of [...TEXTS, ...TEXTS.toReversed()]) {
    expect(hmacSha256Hex(key, text)).toBe(createHmac('sha256', key).update(text).digest('hex'))
  }
})
