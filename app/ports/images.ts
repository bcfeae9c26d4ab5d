import type { Usage } from '../conversation/events.ts'
import type { Call, Served } from './models.ts'

export interface ImageBytes {
  bytes: Uint8Array<ArrayBuffer>
  /** `image/png`. */
  mediaType: string
}

export interface ImageRequest {
  /** The name the caller wrote. */
  model: string
  task: 'generate' | 'edit' | 'vary'
  prompt?: string
  /** What is edited or varied, the first before all. */
  images: readonly ImageBytes[]
  /** Its transparent pixels are the ones to draw. */
  mask?: ImageBytes
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
  /** Fields of the model's own: seed, negative prompt, task type. */
  extras?: Readonly<Record<string, unknown>>
  /** How many unfinished pictures the caller would like to see; `onPartial` is told of each. */
  partials?: number
}

export interface ImageModel {
  draw(
    request: ImageRequest,
    call: Call,
    onPartial?: (image: ImageBytes, index: number) => void,
  ): Promise<{
    images: (ImageBytes & { revisedPrompt?: string })[]
    usage: Usage
    served: Served
    /** What was really drawn, where the request left it open. */
    size?: string
    quality?: string
  }>
}
