import type { Citation } from '../../conversation/conversation.ts'
import type { PartHead, ReplyEvent, WholePart } from '../../conversation/events.ts'
import type { Fields } from '../extras.ts'
import { endCall, openCall } from './call-stream.ts'
import { NAME } from './extras.ts'
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
import { annotation, imageItem, messageItem, refusalPart, textPart } from './output-items.ts'
import { endPlatformCall, endPlatformRun, openPlatformRun } from './platform-stream.ts'
import { endThought, openThought, writeThought } from './thought-stream.ts'

/** The hot path: one delta of an open part. Empty ones, which Bedrock sends, write nothing. */
export function writeDelta(stream: ItemStream, index: number, text: string): string {
  const part = stream.parts.get(index)
  if (part === undefined || text === '') return ''
  switch (part.kind) {
    case 'thought':
      return writeThought(stream, part, text)
    case 'text':
    case 'call':
      part.text += text
      return `${part.open}${stream.sequence++},"delta":${JSON.stringify(text)}}\n\n`
    case 'gathered':
    case 'platform':
      part.text += text
      return ''
    case 'summary':
      stream.summary += text
      return ''
    case 'silent':
      return ''
  }
}

/** Everything that opens, closes or adorns a part. */
export function writePart(stream: ItemStream, said: ReplyEvent): string {
  switch (said.type) {
    case 'part-start':
      return openPart(stream, said.index, said.part)
    case 'part-citation': {
      const part = stream.parts.get(said.index)
      if (part?.kind === 'text') part.citations.push(said.citation)
      return ''
    }
    case 'part-end':
      return closePart(stream, said.index, said)
    default:
      return ''
  }
}

function openPart(stream: ItemStream, index: number, head: PartHead): string {
  if (stream.manner.compacts) return openSummary(stream, index, head)
  switch (head.type) {
    case 'text':
      return openText(stream, index)
    case 'reasoning':
      return openThought(stream, index)
    case 'tool-call':
      return head.server === undefined
        ? openCall(stream, index, head)
        : openPlatformRun(stream, index, head)
    case 'whole':
      return writeWhole(stream, head.part)
  }
}

function openSummary(stream: ItemStream, index: number, head: PartHead): string {
  stream.parts.set(index, { kind: head.type === 'text' ? 'summary' : 'silent', text: '' })
  return ''
}

/** The message that is spoken just now, or a new one; texts that follow each other are one message. */
function currentMessage(stream: ItemStream): { owner: OpenItem; text: string } {
  const last = stream.unfinished.at(-1)
  if (last?.content && last.index === stream.output.length - 1) return { owner: last, text: '' }
  const { opened, text } = addItem(stream, 'msg_', (id) => messageItem(id, [], 'in_progress'))
  opened.content = opened.item['content'] as Fields[]
  return { owner: opened, text }
}

function openText(stream: ItemStream, index: number): string {
  const { owner, text } = currentMessage(stream)
  const contentIndex = (owner.content ?? []).push(textPart('', [])) - 1
  owner.running++
  const place = `${about(owner)},"content_index":${contentIndex}`
  stream.parts.set(index, {
    kind: 'text',
    owner,
    contentIndex,
    open: eventOpen('response.output_text.delta', `${place},"logprobs":[]`),
    text: '',
    citations: [],
  })
  return text + partAdded(stream, place, textPart('', []))
}

const partAdded = (stream: ItemStream, place: string, part: Fields): string =>
  event(stream, 'response.content_part.added', `${place},"part":${JSON.stringify(part)}`)

const partDone = (stream: ItemStream, place: string, part: string): string =>
  event(stream, 'response.content_part.done', `${place},"part":${part}`)

/** A part that came in one piece. */
function writeWhole(stream: ItemStream, part: WholePart): string {
  switch (part.type) {
    case 'tool-result':
      return endPlatformRun(stream, part)
    case 'refusal':
      return writeRefusal(stream, part.text)
    case 'image':
      return writeImage(stream, (id) => imageItem(id, part))
    case 'native':
      return part.dialect === NAME ? addItem(stream, 'item_', () => part.value as Fields).text : ''
    default:
      return ''
  }
}

function writeRefusal(stream: ItemStream, refusal: string): string {
  const { owner, text } = currentMessage(stream)
  const part = refusalPart(refusal)
  const place = `${about(owner)},"content_index":${(owner.content ?? []).push(part) - 1}`
  const words = JSON.stringify(refusal)
  return (
    text +
    partAdded(stream, place, refusalPart('')) +
    event(stream, 'response.refusal.delta', `${place},"delta":${words}`) +
    event(stream, 'response.refusal.done', `${place},"refusal":${words}`) +
    partDone(stream, place, JSON.stringify(part))
  )
}

function writeImage(stream: ItemStream, make: (id: string) => Fields): string {
  const { opened, text } = addItem(stream, 'ig_', (id) => ({
    ...make(id),
    status: 'in_progress',
    result: null,
  }))
  const steps = ['in_progress', 'generating', 'completed'].map((step) =>
    event(stream, `response.image_generation_call.${step}`, about(opened)),
  )
  replaceItem(stream, opened, make(opened.id))
  return text + steps.join('')
}

function closePart(
  stream: ItemStream,
  index: number,
  seal: { signature?: string; redacted?: string },
): string {
  const part = stream.parts.get(index)
  if (part === undefined) return ''
  stream.parts.delete(index)
  switch (part.kind) {
    case 'text':
      return endText(stream, part)
    case 'thought':
      return endThought(stream, part, seal)
    case 'call':
    case 'gathered':
      return endCall(stream, part)
    case 'platform':
      return endPlatformCall(stream, part)
    default:
      return ''
  }
}

type Open<Kind> = Extract<OpenPart, { kind: Kind }>

function endText(stream: ItemStream, part: Open<'text'>): string {
  const { owner, contentIndex, text, citations } = part
  owner.running--
  const place = `${about(owner)},"content_index":${contentIndex}`
  const { annotations, told } = annotate(stream, { citations, place, length: text.length })
  const whole = textPart(text, annotations)
  owner.content![contentIndex] = whole
  const words = JSON.stringify(text)
  return (
    told +
    event(stream, 'response.output_text.done', `${place},"logprobs":[],"text":${words}`) +
    partDone(stream, place, JSON.stringify(whole))
  )
}

interface Cited {
  citations: Citation[]
  place: string
  length: number
}

function annotate(stream: ItemStream, { citations, place, length }: Cited) {
  const annotations: Fields[] = []
  let told = ''
  for (const citation of citations) {
    const found = annotation(citation, { start: 0, end: length })
    if (!found) continue
    const index = annotations.push(found) - 1
    const members = `${place},"annotation_index":${index},"annotation":${JSON.stringify(found)}`
    told += event(stream, 'response.output_text.annotation.added', members)
  }
  return { annotations, told }
}
