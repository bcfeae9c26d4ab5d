import type { ErrorCode, GatewayError } from '../../errors.ts'
import { UNKEPT_THREAD } from './refusals.ts'
import { SETTING_NAMES } from './vocabulary.ts'
import type { WireErrorReply } from './wire-reply.ts'

const REQUEST = 'invalid_request_error'
const SERVER = 'api_error'

/** Anthropic's types for every way in which something goes wrong (docs, errors; the spec's ErrorObject). */
const TYPES: Record<ErrorCode, string> = {
  'invalid-request': REQUEST,
  'unsupported-parameter': REQUEST,
  'context-length-exceeded': REQUEST,
  authentication: 'authentication_error',
  permission: 'permission_error',
  'model-access-denied': 'permission_error',
  'not-found': 'not_found_error',
  'model-not-found': 'not_found_error',
  'method-not-allowed': REQUEST,
  conflict: REQUEST,
  'too-large': 'request_too_large',
  'range-not-satisfiable': REQUEST,
  'rate-limit': 'rate_limit_error',
  'quota-exceeded': 'rate_limit_error',
  'content-filter': REQUEST,
  'caller-left': SERVER,
  internal: SERVER,
  upstream: SERVER,
  'stream-incomplete': SERVER,
  'feature-unavailable': SERVER,
  overloaded: 'overloaded_error',
  timeout: 'timeout_error',
}

/** Anthropic says 529 for overload; every other status is the usual one. */
export const ERROR_STATUS: Partial<Record<ErrorCode, number>> = { overloaded: 529 }

/** Faults of which the caller has to know the place; there is no member for it but the message. */
const PLACED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'invalid-request',
  'unsupported-parameter',
  'too-large',
])

/** Anthropic's envelope, in streams as well. */
export function encodeError(error: GatewayError, requestId?: string): WireErrorReply {
  return {
    type: 'error',
    error: { type: TYPES[error.code], message: placedMessage(error), ...details(error) },
    ...(requestId !== undefined && { request_id: requestId }),
  }
}

/** How Anthropic says that there is too much to read; by these words clients know that they have to compact it. */
const TOO_LONG = 'prompt is too long'
/** Its other fault of this kind: there is too little room for the answer that was asked for. */
const NO_ROOM = 'exceed context limit'

function placedMessage({ code, message, param }: GatewayError): string {
  if (code === 'context-length-exceeded') {
    const told = message.includes(TOO_LONG) || message.includes(NO_ROOM)
    return told ? message : `${TOO_LONG}: ${message}`
  }
  if (param === undefined || !PLACED.has(code)) return message
  const names: Record<string, string | undefined> = SETTING_NAMES
  const place = names[param] ?? param
  return message.includes(place) ? message : `${place}: ${message}`
}

const OF_THREADS = 'thread_'

/** The SDK's tool runner reads this, and begins a new thread or goes on without one. */
function details({ reason, param }: GatewayError) {
  if (!reason?.startsWith(OF_THREADS)) return undefined
  const unsupported = reason === UNKEPT_THREAD ? { unsupported: [param ?? 'thread'] } : {}
  return { details: { error_code: reason, ...unsupported } }
}
