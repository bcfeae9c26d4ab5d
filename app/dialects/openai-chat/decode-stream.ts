import { createSseReader } from '../../codecs/sse.ts'
import type { ReplyEvent } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import type { ReplyDecoder, Undo } from '../dialect.ts'
import { createDeltaReader } from './decode-delta.ts'
import { decodeError } from './decode-error.ts'
import { decodeEnd, ownMembers, type WireEnd } from './decode-reply.ts'
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

  const take = (found: { data: string }[]): ReplyEvent[] => {
    const events: ReplyEvent[] = []
    for (const { data } of found) {
      if (ending.ended) break
      if (data === '[DONE]') events.push(...finish())
      else readChunk(parseChunk(data), events)
    }
    return events
  }

  const readChunk = (chunk: Partial<WireChunk>, events: ReplyEvent[]): void => {
    begin(chunk, ending, events)
    const choice = chunk.choices?.[0]
    if (!choice) return
    deltas.read(choice, events, chunk.id)
    if (!choice.finish_reason) return
    deltas.close(events)
    ending.finish = choice.finish_reason
  }

  const finish = (): ReplyEvent[] => {
    if (!ending.finish) throw incomplete()
    ending.ended = true
    return [{ type: 'reply-end', ...decodeEnd({ ...ending, called: deltas.called() }) }]
  }

  return {
    read: (bytes) => take(reader.read(bytes)),
    end() {
      const events = take(reader.end())
      if (!ending.ended) events.push(...finish())
      return events
    },
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

function incomplete(): GatewayError {
  return new GatewayError('stream-incomplete', 'The model stopped before its answer was complete.')
}
