import type { ReplyBatch } from '../conversation/events.ts'
import type { ReplyDecoder } from '../dialects/dialect.ts'
import type { ReplyStream } from '../ports/models.ts'
import type { UpstreamResponse } from '../ports/transport.ts'

/**
 * The events of one streamed answer, one read of the network at a time. What breaks it stops the upstream and
 * is thrown as `explain` makes it.
 */
export function replyStream(
  { body }: Pick<UpstreamResponse, 'body'>,
  decoder: ReplyDecoder,
  explain: (thrown: unknown) => unknown = (thrown) => thrown,
): ReplyStream {
  let ended = false
  let over = false
  const next = async (): Promise<ReplyBatch | undefined> => {
    while (!over) {
      const failure = decoder.failure?.()
      if (failure !== undefined) throw failure
      if (ended) return undefined
      const bytes = await body.read()
      if (bytes === undefined) ended = true
      const events: ReplyBatch = bytes === undefined ? decoder.end() : decoder.read(bytes)
      if (events.length > 0 || events.verbatim) return events
    }
    return undefined
  }
  const cancel = () => {
    over = true
    body.cancel()
  }
  return {
    cancel,
    async read() {
      try {
        return await next()
      } catch (thrown) {
        cancel()
        throw explain(thrown)
      }
    },
  }
}
