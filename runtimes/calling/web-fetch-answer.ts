import { GatewayError } from '../../app/errors.ts'
import type { WebFetchOptions } from '../../app/ports/web-fetch.ts'

export const MAX_REDIRECTS = 5

/** Milliseconds until something of a body must have come, all redirects and their names included; then again and again. */
const PATIENCE = 4000

/** Bytes that are something; less is enough where the body ends. */
const LEAST = 1024

/** What a fetch waits for, and for how long. */
export interface FetchWatch {
  /** Ends when the caller leaves, when it takes too long in all, or when the server says nothing more. */
  signal: AbortSignal
  /** So many bytes of the body have come. */
  came(bytes: number): void
  over(): void
}

export function watchFetch(
  { signal, timeout }: Pick<WebFetchOptions, 'signal' | 'timeout'>,
  patience = PATIENCE,
): FetchWatch {
  const late = new AbortController()
  const wait = () =>
    setTimeout(() => late.abort(new DOMException('no answer', 'TimeoutError')), patience)
  let timer = wait()
  let bytes = 0
  return {
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeout), late.signal]),
    came(more) {
      bytes += more
      if (bytes < LEAST) return
      clearTimeout(timer)
      timer = wait()
      bytes = 0
    },
    over: () => clearTimeout(timer),
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Where an answer sends us on to, or undefined when it is the last. */
export function redirectTarget(
  status: number,
  location: string | null | undefined,
  from: URL,
): string | undefined {
  if (!location || !REDIRECTS.has(status)) return undefined
  const target = URL.parse(location, from)
  if (!target) throw new GatewayError('invalid-request', 'The URL redirects to nowhere.')
  return target.href
}

interface FetchAnswer {
  status: number
  /** The announced length, as the header says it. */
  length: string | null | undefined
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** The body of a 200, as long as it is no larger than allowed. */
export async function bodyWithin(
  answer: FetchAnswer,
  maxBytes: number,
  watch: FetchWatch,
): Promise<Uint8Array> {
  if (answer.status !== 200) {
    throw new GatewayError('invalid-request', `The URL was answered with ${answer.status}.`)
  }
  if (Number(answer.length ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.chunks) {
    size += chunk.length
    watch.came(chunk.length)
    if (size > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return joined(chunks, size)
}

function joined(chunks: Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

function tooLarge(maxBytes: number): GatewayError {
  return new GatewayError('too-large', `The file at the URL is larger than ${maxBytes} bytes.`)
}

/** The last segment of the path, decoded. */
export function fileName(url: URL): string | undefined {
  const name = url.pathname.split('/').at(-1)
  if (!name) return undefined
  try {
    return decodeURIComponent(name)
  } catch {
    // A stray percent sign is part of the name then.
    return name
  }
}

/** What the caller is told of a failed fetch, which the watch may have ended. */
export function explained(thrown: unknown, caller: AbortSignal, { signal }: FetchWatch): unknown {
  if (thrown instanceof GatewayError) return thrown
  if (caller.aborted) return caller.reason
  // A body that is cut for it says no more than that it was cut.
  const timedOut = signal.aborted || (thrown instanceof Error && /abort|timeout/i.test(thrown.name))
  const message = timedOut ? 'The URL did not answer in time.' : 'The URL could not be reached.'
  return new GatewayError('invalid-request', message, { cause: thrown })
}
