import { encodeBase64 } from './bytes/base64.ts'

type Numbers = readonly number[] | Float32Array

/** A vector as JSON writes it. */
export const numbersOf = (vector: Numbers): number[] =>
  vector instanceof Float32Array ? Array.from(vector) : (vector as number[])

/** Little-endian 32-bit floats in base64, as OpenAI's and Cohere's clients read them. */
export function base64OfFloats(vector: Numbers): string {
  const bytes = new Uint8Array(vector.length * 4)
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < vector.length; at++) view.setFloat32(at * 4, vector[at]!, true)
  return encodeBase64(bytes)
}

/** The vector's signs, eight to a number from 0 to 255, the first in the highest bit: Cohere's `ubinary`. */
export function signBits(vector: Numbers): number[] {
  const packed = new Array<number>(Math.ceil(vector.length / 8)).fill(0)
  for (let at = 0; at < vector.length; at++) {
    if (vector[at]! > 0) packed[at >> 3]! |= 0x80 >> (at & 7)
  }
  return packed
}

/** The same as numbers from -128 to 127: Cohere's `binary`. */
export const signedSignBits = (vector: Numbers): number[] =>
  signBits(vector).map((bits) => bits - 128)

/** The vector's direction with length 1; itself when it has none. */
export function unit(vector: Float32Array): Float32Array {
  let squares = 0
  for (const value of vector) squares += value * value
  if (squares === 0) return vector
  const scale = 1 / Math.sqrt(squares)
  return vector.map((value) => value * scale)
}

/** The direction between vectors of one length. */
export function meanDirection(vectors: readonly Numbers[]): Float32Array {
  const sum = new Float32Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) {
    for (let at = 0; at < sum.length; at++) sum[at]! += vector[at] ?? 0
  }
  return unit(sum)
}

/** The cosine of the angle between two vectors of length 1. */
export function cosine(one: Numbers, other: Numbers): number {
  let sum = 0
  for (let at = 0; at < one.length; at++) sum += one[at]! * other[at]!
  return sum
}
