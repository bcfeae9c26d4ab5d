import { isTextual } from '../../codecs/media/media-type.ts'
import type { MediaPart, TextPart } from '../../conversation/conversation.ts'
import { decodeText } from '../../library/file-text/text-of-file.ts'
import type { ModelCard } from '../../ports/models.ts'

/** Whether the words of an attachment are to be read where it stands. */
export function isText(
  { asText }: MediaPart,
  mediaType: string | undefined,
  { traits }: ModelCard,
): boolean {
  if (!asText || mediaType === undefined || !isTextual(mediaType)) return false
  return asText === 'always' || traits.documents === false
}

export const textPart = (bytes: Uint8Array): TextPart => ({ type: 'text', text: decodeText(bytes) })

/** What a model reads from S3 by itself, when it is told where; undefined for what has to be looked into. */
export function kindInS3(part: MediaPart, card: ModelCard): MediaPart['type'] | undefined {
  const { s3: kinds = [] } = card.traits
  // A name without an ending may hide anything, unless the model reads one kind of thing only.
  if (part.mediaType === undefined) return kinds.length === 1 ? kinds[0] : undefined
  if (isText(part, part.mediaType, card)) return undefined
  return kinds.includes(part.type) ? part.type : undefined
}
