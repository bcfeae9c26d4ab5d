import { crc32 as oracle } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32 } from '../../app/codecs/event-stream/crc32.ts'

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

describe('crc32', () => {
  it('gives the check value of the algorithm', () => {
    const view = viewOf(new TextEncoder().encode('123456789'))
    expect(crc32(view, 0, 9)).toBe(0xcbf43926)
    expect(crc32(view, 4, 4)).toBe(0)
  })

  it('agrees with zlib on any range of any bytes', () => {
    const bytesAndRange = fc
      .uint8Array({ maxLength: 200 })
      .chain((bytes) =>
        fc.tuple(fc.constant(bytes), fc.nat(bytes.length), fc.nat(bytes.length), fc.nat(7)),
      )
    fc.assert(
      fc.property(bytesAndRange, ([bytes, one, other, offset]) => {
        const moved = new Uint8Array(bytes.length + offset)
        moved.set(bytes, offset)
        const [start, end] = one < other ? [one, other] : [other, one]
        const view = viewOf(moved.subarray(offset))
        expect(crc32(view, start, end)).toBe(oracle(bytes.subarray(start, end)))
      }),
    )
  })
})
