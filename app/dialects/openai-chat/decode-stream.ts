import { createSseReader } from '../../codecs/streams/sse.ts'
import { incomplete } from '../../conversation/collect.ts'
import type { ReplyBatch, ReplyEvent } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import type { ReplyDecoder, Undo } from '../dialect.ts'
import { decodeError, throwIfBroken } from '../openai-refusal.ts'
import { createDeltaReader } from './decode-delta.ts'
import { calledFinish, decodeEnd, ownMembers, type WireEnd } from './decode-reply.ts'
import { NAME } from './extras.ts'
import { createRelay } from './relay.ts'
import type { WireChunk } from './wire-reply.ts'

/** What the stream has said of its end so far. */
interface Ending extends WireEnd {
  started: boolean
  ended: boolean
  /** The last delta held only the expiry date of a recording. */
  recorded: boolean
}

const UNHEARD: Ending = {
  started: false,
  ended: false,
  recorded: false,
  called: false,
  finish: undefined,
  usage: undefined,
  tier: undefined,
  fields: undefined,
}

/**
 * A server's streamed answer. It has really ended when it gave a finish reason; the closing `[DONE]` is
 * often missing, and usage may come after the reason.
 */
export function createReplyDecoder(undo?: Undo): ReplyDecoder {
  const reader = createSseReader()
  const ending: Ending = { ...UNHEARD }
  const deltas = createDeltaReader(undo)
  const relay = createRelay(undo)
  let failure: unknown

  const take = (found: { data: string }[], events: ReplyEvent[]): void => {
    for (const { data } of found) {
      if (ending.ended) return
      if (data === '[DONE]') {
        finish(events)
        return
      }
      const chunk = parseChunk(data)
      const isMended = readChunk(chunk, events)
      relay?.take(isMended ? undefined : data, chunk)
    }
  }

  /** What fails in mid-batch is thrown after the events that came before it in the same bytes. */
  const batchOf = (work: (events: ReplyEvent[]) => void): ReplyBatch => {
    if (failure !== undefined) throw failure
    const events: ReplyBatch = []
    try {
      work(events)
    } catch (thrown) {
      failure = thrown
      if (events.length === 0) throw thrown
    }
    if (relay) {
      const text = relay.text()
      if (events.length > 0 || text !== '') events.verbatim = { dialect: NAME, text }
    }
    return events
  }

  /** Whether the chunk had to be put right. */
  const readChunk = (chunk: Partial<WireChunk>, events: ReplyEvent[]): boolean => {
    begin(chunk, ending, events)
    const choice = chunk.choices?.[0]
    if (!choice) return false
    const isMended = deltas.read(choice, events, chunk.id)
    ending.recorded = isRecorded(choice.delta?.['audio'])
    const { finish_reason: finish } = choice
    if (!finish) return isMended
    throwIfBroken(choice)
    deltas.close(events)
    choice.finish_reason = deltas.called() ? calledFinish(finish, undo) : finish
    ending.finish = choice.finish_reason
    return isMended || choice.finish_reason !== finish
  }

  const finish = (events: ReplyEvent[]): void => {
    if (!ending.finish && !ending.recorded) throw incomplete()
    if (!ending.finish) deltas.close(events)
    ending.ended = true
    events.push({ type: 'reply-end', ...decodeEnd({ ...ending, called: deltas.called() }) })
  }

  return {
    read: (bytes) => batchOf((events) => take(reader.read(bytes), events)),
    failure: () => failure,
    end: () =>
      batchOf((events) => {
        take(reader.end(), events)
        if (!ending.ended) finish(events)
      }),
  }
}

function begin(chunk: Partial<WireChunk>, ending: Ending, events: ReplyEvent[]): void {
  if (!ending.started) {
    ending.started = true
    const { id, model } = chunk
    events.push({ type: 'reply-start', ...(id && { id }), ...(model && { model }) })
  }
  ending.usage = chunk.usage ?? groqUsage(chunk) ?? ending.usage
  ending.tier = chunk.service_tier ?? ending.tier
  const members = ownMembers(chunk)
  if (members) ending.fields = { ...ending.fields, ...members }
}

/** Groq tells it here, where it is not asked for it (console.groq.com, Text Generation). */
function groqUsage({ x_groq: own }: Partial<WireChunk>): WireEnd['usage'] {
  return own ? (own as { usage?: WireEnd['usage'] }).usage : undefined
}

/** Streams of OpenAI's audio models may end with this and no finish reason (openai-node#1206). */
function isRecorded(audio: unknown): boolean {
  if (!audio) return false
  const { expires_at, ...others } = audio as Record<string, unknown>
  return expires_at != null && Object.values(others).every((member) => member == null)
}

function parseChunk(data: string): Partial<WireChunk> {
  let chunk: unknown
  try {
    chunk = JSON.parse(data)
  } catch (cause) {
    throw damaged(data, cause)
  }
  if (typeof chunk !== 'object' || chunk === null) throw damaged(data)
  if ('error' in chunk && chunk.error) throw decodeError(undefined, chunk)
  return chunk
}

function damaged(data: string, cause?: unknown): GatewayError {
  return new GatewayError('upstream', 'The answer arrived damaged. Retry the request.', {
    cause: new Error(`not a chunk: ${data.slice(0, 200)}`, { cause }),
  })
}
