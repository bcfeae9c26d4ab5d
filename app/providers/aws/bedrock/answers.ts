import type { ReplyDecoder } from '../../../dialects/dialect.ts'
import { amended, GatewayError } from '../../../errors.ts'
import type { ModelTraits, ReplyStream } from '../../../ports/models.ts'
import type { UpstreamResponse } from '../../../ports/transport.ts'
import { replyStream as eventsOf } from '../../reply-stream.ts'
import type { AwsFault } from '../call.ts'

/** AWS's own refusal of the request as it was. A missing permission for caching is told as a 403. */
export function faultOf(thrown: unknown): AwsFault | undefined {
  if (!(thrown instanceof GatewayError) || !(thrown.cause instanceof Error)) return undefined
  const fault = thrown.cause as Partial<AwsFault> & Error
  return fault.status === 400 || fault.status === 403 ? (fault as AwsFault) : undefined
}

/** Names of the traits that AWS's words have changed, and of the settings they took away; for the log. */
export const changesBetween = (before: ModelTraits, after: ModelTraits): string[] =>
  Object.entries(after)
    .filter(([name, value]) => before[name as keyof ModelTraits] !== value)
    .flatMap(([name]) => lostSettings(name, before, after) ?? [name])

function lostSettings(trait: string, before: ModelTraits, after: ModelTraits) {
  if (trait === 'unsupported') {
    return after.unsupported?.filter((name) => !before.unsupported?.includes(name))
  }
  if (trait !== 'nativeSettings') return undefined
  return Object.keys(before.nativeSettings ?? {}).filter((name) => !after.nativeSettings?.[name])
}

/** A whole answer. Throws `upstream` when it is no JSON. */
export function parseReply(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (thrown) {
    // The engine's own words quote the answer, which the log does not show.
    const cause = new Error(`${text.length} characters that are no JSON`, { cause: thrown })
    throw new GatewayError('upstream', 'The model gave an answer that could not be read.', {
      cause,
    })
  }
}

/** The events of one streamed answer; what breaks it names the request AWS knows it by. */
export const replyStream = (response: UpstreamResponse, decoder: ReplyDecoder): ReplyStream =>
  eventsOf(response, decoder, (thrown) =>
    withRequestId(thrown, response.header('x-amzn-requestid')),
  )

/** What broke a stream, with the id AWS's support asks for. */
function withRequestId(thrown: unknown, requestId: string | undefined): unknown {
  if (!(thrown instanceof GatewayError) || requestId === undefined) return thrown
  const cause = new Error(`in the stream of AWS request ${requestId}`, { cause: thrown.cause })
  return amended(thrown, { cause })
}
