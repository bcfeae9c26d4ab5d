import { HTTPException } from 'hono/http-exception'
import { asGatewayError, type ErrorCode, GatewayError } from '../../errors.ts'
import { bearerChallenge } from '../access/protected-resource.ts'
import type { HttpContext } from '../context.ts'
import type { Voice } from '../surface.ts'
import { reply } from './reply.ts'

/** Seconds to wait after a refusal for want of capacity when nobody said how long: Bedrock never does (T44). */
const RETRY_AFTER = 1

/** Codes that no other try of the same request mends, though their status says that one may. */
const FINAL: ReadonlySet<ErrorCode> = new Set(['authentication', 'feature-unavailable'])

/** How an error sounds at a path. */
type VoiceOf = (path: string) => Voice

/** Anything thrown as the answer its caller understands; the log line gets the cause. */
export function errorResponse(c: HttpContext, thrown: unknown, voiceOf: VoiceOf): Response {
  const error = fromHttp(thrown)
  const entry = c.get('entry')
  entry.error = error
  const headers: Record<string, string> = {}
  const final = isFinal(error)
  const wait = error.retryAfter ?? (error.status === 429 && !final ? RETRY_AFTER : undefined)
  if (wait !== undefined) headers['retry-after'] = String(Math.ceil(wait))
  // The SDKs of OpenAI and Anthropic obey it; without it Claude Code tries a wrong key ten times.
  if (final) headers['x-should-retry'] = 'false'
  if (error.attempts !== undefined) headers['x-outcrop-attempts'] = String(error.attempts)
  if (error.size !== undefined) headers['content-range'] = `bytes */${error.size}`
  if (error.code === 'authentication') headers['www-authenticate'] = bearerChallenge(c)
  const voice = voiceOf(c.req.path)
  Object.assign(headers, voice.errorHeaders?.(error))
  if (voice.requestIdHeader) headers[voice.requestIdHeader] = entry.id
  const status = voice.errorStatusOf?.(error) ?? voice.errorStatus?.[error.code] ?? error.status
  return reply(c, JSON.stringify(voice.encodeError(error, entry.id)), { status, headers })
}

const isFinal = ({ code, final, lacking }: GatewayError): boolean =>
  final === true || FINAL.has(code) || lacking === 'budget'

/** The router's own exceptions and the engine's speak HTTP; everybody else throws `GatewayError`. */
function fromHttp(thrown: unknown): GatewayError {
  if (thrown instanceof HTTPException && thrown.status < 500) {
    return new GatewayError(CODES[thrown.status] ?? 'invalid-request', thrown.message)
  }
  // JSON of ten thousand levels parses well but cannot be walked; a caller's doing, not a fault of ours.
  if (thrown instanceof RangeError && thrown.message.startsWith('Maximum call stack')) {
    return new GatewayError('invalid-request', 'The request is nested too deeply.', {
      reason: 'nested_too_deeply',
    })
  }
  return asGatewayError(thrown)
}

const CODES: Partial<Record<number, ErrorCode>> = {
  401: 'authentication',
  403: 'permission',
  404: 'not-found',
  405: 'method-not-allowed',
  409: 'conflict',
  413: 'too-large',
  429: 'rate-limit',
}
