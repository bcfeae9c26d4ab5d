import { GatewayError } from '../../errors.ts'
import type { Services } from '../../ports/services.ts'

type Body = Readonly<Record<string, unknown>>

/** Characters of a token, about. */
const PER_TOKEN = 4

/** About how many tokens the words of a body are; what looks like base64 is no words. */
export function wordsIn(body: Body): number {
  let characters = 0
  for (const { text } of textsIn(body)) if (!isMedia(text)) characters += text.length
  return Math.ceil(characters / PER_TOKEN)
}

/**
 * Throws for an address in S3 to which no caller may point: a model would read there in this server's name,
 * whichever member of its own the address stands in. Words may look like addresses.
 */
export function refuseForeignPlaces(body: Body, { media }: Services): void {
  for (const { text, isWords } of textsIn(body)) {
    if (isWords || !IN_S3.test(text)) continue
    if (media.checkS3) media.checkS3(text)
    else throw new GatewayError('feature-unavailable', 'Nothing in S3 can be read here.')
  }
}

const IN_S3 = /^\s*s3:/i

/** Members that hold words and nothing else, by the makers' pages; a list of them is many words. */
const WORDS: ReadonlySet<string> = new Set([
  'inputText',
  'text',
  'texts',
  'value',
  'query',
  'prompt',
  'negativeText',
  'negative_prompt',
])
/** Everything below it is words: documents to be ranked may be objects. */
const DOCUMENTS = 'documents'

interface Found {
  text: string
  isWords: boolean
}

/** Every text of a body. Not by recursion, for callers nest as deep as they like. */
function* textsIn(body: Body): Iterable<Found> {
  const waiting: { value: unknown; isWords: boolean; isBelow: boolean }[] = [
    { value: body, isWords: false, isBelow: false },
  ]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, isWords, isBelow } = next
    if (typeof value === 'string') yield { text: value, isWords }
    else if (Array.isArray(value)) for (const one of value) waiting.push({ ...next, value: one })
    else if (typeof value === 'object' && value !== null) {
      for (const [name, one] of Object.entries(value)) {
        const below = isBelow || name === DOCUMENTS
        waiting.push({ value: one, isWords: below || WORDS.has(name), isBelow: below })
      }
    }
  }
}

/** Letters at the beginning by which base64 and data URLs are told from words, which have blanks between. */
const LOOK = 256
const LETTERS = /^[A-Za-z0-9+/=_:;,.-]+$/

const isMedia = (text: string) => text.length > LOOK && LETTERS.test(text.slice(0, LOOK))
