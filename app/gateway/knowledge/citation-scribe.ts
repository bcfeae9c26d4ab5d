import type { Citation } from '../../conversation/conversation.ts'
import type {
  GroundedSpan,
  Grounding,
  KnowledgeReport,
  Passage,
} from '../../conversation/knowledge.ts'

/** How citations are told in an answer of a grounded conversation. */
export interface Citing {
  grounding: Grounding
  /** Whether the model was asked to mark its sources, and they may be listed under its words. */
  marks: boolean
}

/** Reads the texts of one answer in their order, and knows in the end what they rest on. */
export interface Scribe {
  /** The citations of the next text. */
  read(text: string): Citation[]
  /** Once everything is said. `more` belongs to the last text, `sources` stands under it. */
  end(isCall: boolean): { more: Citation[]; sources: string; knowledge: KnowledgeReport }
}

/** `[1]`, `[2, 3]`. */
const MARK = /\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]/g

export function createScribe({ grounding, marks }: Citing): Scribe {
  const { base, used, passages, citations } = grounding
  const spans: GroundedSpan[] = []
  const cited = new Set<number>()
  let answer = ''
  const told = (span: GroundedSpan, markStart: number): Citation[] =>
    citations === 'apart'
      ? [{ span }]
      : span.passages.map((passage) => annotationOf(passage, markStart, span.end))

  return {
    read(text) {
      const start = answer.length
      answer += text
      if (!marks) return []
      return marksIn(text, passages.length).flatMap(({ from, at, end, numbers }) => {
        for (const number of numbers) cited.add(number)
        const span: GroundedSpan = {
          text: text.slice(from, end),
          start: start + from,
          end: start + end,
          passages: numbers.map((number) => passages[number]!),
        }
        spans.push(span)
        return told(span, start + at)
      })
    },
    end(isCall) {
      // Who marks nothing had all of them to answer from.
      const isUnmarked =
        spans.length === 0 && passages.length > 0 && answer.trim() !== '' && !isCall
      const whole: GroundedSpan = { text: answer, start: 0, end: answer.length, passages }
      if (isUnmarked) spans.push(whole)
      const listed = isUnmarked ? [...passages.keys()] : [...cited].sort((a, b) => a - b)
      const writes = citations === 'inline' && marks && !isCall && listed.length > 0
      return {
        more: isUnmarked ? told(whole, 0) : [],
        sources: writes ? sourcesText(listed, passages) : '',
        knowledge: { base, used, retrieved: passages.length, spans, citations },
      }
    },
  }
}

/** A mark of a text: the words it stands for begin at `from`, itself at `at`. */
interface Mark {
  from: number
  at: number
  end: number
  /** Indexes of passages. */
  numbers: number[]
}

/** What a mark stands for: the sentence in front of it, as far as no other mark has taken it. Marks in a row share theirs. */
function marksIn(text: string, passages: number): Mark[] {
  const marks: Mark[] = []
  let from = 0
  for (const found of text.matchAll(MARK)) {
    const numbers = found[1]!
      .split(',')
      .map((number) => Number(number) - 1)
      .filter((index) => index >= 0 && index < passages)
    if (numbers.length === 0) continue
    const at = found.index
    const end = at + found[0].length
    const before = marks.at(-1)
    const words = text.slice(from, at)
    const begin = before && words.trim() === '' ? before.from : from + lastSentence(words)
    marks.push({ from: begin, at, end, numbers })
    from = end
  }
  return marks
}

const SENTENCE_END = /(?:[.!?…]["'”’)\]]*\s|[。！？]|\n)\s*/g

/** Where the last sentence of some words begins. */
function lastSentence(words: string): number {
  const length = words.trimEnd().length
  let begin = words.length - words.trimStart().length
  for (const end of words.matchAll(SENTENCE_END)) {
    const next = end.index + end[0].length
    if (next < length) begin = Math.max(begin, next)
  }
  return begin
}

function annotationOf({ uri, title, text }: Passage, start: number, end: number): Citation {
  return {
    ...(uri && { url: uri }),
    ...(title && { title }),
    quote: text,
    location: { start_index: start, end_index: end },
  }
}

const LONGEST_EXCERPT = 100

/** The list under an answer, in the form source-3's server gives it. */
function sourcesText(numbers: readonly number[], passages: readonly Passage[]): string {
  const lines = numbers.map((number) => {
    const { uri, title, text, location } = passages[number]!
    const type = location?.['type']
    const kind = typeof type === 'string' ? `, Type: ${type}` : ''
    const place = uri ?? title ?? 'unknown'
    return `[${number + 1}] Document: ${place}${kind}\n    Excerpt: "${excerptOf(text)}"`
  })
  return `\n\n**Sources:**\n${lines.join('\n')}`
}

function excerptOf(text: string): string {
  const plain = text.slice(0, LONGEST_EXCERPT * 4).replace(/\s+/g, ' ')
  const letters = [...plain.trim()]
  if (letters.length <= LONGEST_EXCERPT) return letters.join('')
  return `${letters.slice(0, LONGEST_EXCERPT).join('')}...`
}
