import { entryOf } from '../../../codecs/table.ts'
import { GatewayError } from '../../../errors.ts'

/** A kind of file as jobs call it (service model, MediaFormat). */
type MediaFormat = 'mp3' | 'mp4' | 'wav' | 'flac' | 'ogg' | 'amr' | 'webm' | 'm4a'

const FORMATS: Readonly<Record<string, MediaFormat>> = {
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/flac': 'flac',
  'audio/ogg': 'ogg',
  'audio/opus': 'ogg',
  'audio/amr': 'amr',
  'audio/mp4': 'm4a',
  'video/mp4': 'mp4',
  'audio/webm': 'webm',
  'video/webm': 'webm',
}

/** Throws 400 naming what Transcribe hears. */
export function mediaFormatOf(mediaType: string): MediaFormat {
  const format = entryOf(FORMATS, mediaType)
  if (format) return format
  throw new GatewayError(
    'invalid-request',
    `Invalid 'file': Amazon Transcribe does not hear ${mediaType}. It hears ${[...new Set(Object.values(FORMATS))].join(', ')}.`,
    { param: 'file', reason: 'unsupported_format' },
  )
}
