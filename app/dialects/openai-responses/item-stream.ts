import type { Citation } from '../../conversation/conversation.ts'
import type { AnswerHead } from '../dialect.ts'
import type { Fields } from '../extras.ts'
import type { Callee } from './extras.ts'
import type { Manner } from './manner.ts'
import { itemId } from './output-items.ts'

/** One item on its way. It is done when nothing can be added to it any more. */
export interface OpenItem {
  index: number
  id: string
  /** As it stands in the output; changed when more of it is known. */
  item: Fields
  /** Parts of it that have not ended. */
  running: number
  /** Its content, where it is a message. */
  content?: Fields[]
}

/** One part on its way. What is written of it depends on its kind. */
export type OpenPart =
  | {
      kind: 'text'
      owner: OpenItem
      contentIndex: number
      open: string
      text: string
      citations: Citation[]
    }
  | { kind: 'thought'; owner: OpenItem; open: string; text: string }
  | {
      kind: 'call'
      owner: OpenItem
      open: string
      text: string
      call: { id: string; name: string }
    }
  | {
      kind: 'gathered'
      owner: OpenItem
      text: string
      call: { id: string; name: string }
      callee: Callee
    }
  | { kind: 'platform'; owner: OpenItem; text: string; callId: string; runsCode: boolean }
  | { kind: 'summary'; text: string }
  | { kind: 'silent' }

/** A streamed response: what it has said, what is open, and the number of its next event. */
export interface ItemStream {
  head: AnswerHead
  manner: Manner
  sequence: number
  output: Fields[]
  /** Items that are not done, in their order. */
  unfinished: OpenItem[]
  parts: Map<number, OpenPart>
  /** Runs of the platform's tools whose results are still to come. */
  running: Map<string, OpenItem & { written: string; runsCode: boolean }>
  /** The summary so far, where one takes the place of the conversation. */
  summary: string
}

export function openItems(head: AnswerHead, manner: Manner): ItemStream {
  return {
    head,
    manner,
    sequence: 0,
    output: [],
    unfinished: [],
    parts: new Map(),
    running: new Map(),
    summary: '',
  }
}

/** One event. `members` is JSON without its braces. */
export function event(stream: ItemStream, type: string, members: string): string {
  return `${eventOpen(type, members)}${stream.sequence++}}\n\n`
}

/** An event up to its number, which comes last: `...,"sequence_number":`. */
export function eventOpen(type: string, members: string): string {
  return `event: ${type}\ndata: {"type":"${type}",${members},"sequence_number":`
}

/** The members that say which item an event is about. */
export const about = ({ id, index }: OpenItem): string =>
  `"item_id":${JSON.stringify(id)},"output_index":${index}`

/** Begins an item; those before it that have nothing running are done. */
export function addItem(
  stream: ItemStream,
  prefix: string,
  make: (id: string) => Fields,
): { opened: OpenItem; text: string } {
  const before = finishItems(stream)
  const index = stream.output.length
  const id = itemId(prefix, stream.head, index)
  const opened: OpenItem = { index, id, item: make(id), running: 0 }
  stream.output.push(opened.item)
  stream.unfinished.push(opened)
  const members = `"output_index":${index},"item":${JSON.stringify(opened.item)}`
  return { opened, text: before + event(stream, 'response.output_item.added', members) }
}

/** The form in which an item stands in the output from now on. */
export function replaceItem(stream: ItemStream, opened: OpenItem, item: Fields): void {
  opened.item = item
  stream.output[opened.index] = item
}

/** Tells that items are done: all in which nothing runs. */
export function finishItems(stream: ItemStream): string {
  let text = ''
  const left: OpenItem[] = []
  for (const opened of stream.unfinished) {
    if (opened.running > 0) left.push(opened)
    else text += finishItem(stream, opened)
  }
  stream.unfinished = left
  return text
}

function finishItem(stream: ItemStream, { index, item }: OpenItem): string {
  if (item['status'] === 'in_progress') item['status'] = 'completed'
  const members = `"output_index":${index},"item":${JSON.stringify(item)}`
  return event(stream, 'response.output_item.done', members)
}

/** The last item of an answer that was cut off is cut off itself. */
export function cutLastItem(stream: ItemStream): void {
  const last = stream.output.at(-1)
  if (last && 'status' in last) last['status'] = 'incomplete'
}
