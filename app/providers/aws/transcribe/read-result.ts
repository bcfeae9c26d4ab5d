import { GatewayError } from '../../../errors.ts'
import type { Transcript } from '../../../ports/transcription.ts'
import { type Fields, fieldsOf, objectsOf, textOf } from '../json-protocol.ts'
import { type SpokenItem, segmentsOfItems, wordsOfItems } from './spoken-items.ts'

/**
 * The file a job writes (Transcribe's guide, "data input and output"): times and confidences are texts,
 * marks have no times, silence is one empty transcript without items. It names only a language that was identified;
 * `named` is the job's. Throws `upstream` for what is no such file.
 */
export function readResult(text: string, named?: string): Transcript {
  const file = parse(text)
  const results = fieldsOf(file['results'])
  const transcripts = objectsOf(results['transcripts'])
  if (transcripts.length === 0) throw unreadable(undefined)
  const language = textOf(results['language_code']) ?? languageOfParts(results) ?? named
  const items = itemsOf(objectsOf(results['items']))
  const ends = [...items, ...objectsOf(results['audio_segments']).map(timesOf)].map(
    ({ end }) => end,
  )
  const extras = extrasOf(results)
  return {
    text: transcripts.map((one) => textOf(one['transcript']) ?? '').join(' '),
    ...(language && { language }),
    // Four hours have more items than a function takes parameters.
    ...(ends.length > 0 && { duration: ends.reduce((last, end) => Math.max(last, end)) }),
    words: wordsOfItems(items),
    segments: segmentsOfItems(items, language),
    ...(extras && { extras }),
  }
}

function parse(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text))
  } catch (cause) {
    throw unreadable(cause)
  }
}

const unreadable = (cause: unknown) =>
  new GatewayError('upstream', 'The transcript could not be read. Retry the request.', { cause })

/** Where several languages were spoken, the one that was spoken longest. */
function languageOfParts(results: Fields): string | undefined {
  const parts = objectsOf(results['language_codes'])
  const sorted = parts.toSorted(
    (one, other) => Number(other['duration_in_seconds']) - Number(one['duration_in_seconds']),
  )
  return textOf(sorted[0]?.['language_code'])
}

function itemsOf(wires: readonly Fields[]): SpokenItem[] {
  const items: SpokenItem[] = []
  let last = 0
  for (const wire of wires) {
    const { content } = objectsOf(wire['alternatives'])[0] ?? {}
    const word = textOf(content)
    if (!word) continue
    const isMark = wire['type'] === 'punctuation'
    const { start, end } = isMark ? { start: last, end: last } : timesOf(wire)
    last = end
    const speaker = textOf(wire['speaker_label'])
    items.push({ text: word, isMark, start, end, ...(speaker && { speaker }) })
  }
  return items
}

function timesOf(wire: Fields): { start: number; end: number } {
  const number = (value: unknown) => {
    const read = Number(value)
    return Number.isFinite(read) ? read : 0
  }
  const start = number(wire['start_time'])
  return { start, end: Math.max(start, number(wire['end_time'])) }
}

/** What was asked for by fields of Transcribe's own and has no place in OpenAI's answers. */
const EXTRAS = ['toxicity_detection', 'channel_labels', 'language_codes', 'segments'] as const

function extrasOf(results: Fields): Fields | undefined {
  const found = EXTRAS.filter((name) => results[name] !== undefined)
  return found.length > 0
    ? Object.fromEntries(found.map((name) => [name, results[name]]))
    : undefined
}
