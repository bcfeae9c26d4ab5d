import type { MediaPart } from '../conversation/conversation.ts'
import type { Usage } from '../conversation/events.ts'
import type { Call, Served } from './models.ts'

/** One thing to be embedded: a text, or an attachment the model reads (its source is bytes or an address by now). */
export type EmbeddingInput = { type: 'text'; text: string } | MediaPart

export interface EmbeddingRequest {
  /** The name the caller wrote. */
  model: string
  /** Each is answered by its own vector, in order. */
  inputs: readonly EmbeddingInput[]
  /** Of the vector; absent leaves it to the model. */
  dimensions?: number
  /** What the vectors are for, in Cohere's words (`search_query`), which others are told from. */
  purpose?: string
  /** Which end of a text that is too long is left out; `none` is refused by the model. */
  truncate?: 'none' | 'start' | 'end'
  /** Forms of the vectors beside `float`, where a model computes them itself: `int8`, `ubinary`. */
  forms?: readonly string[]
  /** Fields of the model's own. */
  extras?: Readonly<Record<string, unknown>>
}

export interface EmbeddedInput {
  vector: readonly number[] | Float32Array
  /** By form, where others than `float` were asked for. */
  forms?: Readonly<Record<string, readonly number[]>>
}

/** Turns inputs into vectors. Throws `GatewayError`: 400 with `param` for what the model cannot read. */
export interface EmbeddingModel {
  embed(
    request: EmbeddingRequest,
    call: Call,
  ): Promise<{ embeddings: EmbeddedInput[]; usage: Usage; served: Served }>
}
