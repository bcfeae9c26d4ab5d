import type { ErrorCode, GatewayError } from '../../errors.ts'

/** The exception AWS would have named, for the header `x-amzn-errortype` and for exception frames. */
const EXCEPTIONS: Record<ErrorCode, string> = {
  'invalid-request': 'ValidationException',
  'unsupported-parameter': 'ValidationException',
  'context-length-exceeded': 'ValidationException',
  'content-filter': 'ValidationException',
  'too-large': 'ValidationException',
  authentication: 'UnrecognizedClientException',
  permission: 'AccessDeniedException',
  'model-access-denied': 'AccessDeniedException',
  'not-found': 'ResourceNotFoundException',
  'model-not-found': 'ResourceNotFoundException',
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

/** The exceptions a stream may hold (service model, ConverseStreamOutput). */
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
export const exceptionName = (error: GatewayError): string => EXCEPTIONS[error.code]

/** The name for `:exception-type`. */
export const streamExceptionName = (error: GatewayError): string =>
  STREAM_EXCEPTIONS[error.code] ?? 'modelStreamErrorException'

/** The body of an error answer; AWS puts the exception's name in a header, older clients read it here. */
export function encodeError(error: GatewayError): { message: string; __type: string } {
  return { message: error.message, __type: exceptionName(error) }
}
