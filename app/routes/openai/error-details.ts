import type { ErrorCode, GatewayError } from '../../errors.ts'
import type { Voice } from '../../http/surface.ts'

const WAIT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'rate-limit',
  'quota-exceeded',
  'overloaded',
])
const LATER: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'internal',
  'upstream',
  'stream-incomplete',
  'timeout',
  'overloaded',
])

/** What the headers say where nobody said how long to wait. */
const SHORTEST = 1

/** OpenAI's errors with `details` beside their four members: which field, how long to wait, where to look. */
export const withDetails = (voice: Voice): Voice => ({
  ...voice,
  encodeError(error, requestId) {
    const body = voice.encodeError(error, requestId) as { error: object }
    const details = detailsOf(error)
    return details === undefined ? body : { ...body, error: { ...body.error, details } }
  },
})

function detailsOf(error: GatewayError): string | undefined {
  const { code, param, reason, retryAfter, lacking } = error
  if (code === 'model-not-found') return 'GET /v1/models lists the models that can be called'
  // What is dearer than the whole budget never has room.
  const mayNotEnd = code === 'overloaded' || lacking === 'budget'
  if (WAIT.has(code) && (!mayNotEnd || retryAfter !== undefined)) {
    return `Please try again in ${Math.ceil(retryAfter ?? SHORTEST)} seconds`
  }
  if (LATER.has(code)) return 'Please try again later'
  if (param === undefined) return undefined
  if (reason === 'missing_required_parameter') return `Missing required field: ${param}`
  return `Field '${param}': ${(reason ?? code).replace(/[_-]/g, ' ')}`
}
