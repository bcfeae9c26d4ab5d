import type { Conversation } from '../../conversation/conversation.ts'
import type { ReplyEnd, ReplyEvent } from '../../conversation/events.ts'
import type { GatewayError } from '../../errors.ts'
import type { AnswerHead, ReplyEncoder } from '../dialect.ts'
import { encodeError } from '../openai-error.ts'
import { ownOf } from './extras.ts'
import {
  addItem,
  cutLastItem,
  event,
  finishItems,
  type ItemStream,
  openItems,
} from './item-stream.ts'
import { mannerOf } from './manner.ts'
import { compactionItem } from './output-items.ts'
import { writeDelta, writePart } from './part-stream.ts'
import { endPlatformRuns } from './platform-stream.ts'
import { fixedMembers, type Standing, standingMembers, statusOf } from './response-object.ts'
import { FAILURES } from './vocabulary.ts'
import type { WireRequest } from './wire.ts'

interface ResponseStream {
  items: ItemStream
  request: Partial<WireRequest>
  /** The members of the response that do not change, as JSON without its last brace. */
  fixed: string
  started: boolean
  end?: ReplyEnd
}

/**
 * A streamed reply as OpenAI's response events (recorded): created, in_progress, items one after the
 * other with their parts, and completed or incomplete; or `error` and failed. All are numbered. What the
 * response has from its request is made into JSON once, and per delta only its text.
 */
export function createReplyEncoder(conversation: Conversation, head: AnswerHead): ReplyEncoder {
  const stream: ResponseStream = {
    items: openItems(head, mannerOf(conversation)),
    request: ownOf(conversation).request ?? {},
    fixed: JSON.stringify(fixedMembers(conversation, head)).slice(0, -1),
    started: false,
  }
  return {
    write(events) {
      let text = start(stream)
      for (const said of events) {
        text +=
          said.type === 'part-delta'
            ? writeDelta(stream.items, said.index, said.text)
            : write(stream, said)
      }
      return text
    },
    end: () => closing(stream, head),
    fail: (error) => failing(stream, error),
    keepAlive: ': keep-alive\n\n',
  }
}

function start(stream: ResponseStream): string {
  if (stream.started) return ''
  stream.started = true
  const standing: Standing = { status: 'in_progress', output: [] }
  return told(stream, 'response.created', standing) + told(stream, 'response.in_progress', standing)
}

/** An event that shows the whole response. */
function told(stream: ResponseStream, type: string, standing: Standing): string {
  const members = JSON.stringify(standingMembers(standing, stream.request)).slice(1)
  return event(stream.items, type, `"response":${stream.fixed},${members}`)
}

function write(stream: ResponseStream, said: ReplyEvent): string {
  if (said.type !== 'reply-end') return writePart(stream.items, said)
  stream.end = said
  return endItems(stream.items, said)
}

/** Closes what is still open, in the order in which it was opened. */
function endItems(items: ItemStream, end: ReplyEnd): string {
  let text = ''
  for (const index of [...items.parts.keys()]) {
    text += writePart(items, { type: 'part-end', index })
  }
  text += endPlatformRuns(items)
  if (items.manner.compacts) {
    text += addItem(items, 'cmp_', (id) => compactionItem(id, items.summary)).text
  }
  if (statusOf(end) === 'incomplete' && !items.manner.compacts) cutLastItem(items)
  return text + finishItems(items)
}

function closing(stream: ResponseStream, head: AnswerHead): string {
  const { end, items } = stream
  if (!end) return ''
  const status = statusOf(end)
  const completed = status === 'completed' ? head.now?.() : undefined
  const standing: Standing = { status, output: items.output, end, completed }
  return told(stream, `response.${status}`, standing)
}

/** What was said so far stays; what was being said is marked as cut off. */
function failing(stream: ResponseStream, error: GatewayError): string {
  const begun = start(stream)
  const { items } = stream
  const { output } = items
  const { code, message, param } = encodeError(error).error
  const members = `"code":${JSON.stringify(code)},"message":${JSON.stringify(message)},"param":${JSON.stringify(param)}`
  cutItems(items)
  const failure = { code: FAILURES[error.code] ?? 'server_error', message }
  return (
    begun +
    event(items, 'error', members) +
    told(stream, 'response.failed', { status: 'failed', output, error: failure })
  )
}

/** Takes what was said of open parts into their items, which nobody is told one by one any more. */
function cutItems(items: ItemStream): void {
  const { sequence } = items
  for (const index of [...items.parts.keys()]) writePart(items, { type: 'part-end', index })
  items.sequence = sequence
  for (const item of items.output) {
    if (item['status'] === 'in_progress') item['status'] = 'incomplete'
  }
  cutLastItem(items)
}
