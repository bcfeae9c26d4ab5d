import { entryOf } from '../../codecs/table.ts'
import { type ErrorCode, type ErrorDetails, GatewayError } from '../../errors.ts'
import { FALLBACK } from '../refusal-sentences.ts'
import type { ExceptionPayload } from './wire.ts'

/** Seconds we name to throttled callers: Bedrock names none, its windows are a minute long (T44). */
const THROTTLED = 5
/** Seconds after which a model that is waking up or overloaded is worth another try. */
const WAKING = 10

const OVERLOADED = 'The model is not available at the moment. Retry the request later.'
const TIMED_OUT = 'The model took too long to answer. Retry the request.'
const NO_ACCESS = 'There is no access to this model.'
const NOT_FOUND = 'The model does not exist or is not available here.'
const THROTTLING = 'Too many requests. Wait before trying again.'

/** What an AWS error means; `say` replaces AWS's words where they are about us rather than the request. */
interface Meaning extends ErrorDetails {
  code: ErrorCode
  say?: string
}

const UPSTREAM: Meaning = { code: 'upstream', say: FALLBACK }
/** Something of ours that the operator has to put right. */
const OURS: Meaning = { ...UPSTREAM, final: true }
const NO_MODEL: Meaning = { code: 'model-not-found', param: 'model' }
const DENIED: Meaning = { code: 'model-access-denied', param: 'model' }
const OVERLOAD: Meaning = { code: 'overloaded', say: OVERLOADED, retryAfter: WAKING }
const THROTTLE: Meaning = { code: 'rate-limit', retryAfter: THROTTLED }
const INVALID: Meaning = { code: 'invalid-request' }

/** By exception name. Our credentials are no business of the caller's: whoever called us was let in. */
const BY_TYPE: Record<string, Meaning> = {
  ValidationException: INVALID,
  SerializationException: INVALID,
  BadRequestException: INVALID,
  ConflictException: { code: 'conflict' },
  AccessDeniedException: DENIED,
  ResourceNotFoundException: NO_MODEL,
  ThrottlingException: THROTTLE,
  TooManyRequestsException: THROTTLE,
  ServiceQuotaExceededException: { code: 'quota-exceeded', retryAfter: THROTTLED },
  ModelNotReadyException: OVERLOAD,
  ServiceUnavailableException: OVERLOAD,
  ModelTimeoutException: { code: 'timeout', say: TIMED_OUT },
  ModelErrorException: UPSTREAM,
  ModelStreamErrorException: UPSTREAM,
  InternalServerException: UPSTREAM,
  InternalFailure: UPSTREAM,
  RequestEntityTooLargeException: { code: 'too-large' },
  UnrecognizedClientException: OURS,
  ExpiredTokenException: UPSTREAM,
  ExpiredToken: UPSTREAM,
  InvalidSignatureException: OURS,
  SignatureDoesNotMatch: OURS,
  IncompleteSignatureException: OURS,
  IncompleteSignature: OURS,
  RequestExpired: OURS,
  NotAuthorized: { ...DENIED, say: NO_ACCESS },
  MissingAuthenticationTokenException: OURS,
  MissingAuthenticationToken: OURS,
  InvalidClientTokenId: OURS,
  OptInRequired: OURS,
  UnknownOperationException: OURS,
}

/** By status, for types nobody listed. */
const BY_STATUS: Record<number, Meaning> = {
  401: OURS,
  403: DENIED,
  404: NO_MODEL,
  408: { code: 'timeout', say: TIMED_OUT },
  409: { code: 'conflict' },
  413: { code: 'too-large' },
  424: UPSTREAM,
  429: THROTTLE,
  503: OVERLOAD,
  504: { code: 'timeout', say: TIMED_OUT },
}

/** What says enough without a word, whoever answers. */
const PLAIN: ReadonlySet<number> = new Set([408, 413, 429])

/**
 * Texts that tell more than the exception's name, first match wins. Wordings: recordings and public
 * issues; models phrase "too long" each in their own way.
 */
const BY_TEXT: readonly [RegExp, Meaning][] = [
  [/model identifier is invalid|could not resolve the foundation model/i, NO_MODEL],
  [/on-demand throughput isn.t supported/i, NO_MODEL],
  [/end of its life|marked by provider as legacy/i, NO_MODEL],
  [
    /(input|prompt) is too long|too many input tokens|context (window|length|limit)|input length and `?max_tokens`? exceed|exceeds? the maximum (number of tokens|context|input)|maximum number of (input )?tokens/i,
    { code: 'context-length-exceeded', param: 'messages' },
  ],
  [/did not allow prompt caching/i, INVALID],
  [/not allowed from unsupported countries/i, DENIED],
  [/content filtering policy/i, { code: 'content-filter' }],
]

/** How AWS speaks of our own key or token where the exception's name does not say it. */
const CREDENTIALS = /bearer|api key|security token|signature/i

const CLASSIFIED = new Set(['ValidationException', 'AccessDeniedException', ''])

/**
 * The error AWS meant. `errorType` is the exception's name, with or without what AWS hangs on it;
 * `message` may be empty. What AWS says about our own account stays out of the caller's sentence.
 */
export function awsError(status: number, errorType: string, message: string): GatewayError {
  const type = bareType(errorType)
  const { code, say, ...details } = meaningOf(status, type, message)
  const cause = Object.assign(new Error(`AWS answered ${status} ${type}: ${message}`), { type })
  return new GatewayError(code, say ?? callersWords(code, message), { ...details, cause })
}

function bareType(errorType: string): string {
  return errorType.split(':', 1)[0]!.replace(/^.*#/, '').trim()
}

function meaningOf(status: number, type: string, message: string): Meaning {
  if (CLASSIFIED.has(type) || !entryOf(BY_TYPE, type)) {
    const found = BY_TEXT.find(([wording]) => wording.test(message))
    if (found) return found[1]
  }
  if ((status === 401 || status === 403) && CREDENTIALS.test(message)) {
    // What has run out is fetched anew.
    return /expired/i.test(message) ? UPSTREAM : OURS
  }
  // IAM's refusals name our role; the caller learns only that there is no access.
  if (/is not authorized to perform/i.test(message)) return { ...DENIED, say: NO_ACCESS }
  const named = entryOf(BY_TYPE, type)
  if (named) return named
  const isRefused = status >= 400 && status < 500
  // AWS names its exceptions or says a sentence. What does neither is a proxy or no AWS, and no caller can help it.
  if (isRefused && type === '' && message === '' && !PLAIN.has(status)) return OURS
  return BY_STATUS[status] ?? (isRefused ? INVALID : UPSTREAM)
}

const SILENT: Partial<Record<ErrorCode, string>> = {
  'model-access-denied': NO_ACCESS,
  'model-not-found': NOT_FOUND,
  'rate-limit': THROTTLING,
  'quota-exceeded': THROTTLING,
}

/** AWS's sentence, without account numbers. */
function callersWords(code: ErrorCode, message: string): string {
  const said = message.trim().replace(/\b\d{12}\b/g, '************')
  return said || (SILENT[code] ?? 'The upstream refused the request.')
}

/** Statuses a model behind Bedrock gave, told by `modelStreamErrorException`. */
const BY_ORIGINAL_STATUS: Record<number, Meaning> = { 429: THROTTLE, 503: OVERLOAD, 529: OVERLOAD }

/** The error of an exception frame in mid-stream; `type` as `:exception-type` names it. */
export function streamError(type: string, payload: string): GatewayError {
  const { message = '', originalStatusCode, originalMessage } = parsePayload(payload)
  const name = type.charAt(0).toUpperCase() + type.slice(1)
  const original = originalStatusCode ? BY_ORIGINAL_STATUS[originalStatusCode] : undefined
  if (!original) return awsError(500, name, message || (originalMessage ?? ''))
  const { code, say, ...details } = original
  const words = `AWS broke off with ${name} ${originalStatusCode}: ${originalMessage}`
  const cause = Object.assign(new Error(words), { type: name })
  return new GatewayError(code, say ?? THROTTLING, { ...details, cause })
}

function parsePayload(payload: string): ExceptionPayload {
  try {
    const value: unknown = JSON.parse(payload)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    // What is no JSON is AWS's sentence itself.
    return { message: payload }
  }
}
