import { GatewayError } from '../../errors.ts'
import type { Services } from '../../ports/services.ts'
import type { StateStore } from '../../ports/state-store.ts'
import { withLargeValues } from '../large-values.ts'

/** A message as it was sent or given. */
interface ThreadMessage {
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
interface Threaded<Request> {
  request: Request
  keep(answer: ThreadAnswer): Promise<void>
  /** Instead of `keep`: there is no answer, and others may continue the thread. Never rejects. */
  abandon(): Promise<void>
}

/** The conversations one owner keeps here. To everybody else they do not exist. */
interface MessageThreads {
  /** Undefined for a request without a thread. Throws `not-found` and `invalid-request`, also while another continues it. */
  open<Request extends ThreadRequest>(request: Request): Promise<Threaded<Request> | undefined>
  /** The request with its whole conversation, which stays as it is. Throws as `open`, but waits for nobody. */
  read<Request extends ThreadRequest>(request: Request): Promise<Request>
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
/** Milliseconds beyond its time that a request which died with its process keeps others out. */
const GRACE = 60_000
/** Ends the id of a claim; no answer's id holds a slash. */
const CLAIM = '/claim'

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
    abandon: async () => {},
  })

  const load = async <Request extends ThreadRequest>(request: Request, previous: string) => {
    const item = await store.get(collection, previous)
    if (!item) throw unknown(previous)
    const kept = JSON.parse(item.value) as State
    if (kept.continued) throw continued(previous)
    return { whole: joined(kept, request), version: item.version }
  }

  const resume = async <Request extends ThreadRequest>(
    request: Request,
    previous: string,
  ): Promise<Threaded<Request>> => {
    const release = await claim(previous)
    try {
      const { whole, version } = await load(request, previous)
      return {
        request: whole,
        async keep(answer) {
          try {
            await put(answer.id, extended(whole, answer), 0)
            await put(previous, { continued: true }, version)
          } finally {
            await release()
          }
        },
        abandon: release,
      }
    } catch (thrown) {
      await release()
      throw thrown
    }
  }

  /** One request at a time continues an answer: whoever writes the claim first. */
  const claim = async (previous: string): Promise<() => Promise<void>> => {
    const id = `${previous}${CLAIM}`
    const expiresAt = Date.now() + config.TOTAL_TIMEOUT * 1000 + GRACE
    const version = await putFirst(state, collection, { id, expiresAt })
    if (version === undefined) throw inFlight(previous)
    // One that cannot be released is over by itself.
    return () => state.delete(collection, id).then(noop, noop)
  }

  return {
    async open(request) {
      if (!request.thread) return undefined
      const previous = previousOf(request)
      const asked = unthreaded(request)
      return previous === undefined ? create(asked) : resume(asked, previous)
    },
    async read(request) {
      const previous = previousOf(request)
      const asked = unthreaded(request)
      return previous === undefined ? asked : (await load(asked, previous)).whole
    },
  }
}

/** Puts something where nothing is. A store that fails may have done so all the same, and nobody else would ever remove it. */
async function putFirst(
  state: StateStore,
  collection: string,
  { id, expiresAt }: { id: string; expiresAt: number },
): Promise<number | undefined> {
  const value = crypto.randomUUID()
  try {
    return await state.put(collection, { id, value }, { ifVersion: 0, expiresAt })
  } catch (thrown) {
    const there = await state.get(collection, id).catch(noop)
    if (there?.value === value) return there.version
    throw thrown
  }
}

/** The answer that a request continues; undefined for one that begins a thread, or has none. */
const previousOf = ({ thread }: ThreadRequest): string | undefined =>
  thread?.type === 'continue' ? String(thread.previous_message_id) : undefined

function unthreaded<Request extends ThreadRequest>(request: Request): Request {
  const { thread: _, ...rest } = request
  return rest as Request
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

const noop = () => {}

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

function inFlight(id: string): GatewayError {
  return new GatewayError(
    'invalid-request',
    `Another request continues \`${id}\` right now. Wait for its answer and continue from that, or send the whole conversation with \`thread: {"type": "create"}\`.`,
    { param: PREVIOUS, reason: 'thread_continue_in_flight' },
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
