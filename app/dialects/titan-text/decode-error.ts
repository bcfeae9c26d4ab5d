import { entryOf } from '../../codecs/table.ts'
import { type ErrorCode, GatewayError } from '../../errors.ts'

/** The exceptions of InvokeModelWithResponseStream (service model, ResponseStream). */
const BY_EXCEPTION: Record<string, ErrorCode> = {
  internalServerException: 'upstream',
  modelStreamErrorException: 'upstream',
  modelTimeoutException: 'timeout',
  serviceUnavailableException: 'overloaded',
  throttlingException: 'rate-limit',
  validationException: 'invalid-request',
}

const SENTENCES: Partial<Record<ErrorCode, string>> = {
  'rate-limit': 'The model is busy. Retry the request later.',
  overloaded: 'The model is overloaded. Retry the request.',
  timeout: 'The model did not answer in time. Retry the request.',
}

const FALLBACK = 'The request could not be completed. Retry the request.'

/** The error of an exception frame; only what the caller can mend is told in AWS's words. */
export function decodeException(type: string, payload: string): GatewayError {
  const code = entryOf(BY_EXCEPTION, type) ?? 'upstream'
  const said = code === 'invalid-request' ? messageOf(payload) : undefined
  return new GatewayError(code, said ?? SENTENCES[code] ?? FALLBACK, {
    cause: new Error(`AWS broke off with ${type}: ${payload}`),
  })
}

function messageOf(payload: string): string | undefined {
  try {
    const { message } = JSON.parse(payload) as { message?: unknown }
    return typeof message === 'string' ? message : undefined
  } catch {
    // What is no JSON is the sentence itself.
    return payload
  }
}
