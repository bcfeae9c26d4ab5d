import type { z } from '@hono/zod-openapi'
import { normaliseBase64 } from '../../../codecs/bytes/base64.ts'
import type { MediaPart } from '../../../conversation/conversation.ts'
import { GatewayError } from '../../../errors.ts'
import type { ImageOrder } from '../../../gateway/operations/draw.ts'
import type { Embedded, EmbeddingOrder } from '../../../gateway/operations/embed.ts'
import type { Reranked } from '../../../gateway/operations/rerank.ts'
import type { DrawnImages } from '../../../ports/images.ts'
import type { BesideChat } from '../../../ports/native.ts'
import type { RerankRequest } from '../../../ports/reranking.ts'
import { malformed } from './malformed.ts'

export type Body = Readonly<Record<string, unknown>>

/** What a body asks, free of its maker's words, and how that maker writes the answer. */
export type Meant =
  | {
      operation: 'embedding'
      order: Omit<EmbeddingOrder, 'model'>
      write(embedded: Embedded, requestId: string): Body
    }
  | { operation: 'rerank'; order: Omit<RerankRequest, 'model'>; write(ranked: Reranked): Body }
  | { operation: 'image'; order: Omit<ImageOrder, 'model'>; write(drawn: DrawnImages): Body }

/**
 * A form of body that some models of Bedrock take which do not chat. Models that have no form of their own (the
 * embedded ones, an upstream's) are asked and answer in it all the same.
 */
export interface OwnForm {
  operation: BesideChat
  /** Part of the ids of the models it belongs to. */
  ids: RegExp
  /** Whether a body has this form, where the model's name does not tell. */
  knows(body: Body): boolean
  /** Throws 400 as Bedrock does that checks bodies before the model has them. `id` is the model's. */
  read(body: Body, id: string): Meant | Promise<Meant>
}

/** The body as its schema has it. Throws 400 in Bedrock's words. */
export function checked<Schema extends z.ZodType>(schema: Schema, body: Body): z.output<Schema> {
  const read = schema.safeParse(body)
  if (read.success) return read.data
  throw malformed(read.error, body)
}

/** An attachment in base64. Throws 400 for what is not base64. */
export function inlineMedia(
  type: 'image' | 'audio' | 'video',
  data: string,
  { param, mediaType }: { param: string; mediaType?: string },
): MediaPart {
  const base64 = normaliseBase64(data)
  if (!base64) throw new GatewayError('invalid-request', `${param} is not base64.`, { param })
  return {
    type,
    source: { kind: 'base64', data: base64 },
    param,
    ...(mediaType && { mediaType }),
  }
}

export const mediaInS3 = (
  type: 'image' | 'audio' | 'video',
  uri: string,
  { param, mediaType }: { param: string; mediaType?: string },
): MediaPart => ({
  type,
  source: { kind: 's3', uri },
  param,
  ...(mediaType && { mediaType }),
})

/** What is refused although its form is right. */
export const refused = (message: string, param: string) =>
  new GatewayError('invalid-request', message, { param })
