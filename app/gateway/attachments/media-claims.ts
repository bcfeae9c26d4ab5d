import { mediaTypeOfName } from '../../codecs/media/media-name.ts'
import {
  isSelfEvident,
  isTextual,
  mediaKind,
  normaliseMediaType,
  sniffBytes,
} from '../../codecs/media/media-type.ts'
import type { MediaPart } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'

/** What an attachment is said to be; servers that know nothing say `application/octet-stream`. */
export function claim({
  mediaType,
  name,
}: {
  mediaType?: string
  name?: string
}): string | undefined {
  const told = mediaType?.startsWith('application/octet-stream') ? undefined : mediaType
  return told ?? (name ? mediaTypeOfName(name) : undefined)
}

/**
 * An error page in place of a picture would be read by the model as if the caller had meant it, and what is
 * no picture at all is refused by AWS alone. `shown` is what the content tells by itself.
 */
export function refuseImpostor(
  mediaType: string | undefined,
  claimed: string | undefined,
  shown: () => string | undefined,
): void {
  const said = normaliseMediaType(claimed)
  if (!mediaType || !said) return
  const evident = isSelfEvident(said)
  if (evident && mediaType === said && shown() !== said) throw impostor(said, 'nothing of the kind')
  if (isTextual(mediaType) && (evident || mediaKind(said) !== 'document')) {
    throw impostor(said, mediaType)
  }
}

/** Nobody shows a page as a picture: it is what a server says in place of one, whatever it calls it. */
export function refusePage(mediaType: string | undefined, wanted: MediaPart['type']): void {
  if (wanted === 'document' || mediaType === undefined || !isTextual(mediaType)) return
  throw impostor(wanted === 'video' ? 'a video' : `an ${wanted}`, mediaType)
}

const impostor = (said: string, holds: string) =>
  new GatewayError('invalid-request', `This is said to be ${said}, but holds ${holds}.`)

// Clients send videos as `image_url` and PDFs as images: what it is decides, not what it was called.
export function kindOf(
  mediaType: string | undefined,
  claimed: MediaPart['type'],
): MediaPart['type'] {
  return (mediaType && mediaKind(mediaType)) || claimed
}

/** The part with what the names tell of it: its own, and that of the object. */
export function namedInS3(part: MediaPart, uri: string): MediaPart {
  const { name = uri.slice(uri.lastIndexOf('/') + 1) } = part
  const mediaType = claim({ ...part, name })
  return mediaType ? { ...part, name, mediaType, type: kindOf(mediaType, part.type) } : part
}

/** The part with what the beginning of its object shows; as its names tell it where that could not be read. */
export function shownInS3(part: MediaPart, beginning: Uint8Array | undefined): MediaPart {
  if (!beginning) return part
  const mediaType = sniffBytes(beginning, part.mediaType)
  refuseImpostor(mediaType, part.mediaType, () => sniffBytes(beginning))
  return mediaType ? { ...part, mediaType, type: kindOf(mediaType, part.type) } : part
}
