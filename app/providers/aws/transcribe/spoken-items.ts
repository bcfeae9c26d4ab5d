import type { SpokenSegment, SpokenWord } from '../../../ports/transcription.ts'

/** A word or a mark, as both jobs and streams tell them. Seconds. */
export interface SpokenItem {
  text: string
  isMark: boolean
  start: number
  end: number
  speaker?: string
}

/** Languages that are written without spaces between words. */
const DENSE = /^(zh|ja|th|yue|km|my|lo)\b/i

/** Silence that ends a segment, the longest it gets, and the seconds after which a comma ends it. */
const PAUSE = 1
const LONGEST = 15
const LONG = 7

export function textOfItems(items: readonly SpokenItem[], language = ''): string {
  const space = DENSE.test(language) ? '' : ' '
  let text = ''
  for (const { text: word, isMark } of items) text += (isMark || text === '' ? '' : space) + word
  return text
}

export const wordsOfItems = (items: readonly SpokenItem[]): SpokenWord[] =>
  items
    .filter(({ isMark }) => !isMark)
    .map(({ text, start, end, speaker }) => ({
      word: text,
      start,
      end,
      ...(speaker !== undefined && { speaker }),
    }))

/** Sentences, cut also where somebody else speaks, is silent, or does not come to an end. */
export function segmentsOfItems(items: readonly SpokenItem[], language?: string): SpokenSegment[] {
  const segments: SpokenItem[][] = []
  let open: SpokenItem[] = []
  for (const item of items) {
    if (!item.isMark && endsBefore(open, item)) {
      segments.push(open)
      open = []
    }
    open.push(item)
  }
  if (open.length > 0) segments.push(open)
  return segments
    .filter((some) => some.some(({ isMark }) => !isMark))
    .map((some) => segmentOf(some, language))
}

function endsBefore(open: readonly SpokenItem[], next: SpokenItem): boolean {
  const last = open.at(-1)
  if (!last) return false
  const words = open.filter(({ isMark }) => !isMark)
  const [first, latest] = [words[0], words.at(-1)]
  if (!first || !latest) return false
  if (next.speaker !== latest.speaker) return true
  if (last.isMark && /[.?!。？！؟।]/.test(last.text)) return true
  const length = next.end - first.start
  return next.start - latest.end >= PAUSE || length > LONGEST || (last.isMark && length > LONG)
}

function segmentOf(items: readonly SpokenItem[], language: string | undefined): SpokenSegment {
  const words = items.filter(({ isMark }) => !isMark)
  const { start, speaker } = words[0]!
  return {
    text: textOfItems(items, language),
    start,
    end: words.at(-1)!.end,
    ...(speaker !== undefined && { speaker: letterOf(speaker) }),
  }
}

/** `spk_0` as OpenAI calls a speaker nobody knows: A, B. */
function letterOf(speaker: string): string {
  const number = Number(/(\d+)$/.exec(speaker)?.[1] ?? Number.NaN)
  return number >= 0 && number < 26 ? String.fromCharCode(65 + number) : speaker
}
