import type { ReplyBatch } from '../../conversation/events.ts'
import type { ReplyDecoder } from '../../dialects/dialect.ts'
import { GatewayError } from '../../errors.ts'
import type { ReplyStream, Served } from '../../ports/models.ts'
import type { UpstreamResponse } from '../../ports/transport.ts'
import type { Upstream } from './upstreams.ts'

export type Json = Record<string, unknown>

/** A whole answer. Throws `upstream` when it is no JSON. */
export async function readJson(response: UpstreamResponse): Promise<Json> {
  const text = await response.text()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw unreadable(cause)
  }
  if (typeof value !== 'object' || value === null) throw unreadable(undefined)
  return value as Json
}

export const unreadable = (cause: unknown) =>
  new GatewayError('upstream', 'The model gave an answer that could not be read.', { cause })

/** One call, one server: nothing else is known of who served. */
export const servedBy = (
  { name }: Pick<Upstream, 'name'>,
  model: string,
  ignored: readonly string[] = [],
): Served => ({ provider: name, model, attempts: 1, ignored: [...ignored] })

/** The events of one streamed answer, one read of the network at a time. */
export function replyStream({ body }: UpstreamResponse, decoder: ReplyDecoder): ReplyStream {
  let ended = false
  const next = async (): Promise<ReplyBatch | undefined> => {
    while (!ended) {
      const bytes = await body.read()
      if (bytes === undefined) ended = true
      const events: ReplyBatch = bytes === undefined ? decoder.end() : decoder.read(bytes)
      if (events.length > 0 || events.verbatim) return events
    }
    return undefined
  }
  const cancel = () => {
    ended = true
    body.cancel()
  }
  return {
    cancel,
    async read() {
      try {
        return await next()
      } catch (thrown) {
        cancel()
        throw thrown
      }
    },
  }
}
