import type { Conversation } from '../../conversation/conversation.ts'
import type { ConverseRequest } from './wire.ts'

const MOST_PAIRS = 16
const LONGEST = 256

/** Under which key the end user stands in AWS's invocation log. */
export const USER_KEY = 'user'

/**
 * The caller's labels and user for AWS's invocation log: at most 16 pairs of at most 256 characters of a
 * small set (service model, RequestMetadata); others become `_`, for anything else is a 400.
 */
export function encodeMetadata({
  metadata,
  user,
}: Conversation): Pick<ConverseRequest, 'requestMetadata'> {
  const pairs = Object.entries({ ...(user !== undefined && { [USER_KEY]: user }), ...metadata })
  const clean = pairs
    .filter(([key]) => key !== '')
    .slice(0, MOST_PAIRS)
    .map(([key, value]) => [legal(key), legal(value)])
  return clean.length > 0 ? { requestMetadata: Object.fromEntries(clean) } : {}
}

function legal(text: string): string {
  return text.slice(0, LONGEST).replace(/[^a-zA-Z0-9\s:_@$#=/+,\-.]/g, '_')
}

/** The guardrail of this request; how a stream is checked is said to streams only. */
export function encodeGuardrail({
  guardrail,
  stream,
}: Conversation): Pick<ConverseRequest, 'guardrailConfig'> {
  if (!guardrail) return {}
  const { id, version, trace, streamMode } = guardrail
  return {
    guardrailConfig: {
      guardrailIdentifier: id,
      guardrailVersion: version,
      ...(trace && { trace }),
      ...(stream && streamMode && { streamProcessingMode: streamMode }),
    },
  }
}
