import { entryOf } from '../codecs/table.ts'
import type { ErrorCode, GatewayError } from '../errors.ts'

/** The exception AWS would have named, for the header `x-amzn-errortype` and for error bodies. */
const EXCEPTIONS: Record<ErrorCode, string> = {
  'invalid-request': 'ValidationException',
  'unsupported-parameter': 'ValidationException',
  'context-length-exceeded': 'ValidationException',
  'content-filter': 'ValidationException',
  'too-large': 'ValidationException',
  'range-not-satisfiable': 'ValidationException',
  authentication: 'UnrecognizedClientException',
  permission: 'AccessDeniedException',
  'model-access-denied': 'AccessDeniedException',
  'not-found': 'ResourceNotFoundException',
  'model-not-found': 'ValidationException',
  'method-not-allowed': 'UnknownOperationException',
  conflict: 'ConflictException',
  'rate-limit': 'ThrottlingException',
  'quota-exceeded': 'ServiceQuotaExceededException',
  'caller-left': 'InternalServerException',
  internal: 'InternalServerException',
  upstream: 'ModelErrorException',
  'stream-incomplete': 'ModelErrorException',
  'feature-unavailable': 'ServiceUnavailableException',
  overloaded: 'ServiceUnavailableException',
  timeout: 'ModelTimeoutException',
}

/** Finer than the code: what is wrong with a signature, or with a path, has names of its own at AWS. */
const BY_REASON: Record<string, string> = {
  invalid_signature: 'InvalidSignatureException',
  signature_expired: 'InvalidSignatureException',
  incomplete_signature: 'IncompleteSignatureException',
  missing_token: 'MissingAuthenticationTokenException',
  unknown_url: 'UnknownOperationException',
}

/** The statuses of those exceptions where ours differ (service model of bedrock-runtime, aws-platform facts). */
export const BEDROCK_STATUS: Partial<Record<ErrorCode, number>> = {
  authentication: 403,
  'model-not-found': 400,
  conflict: 400,
  'quota-exceeded': 400,
  'too-large': 413,
  upstream: 424,
  'stream-incomplete': 424,
  timeout: 408,
}

/** The exceptions a stream may hold (service model, ConverseStreamOutput and ResponseStream). */
const STREAM_EXCEPTIONS: Partial<Record<ErrorCode, string>> = {
  'invalid-request': 'validationException',
  'unsupported-parameter': 'validationException',
  'context-length-exceeded': 'validationException',
  'content-filter': 'validationException',
  'rate-limit': 'throttlingException',
  'quota-exceeded': 'throttlingException',
  'feature-unavailable': 'serviceUnavailableException',
  overloaded: 'serviceUnavailableException',
  internal: 'internalServerException',
}

/** The name for `x-amzn-errortype`. */
export const exceptionName = (error: GatewayError): string => {
  if (isOfService(error)) return 'InternalServerException'
  if (isGone(error)) return GONE
  return entryOf(BY_REASON, error.reason ?? '') ?? EXCEPTIONS[error.code]
}

/** The name for `:exception-type`. */
export const streamExceptionName = (error: GatewayError): string =>
  isOfService(error)
    ? 'internalServerException'
    : (STREAM_EXCEPTIONS[error.code] ?? 'modelStreamErrorException')

/** The status where its code does not tell it alone. */
export const exceptionStatus = (error: GatewayError): number | undefined => {
  if (isOfService(error)) return 500
  return isGone(error) ? 404 : undefined
}

const OF_SERVICE: ReadonlySet<unknown> = new Set(['InternalServerException', 'InternalFailure'])

/** Whether AWS itself failed, for which its clients ask again; for what a model failed at they do not. */
const isOfService = ({ code, cause }: GatewayError): boolean =>
  code === 'upstream' &&
  causes(cause).some(({ status, type }) => OF_SERVICE.has(type) || Number(status) >= 500)

const GONE = 'ResourceNotFoundException'

/** AWS keeps this name for models that it knows and no longer serves; an unknown id is invalid (both recorded). */
const isGone = ({ code, retired, cause }: GatewayError): boolean =>
  code === 'model-not-found' && (retired || causes(cause).some(({ type }) => type === GONE))

/** An error of a call, which knows what was answered. */
interface CallError extends Error {
  status?: unknown
  type?: unknown
}

function causes(thrown: unknown): CallError[] {
  const chain: CallError[] = []
  for (let at = thrown; at instanceof Error && chain.length < 4; at = at.cause) chain.push(at)
  return chain
}

/** What AWS says of an id it does not know (recorded). Its clients look for the very words. */
const UNKNOWN = 'The provided model identifier is invalid.'

interface BedrockError {
  message: string
  __type: string
  details?: string
}

/** The body of an error answer; AWS puts the exception's name in a header, older clients read it here. */
export function encodeBedrockError(error: GatewayError): BedrockError {
  const message = placedMessage(error)
  const __type = exceptionName(error)
  const isOurs = error.cause === undefined || message.startsWith(UNKNOWN)
  const isUnknown = error.code === 'model-not-found' && !isGone(error) && isOurs
  if (!isUnknown || message === UNKNOWN) return { message, __type }
  return { message: UNKNOWN, __type, details: message }
}

/** There is no member for the place of a fault but the message. */
function placedMessage({ code, message, param }: GatewayError): string {
  const isPlaced = code === 'invalid-request' || code === 'unsupported-parameter'
  return isPlaced && param !== undefined && !message.includes(param)
    ? `${param}: ${message}`
    : message
}

/** The exceptions of InvokeModelWithResponseStream (service model, ResponseStream). */
export const BY_EXCEPTION: Record<string, ErrorCode> = {
  internalServerException: 'upstream',
  modelStreamErrorException: 'upstream',
  modelTimeoutException: 'timeout',
  serviceUnavailableException: 'overloaded',
  throttlingException: 'rate-limit',
  validationException: 'invalid-request',
}
