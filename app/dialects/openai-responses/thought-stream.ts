import {
  about,
  addItem,
  event,
  eventOpen,
  type ItemStream,
  type OpenItem,
  type OpenPart,
  replaceItem,
} from './item-stream.ts'
import { reasoningItem } from './output-items.ts'

type OpenThought = Extract<OpenPart, { kind: 'thought' }>

/** What the events of a thought are called: of a summary where the caller asked for one, else of plain text. */
const WORDS = {
  summary: {
    place: '"summary_index":0',
    part: 'summary_text',
    added: 'response.reasoning_summary_part.added',
    delta: 'response.reasoning_summary_text.delta',
    textDone: 'response.reasoning_summary_text.done',
    done: 'response.reasoning_summary_part.done',
  },
  text: {
    place: '"content_index":0',
    part: 'reasoning_text',
    added: 'response.content_part.added',
    delta: 'response.reasoning_text.delta',
    textDone: 'response.reasoning_text.done',
    done: 'response.content_part.done',
  },
} as const

const wordsOf = ({ manner }: ItemStream) => (manner.summaries ? WORDS.summary : WORDS.text)

const placeOf = (stream: ItemStream, owner: OpenItem) => `${about(owner)},${wordsOf(stream).place}`

export function openThought(stream: ItemStream, index: number): string {
  const { manner } = stream
  const { opened, text } = addItem(stream, 'rs_', (id) => reasoningItem(id, { text: '' }, manner))
  opened.running++
  const open = eventOpen(wordsOf(stream).delta, placeOf(stream, opened))
  stream.parts.set(index, { kind: 'thought', owner: opened, open, text: '' })
  return text
}

/** More of it. What is hidden says nothing, and its item has no parts. */
export function writeThought(stream: ItemStream, thought: OpenThought, text: string): string {
  const begins = thought.text === ''
  thought.text += text
  const added = begins ? partEvent(stream, 'added', { owner: thought.owner, text: '' }) : ''
  return `${added}${thought.open}${stream.sequence++},"delta":${JSON.stringify(text)}}\n\n`
}

function partEvent(
  stream: ItemStream,
  which: 'added' | 'done',
  { owner, text }: Pick<OpenThought, 'owner' | 'text'>,
): string {
  const words = wordsOf(stream)
  const part = JSON.stringify({ type: words.part, text })
  return event(stream, words[which], `${placeOf(stream, owner)},"part":${part}`)
}

export function endThought(
  stream: ItemStream,
  { owner, text }: OpenThought,
  { signature, redacted }: { signature?: string; redacted?: string },
): string {
  owner.running--
  replaceItem(stream, owner, reasoningItem(owner.id, { text, signature, redacted }, stream.manner))
  if (text === '') return ''
  const members = `${placeOf(stream, owner)},"text":${JSON.stringify(text)}`
  return (
    event(stream, wordsOf(stream).textDone, members) + partEvent(stream, 'done', { owner, text })
  )
}
