import { z } from '@hono/zod-openapi'
import type { MediaPart } from '../conversation/conversation.ts'
import { locate } from '../dialects/media-location.ts'
import { GatewayError } from '../errors.ts'
import type { WrittenInput, WrittenPiece } from '../gateway/operations/embed.ts'

const ADDRESS = 'https, s3://bucket/key, file-id:, or a data URL.'

const textContent = z.looseObject({ type: z.literal('text'), text: z.string() })
const mediaContent = z.looseObject({
  type: z.literal('image_url'),
  image_url: z.looseObject({ url: z.string().describe(ADDRESS) }),
})

/** One piece of a fused input, in Cohere's form. */
const content = z.discriminatedUnion('type', [textContent, mediaContent])

/** Several pieces that have one vector together, in Cohere's form. */
export const fusedInput = z
  .looseObject({ content: z.array(content).min(1) })
  .openapi('FusedInput', { description: 'Texts and images that have one vector together.' })

/** Where a text that is too long is cut, in Cohere's words of two versions of its API. */
export const TRUNCATIONS = {
  NONE: 'none',
  START: 'start',
  LEFT: 'start',
  END: 'end',
  RIGHT: 'end',
} as const

/** An attachment by its address, where it cannot be a text. */
export function attachment(address: string, param: string): MediaPart {
  const { source, mediaType } = locate(address, param)
  const kind = mediaType?.split('/', 1)[0]
  return {
    type: kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'document',
    source,
    param,
    asText: 'always',
    ...(mediaType && { mediaType }),
  }
}

/** A text that stands for itself, whatever it looks like. Throws 400 for an empty one. */
export function plainText(text: string, param: string): WrittenPiece {
  if (text !== '') return { type: 'text', text, param }
  throw new GatewayError(
    'invalid-request',
    `Invalid '${param}': input cannot be an empty string.`,
    { param, reason: 'invalid_value' },
  )
}

const WEB = /^https?:\/\/\S+$/i
const NAMED = /^(?:s3:\/\/[^\s/]*(?:\/[^\r\n]*)?$|file-id:\S+\s*$|data:[\w.+-]+\/[\w.+-]+[;,])/i

/** A text that may be an address instead. */
export function textOrAddress(text: string, param: string): WrittenPiece {
  const written = plainText(text, param)
  if (written.type !== 'text') return written
  if (WEB.test(text)) return { ...written, located: () => attachment(text, param), mayBeText: true }
  return NAMED.test(text) ? { ...written, located: () => attachment(text, param) } : written
}

/** What a fused input holds; one with a single piece is that piece. */
export function fused(
  { content: pieces }: z.infer<typeof fusedInput>,
  param: string,
): WrittenInput {
  const parts = pieces.map((piece, index) =>
    piece.type === 'text'
      ? plainText(piece.text, `${param}.content[${index}].text`)
      : attachment(piece.image_url.url, `${param}.content[${index}].image_url.url`),
  )
  return parts.length === 1 ? parts[0]! : { type: 'fused', parts, param }
}
