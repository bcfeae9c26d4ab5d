import { entryOf } from '../../codecs/table.ts'
import { type ErrorCode, GatewayError } from '../../errors.ts'
import { BY_EXCEPTION } from '../bedrock-exceptions.ts'
import { FALLBACK, SENTENCES } from '../refusal-sentences.ts'

/** Anthropic's error types. */
const BY_TYPE: Record<string, ErrorCode> = {
  invalid_request_error: 'invalid-request',
  authentication_error: 'upstream',
  billing_error: 'upstream',
  permission_error: 'model-access-denied',
  not_found_error: 'model-not-found',
  request_too_large: 'too-large',
  rate_limit_error: 'rate-limit',
  timeout_error: 'timeout',
  api_error: 'upstream',
  overloaded_error: 'overloaded',
}

/** What Bedrock tells of the status its exception had where the model runs. */
const BY_STATUS: Record<number, ErrorCode> = {
  400: 'invalid-request',
  403: 'model-access-denied',
  404: 'model-not-found',
  408: 'timeout',
  413: 'too-large',
  429: 'rate-limit',
  503: 'overloaded',
  504: 'timeout',
  529: 'overloaded',
}

/** Faults the caller can mend, of which the upstream's sentence may tell them. */
const TELLS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'invalid-request',
  'context-length-exceeded',
  'too-large',
])

/** How models say that there is too much to read. */
const TOO_LONG =
  /(prompt|input) is too long|exceeds? (the )?(context|maximum).*(limit|window|tokens)/i

/**
 * The `error` event of a stream as ours. What is wrong between us and the upstream (its
 * `authentication_error`) is never the caller's fault.
 */
export function decodeError(event: {
  error?: { type?: unknown; message?: unknown }
}): GatewayError {
  const { type, message } = event.error ?? {}
  const code = entryOf(BY_TYPE, String(type)) ?? 'upstream'
  const cause = new Error(`the upstream's stream: ${JSON.stringify(event)}`)
  return meant(code, typeof message === 'string' ? message : undefined, cause)
}

/** The error of an exception frame in a stream of Bedrock's. */
export function decodeException(type: string, payload: string): GatewayError {
  const { message, originalStatusCode, originalMessage } = parsed(payload)
  const original = originalStatusCode === undefined ? undefined : BY_STATUS[originalStatusCode]
  const known = entryOf(BY_EXCEPTION, type) ?? 'upstream'
  const cause = new Error(`AWS broke off with ${type}: ${payload}`)
  const code = known === 'upstream' ? (original ?? known) : known
  return meant(code, message ?? originalMessage, cause)
}

function meant(code: ErrorCode, message: string | undefined, cause: Error): GatewayError {
  const finer = code === 'invalid-request' && message && TOO_LONG.test(message)
  const found = finer ? 'context-length-exceeded' : code
  const told = TELLS.has(found) && message ? message : SENTENCES[found]
  return new GatewayError(found, told ?? FALLBACK, { cause })
}

interface ExceptionPayload {
  message?: string
  originalStatusCode?: number
  originalMessage?: string
}

function parsed(payload: string): ExceptionPayload {
  try {
    const value: unknown = JSON.parse(payload)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    // What is no JSON is the sentence itself.
    return { message: payload }
  }
}
