import { GatewayError } from '../app/errors.ts'
import type { WebFetchOptions } from '../app/ports/web-fetch.ts'

export const MAX_REDIRECTS = 5

/** Milliseconds until a server must have begun to answer, all redirects and their names included. */
export const HEAD_TIMEOUT = 4000

/** A signal that ends when the caller leaves, when it takes too long in all, or when no answer begins in time. */
export function headWithin(
  milliseconds: number,
  { signal, timeout }: Pick<WebFetchOptions, 'signal' | 'timeout'>,
): { signal: AbortSignal; head: { came(): void } } {
  const late = new AbortController()
  const timer = setTimeout(
    () => late.abort(new DOMException('no answer', 'TimeoutError')),
    milliseconds,
  )
  return {
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeout), late.signal]),
    head: { came: () => clearTimeout(timer) },
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

export interface FetchAnswer {
  status: number
  /** The announced length, as the header says it. */
  length: string | null | undefined
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** The body of a 200, as long as it is no larger than allowed. */
export async function bodyWithin(answer: FetchAnswer, maxBytes: number): Promise<Uint8Array> {
  if (answer.status !== 200) {
    throw new GatewayError('invalid-request', `The URL was answered with ${answer.status}.`)
  }
  if (Number(answer.length ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.chunks) {
    size += chunk.length
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

/** What the caller is told of a failed fetch. */
export function explained(thrown: unknown, caller: AbortSignal): unknown {
  if (thrown instanceof GatewayError) return thrown
  if (caller.aborted) return caller.reason
  const timedOut = thrown instanceof Error && /abort|timeout/i.test(thrown.name)
  const message = timedOut ? 'The URL did not answer in time.' : 'The URL could not be reached.'
  return new GatewayError('invalid-request', message, { cause: thrown })
}
