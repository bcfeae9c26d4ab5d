import { GatewayError } from '../../errors.ts'
import type { ProviderHealth } from '../../ports/models.ts'
import type { Transport, UpstreamResponse } from '../../ports/transport.ts'
import type { Warn } from '../aws/warn.ts'
import { createKnownQuirks, type KnownQuirks } from './quirks.ts'
import { readRefusal } from './refusals.ts'
import { unpacked } from './unpacked.ts'
import type { Upstream } from './upstreams.ts'

/** One question to a server. */
export interface Question {
  method?: 'GET' | 'POST'
  /** Behind the base URL: `/chat/completions`. */
  path: string
  /** JSON, or a form with its own type. */
  body?: string | { bytes: Uint8Array; type: string }
  accept?: string
  /** As that of a `Call`. */
  trace?: Readonly<Record<string, string>>
}

/** A server that is asked; resolves with its answer only when that is a success. Throws `GatewayError`. */
export interface UpstreamClient {
  upstream: Upstream
  ask(question: Question, signal: AbortSignal): Promise<UpstreamResponse>
  /** A file the server itself has named; it is asked for without a key. */
  fetch(url: string, signal: AbortSignal): Promise<UpstreamResponse>
  health(): ProviderHealth
  /** What its models have refused before. */
  quirks: KnownQuirks
}

interface ClientDependencies {
  transport: Transport
  /** Milliseconds. */
  connectTimeout: number
  warn: Warn
  /** Unix milliseconds. */
  now?(): number
}

export function createUpstreamClient(
  upstream: Upstream,
  { transport, connectTimeout, warn, now = Date.now }: ClientDependencies,
): UpstreamClient {
  const record = createRecord(upstream, { warn, now })
  const { origin, prefix, search, headers } = upstream

  const send = async (question: Question, signal: AbortSignal): Promise<UpstreamResponse> => {
    const { method = 'POST', path, body, accept = 'application/json', trace } = question
    const isText = typeof body === 'string'
    const request = {
      method,
      origin,
      path: prefix + path + search,
      headers: {
        accept,
        // What is streamed must come as it is sent.
        'accept-encoding': 'identity',
        'user-agent': 'outcrop',
        ...(body !== undefined && { 'content-type': isText ? 'application/json' : body.type }),
        ...headers,
        ...trace,
      },
      body: isText ? body : body?.bytes,
    }
    return withinTime(upstream, signal, (within) =>
      transport.send(request, { signal: within, connectTimeout }),
    )
  }
  return {
    upstream,
    health: record.health,
    quirks: createKnownQuirks(now),
    async ask(question, signal) {
      let response: UpstreamResponse
      try {
        response = await unpacked(await send(question, signal))
      } catch (thrown) {
        record.unreachable(thrown)
        throw thrown
      }
      if (response.status >= 200 && response.status < 300) {
        record.answered()
        return response
      }
      const { error, fault } = await readRefusal(response, upstream, question.path)
      if (fault) record.faulty(fault)
      else if (response.status < 500) record.answered()
      else record.failing(response.status)
      throw error
    },
    async fetch(url, signal) {
      const { origin: from, pathname, search: query } = new URL(url)
      const request = { method: 'GET', origin: from, path: pathname + query, headers: {} }
      const response = await transport.send(request, { signal, connectTimeout })
      if (response.status === 200) return response
      response.body.cancel()
      throw new GatewayError('upstream', 'The answer could not be fetched. Retry the request.', {
        cause: new Error(`${upstream.name} named a file that answers ${response.status}`),
      })
    },
  }
}

/** The server's own limit: until it has begun to answer. */
async function withinTime<T>(
  { timeout, name }: Upstream,
  signal: AbortSignal,
  work: (within: AbortSignal) => Promise<T>,
): Promise<T> {
  if (timeout === undefined) return work(signal)
  const limit = new AbortController()
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    limit.abort()
  }, timeout)
  try {
    return await work(AbortSignal.any([signal, limit.signal]))
  } catch (thrown) {
    if (!isLate || signal.aborted) throw thrown
    throw new GatewayError('timeout', 'The model did not answer in time. Retry the request.', {
      cause: new Error(`${name} took more than ${timeout} ms`, { cause: thrown }),
    })
  } finally {
    clearTimeout(timer)
  }
}

interface Fault {
  problem: string
  setting: string
  status: number
}

/** Failures that say something about the server; a caller who leaves says nothing about it. */
const UNREACHABLE: ReadonlySet<string> = new Set(['overloaded', 'timeout', 'upstream'])

/** Keeps what is known of a server by its answers, and tells the operator of what he must mend: once, until it works again. */
function createRecord(
  { name, origin, settings }: Upstream,
  { warn, now }: { warn: Warn; now(): number },
) {
  let health: ProviderHealth = { status: 'unknown' }
  let told = ''
  const set = (status: ProviderHealth['status'], reason?: string) => {
    health = { status, checkedAt: now(), ...(reason && { reason }) }
  }
  const tell = (problem: string, details: Record<string, unknown>) => {
    if (told === problem) return
    told = problem
    warn('An upstream cannot be asked.', { upstream: name, origin, problem, ...details })
  }
  return {
    health: () => health,
    answered() {
      told = ''
      if (health.status !== 'available' || now() - (health.checkedAt ?? 0) > 1000) set('available')
    },
    failing(status: number) {
      set('unavailable', `It answered ${status}.`)
    },
    faulty({ problem, setting, status }: Fault) {
      set('unavailable', problem)
      tell(problem, { setting, status })
    },
    unreachable(thrown: unknown) {
      if (!(thrown instanceof GatewayError) || !UNREACHABLE.has(thrown.code)) return
      const problem = thrown.code === 'timeout' ? 'It is too slow.' : 'It cannot be reached.'
      set('unavailable', problem)
      tell(problem, { setting: settings.address, cause: String(thrown.cause ?? '') })
    },
  }
}
