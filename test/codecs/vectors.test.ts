import { describe, expect, it } from 'vitest'
import {
  base64OfFloats,
  cosine,
  meanDirection,
  signBits,
  signedSignBits,
  unit,
} from '../../app/codecs/vectors.ts'

describe('vectors', () => {
  it('are little-endian 32-bit floats in base64', () => {
    expect(base64OfFloats([1, -2])).toBe(
      Buffer.from([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]).toString('base64'),
    )
    expect(base64OfFloats([])).toBe('')
    expect(base64OfFloats(new Float32Array([0.1]))).toBe(base64OfFloats([0.1]))
  })

  it('have signs that are packed by eight, the first highest', () => {
    expect(signBits([1, -1, 1, 0, 0, 0, 0, 0.5, 2])).toEqual([0b10100001, 0b10000000])
    expect(signedSignBits([1, -1, 1, 0, 0, 0, 0, 0.5, 2])).toEqual([33, 0])
  })

  it('have a direction, and a mean of several', () => {
    expect(Array.from(unit(new Float32Array([3, 4])))).toEqual([Math.fround(0.6), Math.fround(0.8)])
    expect(Array.from(unit(new Float32Array(2)))).toEqual([0, 0])
    const mean = meanDirection([
      [2, 0],
      [0, 2],
    ])
    expect(cosine(mean, mean)).toBeCloseTo(1, 6)
    expect(mean[0]).toBe(mean[1])
  })
})
