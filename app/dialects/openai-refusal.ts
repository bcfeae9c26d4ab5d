import { entryOf } from '../codecs/table.ts'
import { type ErrorCode, GatewayError } from '../errors.ts'
import { FALLBACK, SENTENCES } from './refusal-sentences.ts'

/** An upstream's error, as far as it is read. Compatible servers leave members out or add their own. */
interface WireError {
  message?: unknown
  type?: unknown
  param?: unknown
  code?: unknown
}

/** OpenAI's codes, and types where there is no code, which say more than the status does. */
const BY_WORD: Record<string, ErrorCode> = {
  context_length_exceeded: 'context-length-exceeded',
  exceed_context_size_error: 'context-length-exceeded',
  model_not_found: 'model-not-found',
  rate_limit_exceeded: 'rate-limit',
  rate_limit_error: 'rate-limit',
  insufficient_quota: 'quota-exceeded',
  content_filter: 'content-filter',
  content_policy_violation: 'content-filter',
  moderation_blocked: 'content-filter',
  unsupported_parameter: 'unsupported-parameter',
  server_error: 'upstream',
  overloaded: 'overloaded',
  overloaded_error: 'overloaded',
}

const BY_STATUS: Record<number, ErrorCode> = {
  400: 'invalid-request',
  402: 'quota-exceeded',
  403: 'model-access-denied',
  404: 'model-not-found',
  408: 'timeout',
  413: 'too-large',
  422: 'invalid-request',
  429: 'rate-limit',
  503: 'overloaded',
  504: 'timeout',
  529: 'overloaded',
}

/** Faults the caller can mend, of which the upstream's sentence may tell them. */
const TELLS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'invalid-request',
  'unsupported-parameter',
  'context-length-exceeded',
  'content-filter',
  'too-large',
  'model-not-found',
])

/**
 * An upstream's error answer, or the error frame in its stream (`status` undefined), as ours. `retryAfter`
 * in seconds. What is wrong between us and the upstream (its 401) is `upstream`: never the caller's fault.
 */
export function decodeError(
  status: number | undefined,
  body: unknown,
  retryAfter?: number,
): GatewayError {
  const wire = wireError(body)
  const text = sentenceIn(wire.message) || undefined
  const code = tooLong(errorCode(status, wire), text)
  const told = TELLS.has(code) ? text : undefined
  return new GatewayError(code, told ?? SENTENCES[code] ?? FALLBACK, {
    ...(told !== undefined && typeof wire.param === 'string' && { param: wire.param }),
    ...(code === 'invalid-request' && typeof wire.code === 'string' && { reason: wire.code }),
    ...(retryAfter !== undefined && { retryAfter }),
    // What is used up does not come back by itself; OpenAI names no time for it either.
    ...(code === 'quota-exceeded' && retryAfter === undefined && { final: true }),
    cause: new Error(`upstream ${status ?? 'stream'}: ${text ?? JSON.stringify(body)}`),
  })
}

/** Reasons with which OpenRouter, Mistral and DeepSeek end an answer that they could not complete. */
const BROKEN: ReadonlySet<string> = new Set(['error', 'insufficient_system_resource'])

/** Throws `GatewayError` if the server gave up; OpenRouter puts the reason into the choice. */
export function throwIfBroken(choice: { finish_reason?: string | null }): void {
  const { finish_reason: finish } = choice
  if (finish && BROKEN.has(finish)) throw decodeError(undefined, choice)
}

/** vLLM says it in OpenAI's sentence, without its code. */
const tooLong = (code: ErrorCode, text: string | undefined): ErrorCode =>
  code === 'invalid-request' && text?.includes('maximum context length')
    ? 'context-length-exceeded'
    : code

// OpenAI wraps its error, FastAPI servers call it `detail`, and llama.cpp may send the bare text.
function wireError(body: unknown): WireError {
  if (typeof body !== 'object' || body === null) return { message: body }
  const { error, detail } = body as { error?: unknown; detail?: unknown }
  const inner = error ?? detail ?? body
  const isOne = typeof inner === 'object' && inner !== null && !Array.isArray(inner)
  return isOne ? inner : { message: inner }
}

/** Validators tell of each fault with its place (`{"loc": ["body", "n"], "msg": "..."}`); Mistral puts their list into the message. */
function sentenceIn(message: unknown): string {
  if (typeof message === 'string') return message
  if (Array.isArray(message)) return message.map(faultIn).filter(Boolean).slice(0, 5).join('; ')
  const { detail } = (message ?? {}) as { detail?: unknown }
  return detail === undefined ? '' : sentenceIn(detail)
}

function faultIn(fault: unknown): string {
  const { loc, msg } = (fault ?? {}) as { loc?: unknown; msg?: unknown }
  if (typeof msg !== 'string') return ''
  const place = Array.isArray(loc) ? loc.filter((step) => step !== 'body').join('.') : ''
  return place ? `${place}: ${msg}` : msg
}

function errorCode(status: number | undefined, wire: WireError): ErrorCode {
  if (status === 401) return 'upstream'
  const word = entryOf(BY_WORD, String(wire.code)) ?? entryOf(BY_WORD, String(wire.type))
  if (word) return word
  // In a stream some servers give the status as the code.
  const known = BY_STATUS[status ?? Number(wire.code)]
  return known ?? 'upstream'
}
