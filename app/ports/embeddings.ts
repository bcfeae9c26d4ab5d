import type { MediaPart } from '../conversation/conversation.ts'
import type { Usage } from '../conversation/events.ts'
import type { Call, Served } from './call.ts'

/**
 * A text, or an attachment the model reads: its source is base64 or an `s3://` address by now. An empty text may
 * come as OpenAI's `tokens` instead, for models whose card says that they take them.
 */
export type EmbeddingPiece =
  | { type: 'text'; text: string; tokens?: readonly number[]; param?: string }
  | MediaPart

/** One thing to be embedded. What is fused has one vector for all its parts. */
export type EmbeddingInput =
  | EmbeddingPiece
  | { type: 'fused'; parts: readonly EmbeddingPiece[]; param?: string }

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
  /** The same where the caller says nothing, for models that can; others are not said to ignore it. */
  usualTruncate?: 'end'
  /** Forms of the vectors wanted beside `float`: `int8`, `uint8`, `binary`, `ubinary`. */
  forms?: readonly string[]
  /** Fields of the model's own. */
  extras?: Readonly<Record<string, unknown>>
  /** The end user behind the caller. */
  user?: string
  /** Which request of which server and of whose user this is, for the upstream's own log. */
  labels?: Readonly<Record<string, string>>
  /** The caller's names of these members, to be told in errors; their own names when absent. */
  params?: Readonly<
    Partial<Record<'inputs' | 'dimensions' | 'purpose' | 'truncate' | 'forms', string>>
  >
}

export type Vector = readonly number[] | Float32Array

export interface EmbeddedInput {
  /** One for the whole input; where the model gives only parts of it, their mean of unit length. */
  vector: Vector
  /** By form, every one that was asked for beside `float`. */
  forms?: Readonly<Record<string, readonly number[]>>
  /** What the model tells of parts of a long input, each with its place in the model's own words. */
  segments?: readonly { vector: Vector; about: Readonly<Record<string, unknown>> }[]
}

/**
 * Turns inputs into vectors. Throws `GatewayError`: 400 with `param` for what the model cannot read and for
 * dimensions and forms it does not give, with those it does.
 */
export interface EmbeddingModel {
  embed(
    request: EmbeddingRequest,
    call: Call,
    /** May be told of each input as soon as its vector is there, in any order. */
    onEmbedded?: (embedded: EmbeddedInput, index: number) => void,
  ): Promise<{ embeddings: EmbeddedInput[]; usage: Usage; served: Served }>
}
