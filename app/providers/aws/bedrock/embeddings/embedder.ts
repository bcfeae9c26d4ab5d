import type {
  EmbeddedInput,
  EmbeddingInput,
  EmbeddingPiece,
  EmbeddingRequest,
} from '../../../../ports/embeddings.ts'
import type { Modality, ModelTraits } from '../../../../ports/models.ts'
import type { LaidInput } from './laid-input.ts'

/** A body of InvokeModel, or the model's input of an asynchronous job. */
export type Body = Readonly<Record<string, unknown>>

/** What a request asks beside its inputs, checked. */
export type Wishes = Omit<EmbeddingRequest, 'inputs'> & {
  /** Told to models that read from S3. */
  accountId?: string
  /** The `s3://` address of the input, where it was laid for the model. */
  lies?: string
}

/** Models that are sent the same bodies for their vectors. */
export interface Embedder {
  /** Beginnings of base ids. */
  ids: readonly string[]
  input: readonly Modality[]
  /** Tokens of one input. */
  contextWindow?: number
  /** Lengths of its vectors; the first is what it gives when nobody asks. */
  dimensions: readonly number[]
  /** The words for `truncate` it knows; absent where nothing can be said. */
  truncates?: readonly string[]
  /** Whether it is told what vectors are for. */
  takesPurpose?: true
  /** Forms beside `float` it computes itself. */
  forms?: readonly string[]
  /** What one vector can be had for of several pieces; absent for models that cannot fuse. */
  fuses?(parts: readonly EmbeddingPiece[]): boolean
  /** About attachments: how large in a request, and which it reads from S3. */
  traits: ModelTraits
  /** Whether `next` may be sent in one call with these; absent for models of one input a call. */
  joins?(batch: readonly EmbeddingInput[], next: EmbeddingInput): boolean
  /** Whether it takes an asynchronous job over S3. */
  isJob?(input: EmbeddingInput, wishes: Wishes): boolean
  /** What has to lie in S3 for the model to read it; absent for models that read everything in a request. */
  laid?(input: EmbeddingInput, wishes: Wishes): LaidInput | undefined
  encode(inputs: readonly EmbeddingInput[], wishes: Wishes): Body
  /** Throws `GatewayError` where the answer is an error in disguise. */
  decode(answer: unknown, wishes: Wishes): EmbeddedInput[]
  /** Tokens by the answer itself, where it tells. */
  tokens?(answer: unknown): number | undefined
  /** The files of a job's folder that hold its vectors; each is handed to `decodeJob` as text. */
  jobFiles?(names: readonly string[]): readonly string[]
  decodeJob?(files: readonly string[], wishes: Wishes): EmbeddedInput
}

/** The embedder of a base id. */
export const embedderOf = (embedders: readonly Embedder[] | undefined, id: string) =>
  embedders?.find(({ ids }) => ids.some((beginning) => id.startsWith(beginning)))

/** Inline media must stay below 25,000,000 bytes of body, which base64 fills with three quarters of that. */
export const MOST_INLINE = 18_700_000

/** Nothing of what steers a chat applies. */
export const VECTORS: ModelTraits = {
  tools: false,
  systemPrompt: false,
  cachePoints: false,
  serviceTiers: false,
  latencyOptimized: false,
  systemTools: [],
  reasoning: 'none',
  s3: [],
  inlineLimits: { image: MOST_INLINE, audio: MOST_INLINE, video: MOST_INLINE },
}

export const partsOf = (input: EmbeddingInput): readonly EmbeddingPiece[] =>
  input.type === 'fused' ? input.parts : [input]

export type Fields = Readonly<Record<string, unknown>>

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}

export const isVector = (value: unknown): value is number[] =>
  Array.isArray(value) && typeof value[0] === 'number'

/** The base64 of an attachment that is sent inline. */
export const inlineData = ({ source }: Extract<EmbeddingPiece, { source: unknown }>) =>
  source.kind === 'base64' ? source.data : undefined
