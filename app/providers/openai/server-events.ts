import { createSseReader } from '../../codecs/streams/sse.ts'
import { decodeError } from '../../dialects/openai-refusal.ts'
import type { ByteSource, UpstreamResponse } from '../../ports/transport.ts'
import { type Json, unreadable } from './answers.ts'
import { withoutSecrets } from './refusals.ts'
import type { Upstream } from './upstreams.ts'

/** Server-sent events as JSON, one network read at a time; `undefined` at the end. */
export interface EventReader {
  read(): Promise<Json[] | undefined>
  cancel(): void
}

/** Throws for an error in the stream as for one in its place. */
export function eventReader(
  { body }: Pick<UpstreamResponse, 'body'>,
  upstream: Upstream,
): EventReader {
  const sse = createSseReader()
  let ended = false
  return {
    async read() {
      if (ended) return undefined
      const bytes = await body.read()
      ended = bytes === undefined
      const found = bytes === undefined ? sse.end() : sse.read(bytes)
      try {
        return found.filter(({ data }) => data !== '[DONE]').map(({ data }) => parse(data))
      } catch (thrown) {
        throw withoutSecrets(thrown, upstream)
      }
    },
    cancel() {
      ended = true
      body.cancel()
    },
  }
}

/** For what is short and read to its end. */
export async function* readEvents(...asked: Parameters<typeof eventReader>): AsyncGenerator<Json> {
  const reader = eventReader(...asked)
  try {
    for (let events = await reader.read(); events; events = await reader.read()) yield* events
  } finally {
    reader.cancel()
  }
}

function parse(data: string): Json {
  let event: unknown
  try {
    event = JSON.parse(data)
  } catch (cause) {
    throw unreadable(cause)
  }
  if (typeof event !== 'object' || event === null) throw unreadable(undefined)
  if ('error' in event && event.error) throw decodeError(undefined, event)
  return event as Json
}

/** What is read from a server, for whoever takes a stream of the Web; back-pressure reaches the server. */
export function streamOf(body: ByteSource): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const bytes = await body.read()
      if (bytes === undefined) controller.close()
      else controller.enqueue(bytes)
    },
    cancel: () => body.cancel(),
  })
}
