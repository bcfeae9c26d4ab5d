import type { ErrorCode } from '../errors.ts'

/** What a caller is told of an upstream's refusal where the upstream's own words are not theirs to read. */
export const SENTENCES: Partial<Record<ErrorCode, string>> = {
  'model-not-found': 'The model does not exist upstream, or is not open to this gateway.',
  'model-access-denied': 'This gateway may not use the model.',
  'rate-limit': 'The model is busy. Retry the request later.',
  'quota-exceeded': 'The quota of the model is used up.',
  overloaded: 'The model is overloaded. Retry the request.',
  timeout: 'The model did not answer in time. Retry the request.',
}

/** Of everything else. */
export const FALLBACK = 'The request could not be completed. Retry the request.'
