import { entryOf } from '../codecs/table.ts'
import type { MediaPart } from '../conversation/conversation.ts'

const KINDS: Record<string, MediaPart['type']> = { image: 'image', video: 'video', audio: 'audio' }

/** What a file of OpenAI's callers is by its media type; `usual` where that tells nothing. */
export function fileKind(mediaType: string, usual: MediaPart['type']): MediaPart['type'] {
  const kind = entryOf(KINDS, mediaType.slice(0, mediaType.indexOf('/')))
  if (kind) return kind
  return mediaType === 'application/octet-stream' ? usual : 'document'
}
