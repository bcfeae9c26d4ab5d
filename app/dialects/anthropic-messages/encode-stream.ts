import { sseEvent } from '../../codecs/streams/sse.ts'
import type { Conversation } from '../../conversation/conversation.ts'
import type { PartHead, ReplyBatch, ReplyEnd, ReplyEvent } from '../../conversation/events.ts'
import type { AnswerHead, ReplyEncoder } from '../dialect.ts'
import {
  type BlockStream,
  closeAll,
  createBlockStream,
  endPart,
  startPart,
  writeCitation,
  writeDelta,
} from './block-stream.ts'
import { encodeError } from './encode-error.ts'
import { encodeStop, hidesThought, isSilent } from './encode-reply.ts'
import { NAME, ownOf } from './extras.ts'
import { deltaUsage, encodeUsage } from './usage.ts'

interface StreamState {
  conversation: Conversation
  head: AnswerHead
  blocks: BlockStream
  started: boolean
  ended: boolean
}

const MESSAGE_STOP = sseEvent('message_stop', '{"type":"message_stop"}')
const PING = sseEvent('ping', '{"type":"ping"}')

/**
 * A streamed reply in Anthropic's grammar (T15): message_start, blocks one after the other, each started
 * and stopped, message_delta, message_stop; or `error`, and nothing after it. Per delta only its text is
 * made into JSON.
 */
export function createReplyEncoder(conversation: Conversation, head: AnswerHead): ReplyEncoder {
  const state: StreamState = {
    conversation,
    head,
    blocks: createBlockStream(hidesThought(conversation)),
    started: false,
    ended: false,
  }
  const silent = isSilent(conversation)
  return {
    write(events) {
      const said = events.verbatim?.dialect === NAME ? events.verbatim.text : undefined
      const { blocks } = state
      if (said === undefined) return writeAll(state, silent ? events.filter(isFrame) : events)
      const opening = open(state, events)
      if (!blocks.hidden) return opening + said
      // Models that leave thoughts out themselves are relayed too. Once one is shown, all behind it is written here.
      const shown = writeAll(state, events)
      if (blocks.keptBack) return opening + shown
      if (blocks.current) blocks.current.started = true
      return opening + said
    },
    end: () => (state.ended ? MESSAGE_STOP : ''),
    fail: (error) => sseEvent('error', JSON.stringify(encodeError(error, head.requestId))),
    keepAlive: PING,
  }
}

const isFrame = ({ type }: ReplyEvent) => type === 'reply-start' || type === 'reply-end'

function writeAll(state: StreamState, events: readonly ReplyEvent[]): string {
  let text = ''
  for (const event of events) {
    text +=
      event.type === 'part-delta'
        ? writeDelta(state.blocks, event.index, event.text)
        : write(state, event)
  }
  return text
}

/** All that has to be written of what is relayed: the answer has our id and the caller's name of the model. */
function open(state: StreamState, events: ReplyBatch): string {
  const [first] = events
  state.ended ||= events.at(-1)?.type === 'reply-end'
  return first?.type === 'reply-start' ? start(state, first) : start(state)
}

function write(state: StreamState, event: Exclude<ReplyEvent, { type: 'part-delta' }>): string {
  switch (event.type) {
    case 'reply-start':
      return start(state, event)
    case 'part-start':
      return start(state) + startPart(state.blocks, event.index, event.part satisfies PartHead)
    case 'part-citation':
      return writeCitation(state.blocks, event.index, event.citation)
    case 'part-end':
      return endPart(state.blocks, event.index, event)
    case 'reply-end':
      return start(state) + end(state, event)
  }
}

function start(
  state: StreamState,
  event: Omit<Extract<ReplyEvent, { type: 'reply-start' }>, 'type'> = {},
): string {
  if (state.started) return ''
  state.started = true
  const { id, model } = state.head
  const own = ownOf(event)
  const message = {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    ...own.fields,
    usage: own.usage ?? encodeUsage(event.usage ?? {}),
  }
  return sseEvent('message_start', JSON.stringify({ type: 'message_start', message }))
}

/** Members that stand beside `delta` in the last event; the others stand in it. */
const BESIDE_DELTA: ReadonlySet<string> = new Set(['context_management'])

function end(state: StreamState, event: ReplyEnd): string {
  const closed = closeAll(state.blocks)
  state.ended = true
  const inside: [string, unknown][] = []
  const beside: [string, unknown][] = []
  for (const member of Object.entries(ownOf(event).fields ?? {})) {
    const place = BESIDE_DELTA.has(member[0]) ? beside : inside
    place.push(member)
  }
  const data = {
    type: 'message_delta',
    delta: { ...encodeStop(event, state.conversation), ...Object.fromEntries(inside) },
    usage: deltaUsage(event, state.blocks.searches),
    ...Object.fromEntries(beside),
  }
  return closed + sseEvent('message_delta', JSON.stringify(data))
}
