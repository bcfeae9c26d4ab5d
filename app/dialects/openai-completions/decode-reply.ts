import { createSseReader } from '../../codecs/sse.ts'
import { entryOf } from '../../codecs/table.ts'
import type { Reply, ReplyEnd, ReplyEvent, StopReason, Usage } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import type { ReplyDecoder } from '../dialect.ts'
import { decodeError } from '../openai-refusal.ts'

/** One answer of a server, or one piece of it; only what is read. */
interface WireAnswer {
  id?: string
  model?: string
  choices?: { text?: string; finish_reason?: string | null }[]
  usage?: {
    prompt_tokens?: number
    completion_tokens?: number
    prompt_tokens_details?: { cached_tokens?: number | null } | null
  } | null
  error?: unknown
}

/** Unknown reasons of compatible servers (`eos`) are good ends. */
const STOP_REASONS: Record<string, StopReason> = {
  length: 'max-tokens',
  content_filter: 'content-filter',
}

/** A server's whole answer. Throws `GatewayError` when it is an error or no answer at all. */
export function decodeReply(body: unknown): Reply {
  const { id, model, choices, usage, error } = (body ?? {}) as WireAnswer
  if (error) throw decodeError(undefined, body)
  const choice = choices?.[0]
  if (typeof choice?.text !== 'string') {
    throw new GatewayError('upstream', 'The model gave no answer. Retry the request.')
  }
  return {
    ...(id && { id }),
    ...(model && { model }),
    parts: [{ type: 'text', text: choice.text }],
    end: endOf(choice.finish_reason, usage),
  }
}

function endOf(
  finish: string | null | undefined,
  usage: WireAnswer['usage'],
): Omit<ReplyEnd, 'type'> {
  return { reason: entryOf(STOP_REASONS, finish ?? '') ?? 'end-turn', usage: usageOf(usage) }
}

function usageOf(wire: WireAnswer['usage']): Usage {
  if (!wire) return { input: 0, output: 0, estimated: true }
  const cacheRead = wire.prompt_tokens_details?.cached_tokens ?? undefined
  return {
    input: Math.max(0, (wire.prompt_tokens ?? 0) - (cacheRead ?? 0)),
    output: wire.completion_tokens ?? 0,
    ...(cacheRead !== undefined && { cacheRead }),
  }
}

/** A server's streamed answer. It has really ended when it gave a finish reason; `[DONE]` is often missing. */
export function createReplyDecoder(): ReplyDecoder {
  const reader = createSseReader()
  const state = { started: false, ended: false }
  let finish: string | undefined
  let usage: WireAnswer['usage']

  const take = (found: { data: string }[]): ReplyEvent[] => {
    const events: ReplyEvent[] = []
    for (const { data } of found) {
      if (state.ended) break
      if (data === '[DONE]') events.push(...end())
      else readChunk(parseChunk(data), events)
    }
    return events
  }
  const readChunk = (chunk: WireAnswer, events: ReplyEvent[]): void => {
    if (!state.started) {
      state.started = true
      const { id, model } = chunk
      events.push({ type: 'reply-start', ...(id && { id }), ...(model && { model }) })
      events.push({ type: 'part-start', index: 0, part: { type: 'text' } })
    }
    usage = chunk.usage ?? usage
    const choice = chunk.choices?.[0]
    if (choice?.text) events.push({ type: 'part-delta', index: 0, text: choice.text })
    if (choice?.finish_reason && finish === undefined) {
      finish = choice.finish_reason
      events.push({ type: 'part-end', index: 0 })
    }
  }
  const end = (): ReplyEvent[] => {
    if (finish === undefined) {
      throw new GatewayError(
        'stream-incomplete',
        'The model stopped before its answer was complete.',
      )
    }
    state.ended = true
    return [{ type: 'reply-end', ...endOf(finish, usage) }]
  }
  return {
    read: (bytes) => take(reader.read(bytes)),
    end() {
      const events = take(reader.end())
      if (!state.ended) events.push(...end())
      return events
    },
  }
}

function parseChunk(data: string): WireAnswer {
  let chunk: unknown
  try {
    chunk = JSON.parse(data)
  } catch (cause) {
    throw new GatewayError('upstream', 'The answer arrived damaged. Retry the request.', { cause })
  }
  if (typeof chunk !== 'object' || chunk === null) {
    throw new GatewayError('upstream', 'The answer arrived damaged. Retry the request.')
  }
  if ('error' in chunk && chunk.error) throw decodeError(undefined, chunk)
  return chunk
}
