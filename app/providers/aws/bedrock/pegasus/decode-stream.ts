import { createChunkDecoder } from '../../../../codecs/event-stream/event-stream-chunks.ts'
import { incomplete } from '../../../../conversation/collect.ts'
import type { ReplyEvent, StopReason, Usage } from '../../../../conversation/events.ts'
import { streamError } from '../../../../dialects/bedrock-converse/decode-error.ts'
import { damage } from '../../../../dialects/damaged-reply.ts'
import type { ReplyDecoder } from '../../../../dialects/dialect.ts'
import { endOf, estimate, stopOf, type WireReply } from './decode-reply.ts'

/** What is known of an answer that is under way. */
interface State {
  started: boolean
  ended: boolean
  characters: number
  stop?: StopReason
  usage?: Usage
  /** The members of all pieces, the later over the earlier. */
  wire: WireReply
}

/** Frames of InvokeModelWithResponseStream, each with a piece of the answer in base64. */
export function createReplyDecoder(): ReplyDecoder {
  const chunks = createChunkDecoder({ refusal: streamError, damage })
  const state: State = { started: false, ended: false, characters: 0, wire: {} }
  let failure: unknown
  return {
    read(bytes) {
      if (failure !== undefined) throw failure
      const events: ReplyEvent[] = []
      try {
        chunks.read(bytes, (text) => take(state, pieceOf(text), events))
      } catch (thrown) {
        // What came before the failure in the same bytes was said.
        failure = thrown
        if (events.length === 0) throw thrown
      }
      return events
    },
    failure: () => failure ?? chunks.failure(),
    end() {
      if (failure !== undefined) throw failure
      chunks.end()
      const events: ReplyEvent[] = []
      if (!state.ended) close(state, events)
      return events
    },
  }
}

function pieceOf(text: string): WireReply {
  try {
    return JSON.parse(text) as WireReply
  } catch (cause) {
    throw damage(cause)
  }
}

function take(state: State, piece: WireReply, events: ReplyEvent[]): void {
  if (state.ended) return
  if (!state.started) {
    state.started = true
    events.push({ type: 'reply-start' }, { type: 'part-start', index: 0, part: { type: 'text' } })
  }
  state.wire = { ...state.wire, ...piece }
  const { message } = piece
  if (typeof message === 'string' && message !== '') {
    state.characters += message.length
    events.push({ type: 'part-delta', index: 0, text: message })
  }
  state.stop = stopOf(piece) ?? state.stop
  const metrics = piece['amazon-bedrock-invocationMetrics']
  if (metrics) state.usage = usageOf(metrics, state.characters)
  if (metrics && state.stop) close(state, events)
}

function usageOf(
  {
    inputTokenCount = 0,
    outputTokenCount,
  }: { inputTokenCount?: number; outputTokenCount?: number },
  characters: number,
): Usage {
  if (outputTokenCount === undefined) return estimate(characters)
  return { input: inputTokenCount, output: outputTokenCount }
}

function close(state: State, events: ReplyEvent[]): void {
  if (!state.stop) throw incomplete()
  state.ended = true
  const usage = state.usage ?? estimate(state.characters)
  events.push({ type: 'part-end', index: 0 }, endOf(state.wire, state.stop, usage))
}
