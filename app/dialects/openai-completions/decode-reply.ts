import { createSseReader } from '../../codecs/streams/sse.ts'
import { entryOf } from '../../codecs/table.ts'
import { incomplete } from '../../conversation/collect.ts'
import type { Reply, ReplyEnd, ReplyEvent, StopReason, Usage } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import { damage } from '../damaged-reply.ts'
import type { ReplyDecoder, Undo } from '../dialect.ts'
import { type Fields, unknownFields } from '../extras.ts'
import { decodeError, throwIfBroken } from '../openai-refusal.ts'
import { endExtrasOf } from './extras.ts'
import { type Told, toldPart } from './told.ts'

/** One answer of a server, or one piece of it; only what is read. */
interface WireAnswer {
  id?: string
  model?: string
  choices?: WireChoice[]
  usage?: {
    prompt_tokens?: number
    completion_tokens?: number
    prompt_tokens_details?: { cached_tokens?: number | null } | null
  } | null
  service_tier?: string | null
  error?: unknown
}

interface WireChoice {
  text?: string
  logprobs?: Fields | null
  finish_reason?: string | null
}

/** Unknown reasons of compatible servers (`eos`) are good ends. */
const STOP_REASONS: Record<string, StopReason> = {
  length: 'max-tokens',
  content_filter: 'content-filter',
}

/** A server's whole answer. Throws `GatewayError` when it is an error or no answer at all. */
export function decodeReply(body: unknown, undo?: Undo): Reply {
  const answer = (body ?? {}) as WireAnswer
  const { id, model, choices } = answer
  if (answer.error) throw decodeError(undefined, body)
  const choice = choices?.[0]
  if (choice) throwIfBroken(choice)
  if (typeof choice?.text !== 'string') {
    throw new GatewayError('upstream', 'The model gave no answer. Retry the request.')
  }
  return {
    ...(id && { id }),
    ...(model && { model }),
    parts: [{ type: 'text', text: choice.text }, ...tellings(choice, undo)],
    end: endOf(answer, {
      finish: choice.finish_reason,
      choice: ownMembers(choice),
      fields: unknownFields(answer, ANSWER_FIELDS),
    }),
  }
}

function tellings({ logprobs }: WireChoice, undo: Undo | undefined) {
  const told: Told = {
    ...(undo?.echoed && { echoed: true }),
    ...(logprobs && { choice: { logprobs } }),
  }
  return Object.keys(told).length > 0 ? [toldPart(told)] : []
}

const ANSWER_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'object',
  'created',
  'model',
  'choices',
  'usage',
  'service_tier',
  'obfuscation',
])

const CHOICE_FIELDS: ReadonlySet<string> = new Set(['text', 'index', 'logprobs', 'finish_reason'])

/** What a choice says beside what we understand, nulls as well: some clients read them. */
function ownMembers(choice: WireChoice): Fields | undefined {
  const own = Object.entries(choice).filter(([name]) => !CHOICE_FIELDS.has(name))
  return own.length > 0 ? Object.fromEntries(own) : undefined
}

interface WireEnd {
  finish: string | null | undefined
  choice: Fields | undefined
  fields: Fields | undefined
}

function endOf(
  { usage, service_tier: tier }: Pick<WireAnswer, 'usage' | 'service_tier'>,
  { finish, choice, fields }: WireEnd,
): Omit<ReplyEnd, 'type'> {
  return {
    reason: entryOf(STOP_REASONS, finish ?? '') ?? 'end-turn',
    usage: usageOf(usage),
    ...(tier && { serviceTier: tier }),
    ...endExtrasOf({ choice, fields, usage: (usage as Fields | null) ?? undefined }),
  }
}

function usageOf(wire: WireAnswer['usage']): Usage {
  if (!wire) return { input: 0, output: 0, estimated: true }
  const cacheRead = wire.prompt_tokens_details?.cached_tokens ?? undefined
  return {
    input: Math.max(0, (wire.prompt_tokens ?? 0) - (cacheRead ?? 0)),
    output: wire.completion_tokens ?? 0,
    ...((wire.prompt_tokens == null || wire.completion_tokens == null) && { estimated: true }),
    ...(cacheRead !== undefined && { cacheRead }),
  }
}

/** One streamed answer on its way. */
interface Streamed {
  undo: Undo | undefined
  /** Parts that were opened; the first is the text. */
  parts: number
  finish: string | undefined
  /** What came with the end, and what the answer says beside what we understand. */
  choice: Fields | undefined
  fields: Fields | undefined
  usage: WireAnswer['usage']
  tier: string | null | undefined
}

/** A server's streamed answer. It has really ended when it gave a finish reason; `[DONE]` is often missing. */
export function createReplyDecoder(undo?: Undo): ReplyDecoder {
  const reader = createSseReader()
  let ended = false
  const state: Streamed = {
    undo,
    parts: 0,
    finish: undefined,
    choice: undefined,
    fields: undefined,
    usage: undefined,
    tier: undefined,
  }
  let failure: unknown
  const take = (found: { data: string }[], events: ReplyEvent[]): void => {
    for (const { data } of found) {
      if (ended) return
      if (data === '[DONE]') events.push(end())
      else readChunk(state, parseChunk(data), events)
    }
  }
  /** What fails in mid-batch is thrown after the events that came before it in the same bytes. */
  const batchOf = (work: (events: ReplyEvent[]) => void): ReplyEvent[] => {
    if (failure !== undefined) throw failure
    const events: ReplyEvent[] = []
    try {
      work(events)
    } catch (thrown) {
      failure = thrown
      if (events.length === 0) throw thrown
    }
    return events
  }
  const end = (): ReplyEvent => {
    if (state.finish === undefined) throw incomplete()
    ended = true
    return { type: 'reply-end', ...endOf({ usage: state.usage, service_tier: state.tier }, state) }
  }
  return {
    read: (bytes) => batchOf((events) => take(reader.read(bytes), events)),
    failure: () => failure,
    end: () =>
      batchOf((events) => {
        take(reader.end(), events)
        if (!ended) events.push(end())
      }),
  }
}

function readChunk(state: Streamed, chunk: WireAnswer, events: ReplyEvent[]): void {
  if (state.parts === 0) begin(state, chunk, events)
  state.usage = chunk.usage ?? state.usage
  state.tier = chunk.service_tier ?? state.tier
  state.fields = unknownFields(chunk, ANSWER_FIELDS) ?? state.fields
  const choice = chunk.choices?.[0]
  if (!choice) return
  throwIfBroken(choice)
  if (choice.text) events.push({ type: 'part-delta', index: 0, text: choice.text })
  const isLast = Boolean(choice.finish_reason) && state.finish === undefined
  // A token that gave no text yet is told of all the same.
  const told = isLast ? undefined : unknownFields(choice, CHOICE_FIELDS)
  const members = choice.logprobs ? { ...told, logprobs: choice.logprobs } : told
  if (members) tell(state, { choice: members }, events)
  if (!isLast) return
  state.finish = choice.finish_reason!
  state.choice = ownMembers(choice)
  events.push({ type: 'part-end', index: 0 })
}

function begin(state: Streamed, { id, model }: WireAnswer, events: ReplyEvent[]): void {
  events.push({ type: 'reply-start', ...(id && { id }), ...(model && { model }) })
  state.parts = 1
  if (state.undo?.echoed) tell(state, { echoed: true }, events)
  events.push({ type: 'part-start', index: 0, part: { type: 'text' } })
}

/** Stands behind the text it is about. */
function tell(state: Streamed, told: Told, events: ReplyEvent[]): void {
  const index = state.parts++
  events.push({ type: 'part-start', index, part: { type: 'whole', part: toldPart(told) } })
  events.push({ type: 'part-end', index })
}

function parseChunk(data: string): WireAnswer {
  let chunk: unknown
  try {
    chunk = JSON.parse(data)
  } catch (cause) {
    throw damage(cause)
  }
  if (typeof chunk !== 'object' || chunk === null) throw damage()
  if ('error' in chunk && chunk.error) throw decodeError(undefined, chunk)
  return chunk
}
