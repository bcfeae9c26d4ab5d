import { entryOf } from '../codecs/table.ts'

/** The formats `input_audio` may name: OpenAI's two, and those other models hear as well. */
export const AUDIO_FORMATS = [
  'wav',
  'mp3',
  'flac',
  'ogg',
  'opus',
  'aac',
  'm4a',
  'mp4',
  'mpeg',
  'mpga',
  'webm',
  'pcm16',
] as const

const AUDIO_TYPES: Record<string, string> = {
  mp3: 'audio/mpeg',
  pcm16: 'audio/pcm',
}

/** The media type behind the `format` of an `input_audio` part. */
export function audioType(format: string): string {
  return entryOf(AUDIO_TYPES, format) ?? `audio/${format}`
}
