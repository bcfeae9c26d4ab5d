import type { Guardrail } from '../conversation/conversation.ts'
import type { Usage } from '../conversation/events.ts'
import type { Call, Served } from './call.ts'

export interface ImageBytes {
  bytes: Uint8Array<ArrayBuffer>
  /** `image/png`. */
  mediaType: string
}

/** A picture somebody sent, known by its head; its bytes are read when they are needed, as often as they are. */
export interface InputImage {
  /** By its content. */
  mediaType: string
  /** Pixels. */
  width: number
  height: number
  /** Its head says that it may have transparent pixels. */
  alpha: boolean
  /** Bytes. */
  size: number
  /** Where it stands in the request, to name it in an error. */
  param: string
  bytes(): Promise<Uint8Array<ArrayBuffer>>
  stream(): Promise<ReadableStream<Uint8Array>>
  /** Nobody else looks at the pieces of its stream, whose memory may be given back at once. */
  ends?: boolean
}

/** What is wanted: a picture of words, another one of a picture with words, another one like a picture. */
export type ImageTask = 'generate' | 'edit' | 'vary'

/** What a model that draws can be asked; `mask`: edits of what a mask shows alone. */
export type ImageAbility = ImageTask | 'mask'

export interface ImageRequest {
  /** The name the caller wrote. */
  model: string
  task: ImageTask
  prompt?: string
  /** What is edited or varied, the first before all. */
  images: readonly InputImage[]
  /** Its transparent pixels are the ones to draw. */
  mask?: InputImage
  count: number
  /** `WIDTHxHEIGHT` or `auto`, and OpenAI's other words as the caller wrote them. */
  size?: string
  quality?: string
  style?: string
  background?: string
  /** `png`, `jpeg` or `webp`. */
  format?: string
  /** 0 to 100. */
  compression?: number
  /** `low` or `auto`. */
  moderation?: string
  /** How close an edit shall stay to what was sent: `high` or `low`. */
  fidelity?: string
  /** Fields of the model's own: seed, negative prompt, task type. */
  extras?: Readonly<Record<string, unknown>>
  /** How many unfinished pictures the caller would like to see; `onPartial` is told of each. */
  partials?: number
  /** The end user behind the caller. */
  user?: string
  /** Which request of which server and of whose user this is, for the upstream's own log. */
  labels?: Readonly<Record<string, string>>
  /** What the pictures go through; only models whose card says that it can be applied are asked for it. */
  guardrail?: Guardrail
}

export type DrawnImage = ImageBytes & { revisedPrompt?: string }

export interface DrawnImages {
  /** At least one; fewer than were asked for where others were blocked. */
  images: DrawnImage[]
  usage: Usage
  /** How many of the tokens read were of pictures. */
  inputImageTokens?: number
  /** `ignored` by OpenAI's names of the members above. */
  served: Served
  /** What was really drawn, where the request left it open. */
  size?: string
  quality?: string
  background?: string
}

/**
 * Draws pictures. Throws `GatewayError`: 400 with OpenAI's name of the field as `param` and the allowed values
 * for what the model cannot do, `content-filter` when every picture was blocked.
 */
export interface ImageModel {
  /** Whether it shows unfinished pictures. */
  partials?: boolean
  draw(
    request: ImageRequest,
    call: Call,
    onPartial?: (image: ImageBytes, index: number) => void,
  ): Promise<DrawnImages>
}
