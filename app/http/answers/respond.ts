import { createPump, type PumpOutcome } from '../../codecs/streams/pump.ts'
import type { PumpLimits } from '../../codecs/streams/pump-clock.ts'
import type { Config } from '../../config.ts'
import { asGatewayError, GatewayError } from '../../errors.ts'
import type { Answer } from '../../gateway/answer.ts'
import { USAGE_HEADERS } from '../../gateway/answers/answer-headers.ts'
import type { HttpContext } from '../context.ts'
import { reply } from './reply.ts'
import { securityHeaders } from './security-headers.ts'
import { timingHeaders } from './timing-headers.ts'

const OK = 200
const EVENTS = 'text/event-stream; charset=utf-8'

/** Sends what the gateway answers: a body as JSON, frames as server-sent events. `more` are headers of the surface. */
export function respond(c: HttpContext, given: Answer, more?: Record<string, string>): Response {
  const answer = more ? { ...given, headers: { ...given.headers, ...more } } : given
  c.get('entry').record = answer.record
  return answer.kind === 'whole'
    ? reply(c, JSON.stringify(answer.body), { headers: answer.headers })
    : stream(c, answer)
}

function stream(
  c: HttpContext,
  { frames, headers, binary }: Answer & { kind: 'stream' },
): Response {
  const { config, runtime } = c.get('services')
  const entry = c.get('entry')
  if (entry.method === 'HEAD') {
    // Nobody would read what was begun, and so end it.
    frames.cancel()
    return reply(c, null, { headers: { ...headers, 'content-type': EVENTS } })
  }
  const log = c.get('log')
  const pump = createPump(frames, limits(config, entry.startedAt))
  log.stream(entry)
  return runtime.streamOut(
    {
      status: OK,
      headers: {
        'x-request-id': entry.id,
        ...securityHeaders(EVENTS, c.get('standing')),
        'content-type': EVENTS,
        ...entry.limitHeaders?.(),
        ...timingHeaders(entry),
        ...headers,
        // Proxies that transform or gather an answer would hold the events back.
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      },
      binary,
      trailers: USAGE_HEADERS,
      env: c.env,
      onLeave: pump.left,
    },
    async (sink) => {
      // The pump keeps the time itself: this one rings with a reason, when the server has to end.
      const callOff = runtime.alarm?.(config.TOTAL_TIMEOUT * 1000, (why) => {
        if (why) pump.stop(why)
      })
      const outcome = await pump.run(sink)
      callOff?.()
      entry.error = errorOf(outcome)
      entry.firstTextAfter = outcome.firstText
      log.close(entry, OK)
    },
  )
}

/** Why an answer that had begun did not end well. */
export function errorOf({
  ended,
  error,
}: Pick<PumpOutcome, 'ended' | 'error'>): GatewayError | undefined {
  if (ended === 'complete') return undefined
  if (ended === 'failed') return asGatewayError(error)
  return new GatewayError('caller-left', 'The caller left before the answer was complete.')
}

function limits(config: Config, startedAt: number): PumpLimits {
  return {
    firstToken: config.FIRST_TOKEN_TIMEOUT * 1000,
    idle: config.AI_RESPONSE_TIMEOUT * 1000,
    total: config.TOTAL_TIMEOUT * 1000,
    keepAliveAfter: config.KEEP_ALIVE_SECONDS * 1000,
    startedAt,
  }
}
