/** Something that is said: words with their times, as every fake tells it. */
export interface SpokenLine {
  speaker?: string
  start: number
  text: string
}

export const LINES: SpokenLine[] = [
  { speaker: 'spk_0', start: 0.04, text: 'Hello and welcome to the show.' },
  { speaker: 'spk_1', start: 2.35, text: 'Thank you, glad to be here.' },
]

const WORD_SECONDS = 0.3
const hundredths = (value: number) => Math.round(value * 100) / 100

interface Item {
  type: 'pronunciation' | 'punctuation'
  content: string
  start: number
  end: number
  speaker?: string
}

export function itemsOf({ text, start, speaker }: SpokenLine): Item[] {
  let at = start
  return (text.match(/[\p{L}\p{N}']+|[.,?!]/gu) ?? []).map((content) => {
    if (/[.,?!]/.test(content)) return { type: 'punctuation', content, start: at, end: at, speaker }
    const end = hundredths(at + WORD_SECONDS)
    const item: Item = { type: 'pronunciation', content, start: at, end, speaker }
    at = end
    return item
  })
}

const seconds = (value: number) => value.toFixed(2)

/** The file a job of Transcribe writes, in the form its guide shows. */
export function jobResult(
  lines: readonly SpokenLine[],
  {
    speakers = false,
    alternatives = false,
    language,
  }: { speakers?: boolean; alternatives?: boolean; language?: string } = {},
) {
  let id = 0
  const segments: object[] = []
  const items = lines.flatMap((line) => {
    const own = itemsOf(line).map(({ type, content, start, end, speaker }) => ({
      id: id++,
      type,
      alternatives: [{ confidence: type === 'punctuation' ? '0.0' : '0.99', content }],
      ...(type === 'pronunciation' && { start_time: seconds(start), end_time: seconds(end) }),
      ...(speakers && { speaker_label: speaker }),
    }))
    segments.push({
      id: segments.length,
      transcript: line.text,
      start_time: seconds(line.start),
      end_time: seconds(itemsOf(line).at(-1)!.end),
      items: own.map((item) => item.id),
    })
    return own
  })
  return {
    jobName: 'job',
    accountId: '123456789012',
    status: 'COMPLETED',
    results: {
      // Only of languages that were identified (the guide's page on the output).
      ...(language && lines.length > 0 && { language_code: language }),
      transcripts: [{ transcript: lines.map(({ text }) => text).join(' ') }],
      items,
      audio_segments: segments,
      // The guide's page on alternative transcriptions.
      ...(alternatives && {
        segments: lines.map(({ start, text }) => ({
          start_time: seconds(start),
          end_time: seconds(start + 1),
          alternatives: [{ transcript: text }, { transcript: text.toLowerCase() }],
        })),
      }),
    },
  }
}
