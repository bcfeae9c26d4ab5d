import type { Vector } from '../../../ports/embeddings.ts'

/** A vector as JSON writes it. */
export const numbersOf = (vector: Vector): readonly number[] =>
  vector instanceof Float32Array ? Array.from(vector) : vector
