import type { ErrorCode, GatewayError } from '../errors.ts'

interface Words {
  type: string
  code: string | null
}

const REQUEST = 'invalid_request_error'
const SERVER = 'server_error'

/**
 * OpenAI's words for every way in which something goes wrong. A wrong key is recorded as an
 * `invalid_request_error` with code `invalid_api_key` (test_completion_stream_wrong_api_key), not as the
 * `authentication_error` of their documentation: the recording is followed.
 */
const WORDS: Record<ErrorCode, Words> = {
  'invalid-request': { type: REQUEST, code: null },
  'unsupported-parameter': { type: REQUEST, code: 'unsupported_parameter' },
  'context-length-exceeded': { type: REQUEST, code: 'context_length_exceeded' },
  authentication: { type: REQUEST, code: 'invalid_api_key' },
  permission: { type: 'permission_error', code: null },
  'model-access-denied': { type: 'permission_error', code: 'model_access_denied' },
  'not-found': { type: REQUEST, code: 'not_found' },
  'model-not-found': { type: REQUEST, code: 'model_not_found' },
  'method-not-allowed': { type: REQUEST, code: 'method_not_allowed' },
  conflict: { type: 'conflict_error', code: null },
  'too-large': { type: REQUEST, code: 'request_too_large' },
  'range-not-satisfiable': { type: REQUEST, code: 'range_not_satisfiable' },
  'rate-limit': { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  'quota-exceeded': { type: 'rate_limit_error', code: 'insufficient_quota' },
  'content-filter': { type: REQUEST, code: 'content_filter' },
  'caller-left': { type: REQUEST, code: 'request_cancelled' },
  internal: { type: SERVER, code: 'internal_error' },
  upstream: { type: SERVER, code: 'upstream_error' },
  'stream-incomplete': { type: SERVER, code: 'stream_incomplete' },
  'feature-unavailable': { type: SERVER, code: 'feature_unavailable' },
  overloaded: { type: SERVER, code: 'overloaded' },
  timeout: { type: 'timeout_error', code: 'timeout' },
}

/** OpenAI's envelope, with all four members always there as their SDKs expect. */
export function encodeError(error: GatewayError) {
  const { type, code } = WORDS[error.code]
  return {
    error: {
      message: error.message,
      type,
      param: error.param ?? null,
      code: error.reason ?? code,
    },
  }
}
