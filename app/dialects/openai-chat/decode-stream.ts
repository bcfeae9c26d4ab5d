import { createSseReader } from '../../codecs/streams/sse.ts'
import { incomplete } from '../../conversation/collect.ts'
import type { ReplyBatch, ReplyEvent } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import type { ReplyDecoder, Undo } from '../dialect.ts'
import { decodeError } from '../openai-refusal.ts'
import { createDeltaReader } from './decode-delta.ts'
import { decodeEnd, ownMembers, type WireEnd } from './decode-reply.ts'
import { NAME } from './extras.ts'
import { createRelay } from './relay.ts'
import type { WireChunk } from './wire-reply.ts'

/** What the stream has said of its end so far. */
interface Ending extends WireEnd {
  started: boolean
  ended: boolean
}

/**
 * A server's streamed answer. It has really ended when it gave a finish reason; the closing `[DONE]` is
 * often missing, and usage may come after the reason.
 */
export function createReplyDecoder(undo?: Undo): ReplyDecoder {
  const reader = createSseReader()
  const ending: Ending = {
    started: false,
    ended: false,
    called: false,
    finish: undefined,
    usage: undefined,
    tier: undefined,
    fields: undefined,
  }
  const deltas = createDeltaReader(undo)
  const relay = createRelay(undo)
  let failure: unknown

  const take = (found: { data: string }[], events: ReplyEvent[]): void => {
    for (const { data } of found) {
      if (ending.ended) return
      if (data === '[DONE]') {
        events.push(...finish())
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
    const finish: string | null | undefined = choice.finish_reason
    if (!finish) return isMended
    if (finish === 'error') throw decodeError(undefined, chunk)
    deltas.close(events)
    ending.finish = finish
    return isMended
  }

  const finish = (): ReplyEvent[] => {
    if (!ending.finish) throw incomplete()
    ending.ended = true
    return [{ type: 'reply-end', ...decodeEnd({ ...ending, called: deltas.called() }) }]
  }

  return {
    read: (bytes) => batchOf((events) => take(reader.read(bytes), events)),
    end: () =>
      batchOf((events) => {
        take(reader.end(), events)
        if (!ending.ended) events.push(...finish())
      }),
  }
}

function begin(chunk: Partial<WireChunk>, ending: Ending, events: ReplyEvent[]): void {
  if (!ending.started) {
    ending.started = true
    const { id, model } = chunk
    events.push({ type: 'reply-start', ...(id && { id }), ...(model && { model }) })
  }
  ending.usage = chunk.usage ?? ending.usage
  ending.tier = chunk.service_tier ?? ending.tier
  const members = ownMembers(chunk)
  if (members) ending.fields = { ...ending.fields, ...members }
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
