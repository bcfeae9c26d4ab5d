import { writeSrt, writeVtt } from '../../../codecs/sound/subtitles.ts'
import type { Usage } from '../../../conversation/events.ts'
import type { SpokenSegment, Transcript } from '../../../ports/transcription.ts'

export const FORMATS = ['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json'] as const
export type Format = (typeof FORMATS)[number]

export interface TranscriptForm {
  format: Format
  task: 'transcribe' | 'translate'
  granularities: readonly ('word' | 'segment')[]
}

interface Written {
  body: string
  type: string
}

const JSON_TYPE = 'application/json'
const TEXT_TYPE = 'text/plain; charset=utf-8'

/** A transcript in one of OpenAI's formats (specification, createTranscription). */
export function writeTranscript(
  transcript: Transcript,
  usage: Usage,
  form: TranscriptForm,
): Written {
  const { text, segments = [] } = transcript
  switch (form.format) {
    case 'text':
      return { body: `${text}\n`, type: TEXT_TYPE }
    case 'srt':
      return { body: writeSrt(spoken(segments)), type: TEXT_TYPE }
    case 'vtt':
      return { body: writeVtt(spoken(segments)), type: 'text/vtt; charset=utf-8' }
    default:
      return { body: JSON.stringify(jsonOf(transcript, usage, form)), type: JSON_TYPE }
  }
}

/** Who speaks stands before what they say, where it is known. */
const spoken = (segments: readonly SpokenSegment[]) =>
  segments.map(({ text, start, end, speaker }) => ({
    text: speaker === undefined ? text : `${speaker}: ${text}`,
    start,
    end,
  }))

function jsonOf(
  transcript: Transcript,
  usage: Usage,
  { format, task, granularities }: TranscriptForm,
) {
  const { text, language, duration, words = [], segments = [], extras } = transcript
  if (format === 'json') return { text, ...extras, usage: wireUsage(usage) }
  const length = duration ?? usage.audioSeconds ?? 0
  if (format === 'diarized_json') {
    const spokenBy = segments.map(diarizedSegment)
    return {
      task: 'transcribe',
      duration: length,
      text,
      segments: spokenBy,
      usage: wireUsage(usage),
    }
  }
  const { segments: readings, ...more } = extras ?? {}
  return {
    // Transcribe has a member of the same name for its alternatives.
    ...(readings !== undefined && { alternatives: readings }),
    ...more,
    task,
    language: task === 'translate' ? 'english' : languageName(language),
    duration: length,
    text,
    ...(granularities.includes('segment') && { segments: segments.map(segmentOf) }),
    ...(granularities.includes('word') && {
      words: words.map(({ word, start, end }) => ({ word, start, end })),
    }),
    usage: wireUsage(usage),
  }
}

/** What Whisper tells of its own workings nobody else knows: of others those members are neutral. */
const segmentOf = ({ text, start, end, extras }: SpokenSegment, id: number) => ({
  id,
  seek: 0,
  start,
  end,
  text,
  tokens: [],
  temperature: 0,
  avg_logprob: 0,
  compression_ratio: 0,
  no_speech_prob: 0,
  ...extras,
})

export const diarizedSegment = (
  { text, start, end, speaker = 'A' }: SpokenSegment,
  at: number,
) => ({
  type: 'transcript.text.segment' as const,
  id: `seg_${String(at + 1).padStart(3, '0')}`,
  start,
  end,
  text,
  speaker,
})

/** OpenAI's models are paid by the second or by the token. */
export function wireUsage({ input, output, audioSeconds }: Usage) {
  if (input === 0 && output === 0) return { type: 'duration', seconds: audioSeconds ?? 0 }
  return {
    type: 'tokens',
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
  }
}

/** `en-US` is `english`, as Whisper calls languages. */
function languageName(code: string | undefined): string {
  if (code === undefined) return 'unknown'
  const names = new Intl.DisplayNames(['en'], { type: 'language' })
  try {
    return (names.of(code.split('-', 1)[0]!) ?? code).toLowerCase()
  } catch {
    // A model may call a language what no registry knows.
    return code
  }
}
