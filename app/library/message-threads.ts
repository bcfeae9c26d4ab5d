import { GatewayError } from '../errors.ts'
import type { Services } from '../ports/services.ts'
import { withLargeValues } from './large-values.ts'

/** A message as it was sent or given. */
export interface ThreadMessage {
  role: string
  content: unknown
}

/** What of a request belongs to its thread. */
export interface ThreadRequest {
  messages: readonly ThreadMessage[]
  system?: unknown
  tools?: unknown
  thread?: { type: string; previous_message_id?: unknown } | null
}

/** An answer, which is also the name of the thread from then on. */
export interface ThreadAnswer {
  id: string
  role: string
  content: unknown
}

/** A request with its whole conversation, and where its answer is to be kept. */
export interface Threaded<Request> {
  request: Request
  keep(answer: ThreadAnswer): Promise<void>
}

/** The conversations one owner keeps here. To everybody else they do not exist. */
export interface MessageThreads {
  /** Undefined for a request without a thread. Throws `not-found` and `invalid-request`. */
  open<Request extends ThreadRequest>(request: Request): Promise<Threaded<Request> | undefined>
}

/** A conversation up to one of its answers; what came after it stands under a later one. */
type State = { continued: true } | Kept

interface Kept {
  continued?: undefined
  system?: unknown
  tools?: unknown
  messages: ThreadMessage[]
}

const DAY = 24 * 60 * 60 * 1000

/**
 * Threads as Anthropic documents them (SDK 1.12, BetaMessageThreadParam): kept under the id of their last
 * answer, each of which can be continued once; system prompt and tools are those of the first request.
 */
export function messageThreads(
  { state, config }: Pick<Services, 'state' | 'config'>,
  owner: string,
): MessageThreads {
  const store = withLargeValues(state)
  const collection = `message-threads/${owner}`
  const put = (id: string, kept: State, ifVersion: number) => {
    const expiresAt = Date.now() + config.MESSAGE_THREADS_DAYS * DAY
    return store.put(collection, { id, value: JSON.stringify(kept) }, { ifVersion, expiresAt })
  }

  const create = <Request extends ThreadRequest>(request: Request): Threaded<Request> => ({
    request,
    keep: async (answer) => void (await put(answer.id, extended(request, answer), 0)),
  })

  const resume = async <Request extends ThreadRequest>(
    request: Request,
    previous: string,
  ): Promise<Threaded<Request>> => {
    const item = await store.get(collection, previous)
    if (!item) throw unknown(previous)
    const kept = JSON.parse(item.value) as State
    if (kept.continued) throw continued(previous)
    const whole = joined(kept, request)
    return {
      request: whole,
      async keep(answer) {
        await put(answer.id, extended(whole, answer), 0)
        // Where two have continued the same answer at once, both have got theirs.
        await put(previous, { continued: true }, item.version)
      },
    }
  }

  return {
    async open(request) {
      const { thread } = request
      if (!thread) return undefined
      const { thread: _, ...unthreaded } = request
      const asked = unthreaded as typeof request
      return thread.type === 'continue'
        ? resume(asked, String(thread.previous_message_id))
        : create(asked)
    },
  }
}

function extended({ system, tools, messages }: ThreadRequest, answer: ThreadAnswer): Kept {
  const { role, content } = answer
  // Marks are for the request that brings them: all of a thread's would be more than one may hold.
  const unmarked = withoutMarks(messages) as ThreadMessage[]
  return { system, tools, messages: [...unmarked, { role, content }] }
}

function joined<Request extends ThreadRequest>(kept: Kept, request: Request): Request {
  for (const field of ['system', 'tools'] as const) {
    const said = request[field]
    if (said != null && JSON.stringify(said) !== JSON.stringify(kept[field])) throw changed(field)
  }
  return {
    ...request,
    ...(kept.system != null && { system: kept.system }),
    ...(kept.tools != null && { tools: kept.tools }),
    messages: [...kept.messages, ...request.messages],
  }
}

/** Marks stand on blocks and on what tools brought. */
function withoutMarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMarks)
  if (typeof value !== 'object' || value === null) return value
  const { cache_control: _, ...rest } = value as Record<string, unknown>
  return Array.isArray(rest['content']) ? { ...rest, content: withoutMarks(rest['content']) } : rest
}

const PREVIOUS = 'thread.previous_message_id'

function unknown(id: string): GatewayError {
  return new GatewayError(
    'not-found',
    `No thread is kept for \`${id}\`. Send the whole conversation with \`thread: {"type": "create"}\`.`,
    { param: PREVIOUS, reason: 'thread_not_found' },
  )
}

function continued(id: string): GatewayError {
  return new GatewayError(
    'invalid-request',
    `\`${id}\` has been continued already. Continue from the thread's latest answer.`,
    { param: PREVIOUS, reason: 'thread_already_continued' },
  )
}

function changed(field: string): GatewayError {
  return new GatewayError(
    'invalid-request',
    `\`${field}\` differs from what the thread was created with. Leave it out, or send the whole conversation with \`thread: {"type": "create"}\`.`,
    { param: field, reason: 'thread_fingerprint_mismatch' },
  )
}
