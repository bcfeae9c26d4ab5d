import { concatenated } from '../../codecs/bytes/byte-pieces.ts'
import { precededBy, streamOfWhole } from '../../codecs/bytes/byte-stream.ts'
import { mediaTypeOfName } from '../../codecs/media/media-name.ts'
import { mediaKind, sniffBytes } from '../../codecs/media/media-type.ts'
import { secondsOfSound } from '../../codecs/sound/sound-length.ts'
import { GatewayError } from '../../errors.ts'
import type { StagedAudio } from '../../ports/audio-staging.ts'
import type { Services } from '../../ports/services.ts'

/** A recording that a request brought, before anybody knows who will listen to it. */
export interface HeldAudio extends StagedAudio {
  /** By its content. */
  mediaType: string
  name?: string
  /** Where the front tells it. */
  seconds?: number
}

interface BroughtAudio {
  body: ReadableStream<Uint8Array>
  name?: string
  /** As the caller claims it. */
  mediaType?: string
  labels: Readonly<Record<string, string>>
}

/** Bytes of a recording that is held in memory; a larger one is laid elsewhere. */
const HELD = 8 * 1024 * 1024
const NAMELESS = 'application/octet-stream'

/**
 * Takes a recording in. Throws 400 naming `file` for what is empty or no audio by its content, 413 for what
 * is too large, 503 where a large one can lie nowhere.
 */
export async function holdAudio(
  { body, name, mediaType: claimed, labels }: BroughtAudio,
  { config, staging }: Pick<Services, 'config' | 'staging'>,
): Promise<HeldAudio> {
  const limit = config.MAX_AUDIO_BYTES
  const reader = body.getReader()
  const pieces: Uint8Array[] = []
  let size = 0
  let isWhole = false
  while (size < HELD && !isWhole) {
    const { done, value } = await reader.read()
    isWhole = done
    if (!value) continue
    // Stores and sockets may use their memory again.
    pieces.push(value.slice())
    size += value.length
  }
  const head = concatenated(pieces)
  if (size > limit) throw tooLarge(limit)
  if (size === 0) throw refused('The file is empty.', 'empty_file')
  const mediaType = audioTypeOf(head, claimed ?? (name ? mediaTypeOfName(name) : undefined))
  const lasting = (whole: number) => {
    const seconds = secondsOfSound({ mediaType, bytes: head, size: whole })
    return seconds === undefined ? {} : { seconds }
  }
  const about = { mediaType, ...(name && { name }) }
  if (isWhole) {
    return {
      ...about,
      ...lasting(size),
      size,
      open: async () => streamOfWhole(head),
      discard: async () => {},
    }
  }
  if (!staging) {
    throw new GatewayError(
      'feature-unavailable',
      `Recordings of more than ${HELD} bytes need a store: set AWS_S3_BUCKET on the server.`,
      { param: 'file' },
    )
  }
  const staged = await staging.stage(precededBy(head, counted(reader, { size, limit })), labels)
  return { ...staged, ...about, ...lasting(staged.size) }
}

/** What the content is, if that is sound, also beside pictures. */
function audioTypeOf(head: Uint8Array, claimed: string | undefined): string {
  const type = sniffBytes(head.subarray(0, 64 * 1024), claimed) ?? NAMELESS
  const kind = mediaKind(type)
  if (kind === 'audio' || kind === 'video') return type
  throw refused(
    type === NAMELESS
      ? 'The file is no audio that is known.'
      : `The file is no audio, but ${type}.`,
    'invalid_audio',
  )
}

type Reader = ReadableStreamDefaultReader<Uint8Array>

function counted(reader: Reader, { size, limit }: { size: number; limit: number }) {
  let total = size
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (done) return controller.close()
        total += value.length
        if (total > limit) return controller.error(tooLarge(limit))
        controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

const refused = (message: string, reason: string) =>
  new GatewayError('invalid-request', `Invalid 'file': ${message}`, { param: 'file', reason })

const tooLarge = (limit: number) =>
  new GatewayError(
    'too-large',
    `The recording is larger than this server takes: at most ${limit} bytes (MAX_AUDIO_BYTES).`,
    { param: 'file', reason: 'file_too_large' },
  )
