import { createChunkDecoder } from '../../codecs/event-stream/event-stream-chunks.ts'
import type { ReplyEvent } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import { damage } from '../damaged-reply.ts'
import type { ReplyDecoder } from '../dialect.ts'
import { decodeException } from './decode-error.ts'
import { decodeEnd } from './decode-reply.ts'
import { decodeUsage } from './usage.ts'
import { GUARDRAIL_ACTION } from './vocabulary.ts'
import type { WireChunk } from './wire.ts'

/** One answer while it comes in. Counts and reason may stand in different chunks (recorded). */
interface Stream {
  started: boolean
  ended: boolean
  input?: number
  output?: number
  reason?: string
  /** What Bedrock says of a guardrail. */
  told: Record<string, unknown>
}

/**
 * A streamed answer of InvokeModelWithResponseStream. It has ended when a reason was given, or, of a
 * guardrail that stepped in, when the stream closed. What fails in mid-batch is thrown after the events
 * that came before it in the same bytes.
 */
export function createReplyDecoder(): ReplyDecoder {
  const chunks = createChunkDecoder({ refusal: decodeException, damage })
  const stream: Stream = { started: false, ended: false, told: {} }
  let failure: unknown
  return {
    read(bytes) {
      if (failure !== undefined) throw failure
      const out: ReplyEvent[] = []
      try {
        chunks.read(bytes, (text) => takeChunk(stream, text, out))
      } catch (thrown) {
        failure = thrown
        if (out.length === 0) throw thrown
      }
      return out
    },
    failure: () => failure ?? chunks.failure(),
    end() {
      if (failure !== undefined) throw failure
      chunks.end()
      return finish(stream)
    },
  }
}

function takeChunk(stream: Stream, text: string, out: ReplyEvent[]) {
  if (stream.ended) return
  const chunk = parseChunk(text)
  if (!stream.started) {
    stream.started = true
    out.push({ type: 'reply-start' }, { type: 'part-start', index: 0, part: { type: 'text' } })
  }
  const { outputText, inputTextTokenCount, totalOutputTextTokenCount, completionReason } = chunk
  if (outputText) out.push({ type: 'part-delta', index: 0, text: outputText })
  if (inputTextTokenCount != null) stream.input = inputTextTokenCount
  if (totalOutputTextTokenCount != null) stream.output = totalOutputTextTokenCount
  if (completionReason != null) stream.reason = completionReason
  for (const name in chunk) {
    if (name.startsWith('amazon-bedrock-')) stream.told[name] = chunk[name]
  }
}

function finish(stream: Stream): ReplyEvent[] {
  if (stream.ended) return []
  const stopped = stream.reason !== undefined || stream.told[GUARDRAIL_ACTION] === 'INTERVENED'
  if (!stopped) {
    throw new GatewayError('stream-incomplete', 'The answer broke off. Retry the request.', {
      cause: new Error('the stream ended without a completion reason'),
    })
  }
  stream.ended = true
  const { input, output } = billOf(stream)
  const end = decodeEnd(stream.reason, decodeUsage(input, output), stream.told)
  return [
    { type: 'part-end', index: 0 },
    { type: 'reply-end', ...end },
  ]
}

/** Where the model gave no counts, Bedrock's own of the last chunk. */
function billOf({ input, output, told }: Stream): { input: unknown; output: unknown } {
  const metrics = told['amazon-bedrock-invocationMetrics'] as
    | { inputTokenCount?: unknown; outputTokenCount?: unknown }
    | undefined
  return {
    input: input ?? metrics?.inputTokenCount,
    output: output ?? metrics?.outputTokenCount,
  }
}

type Chunk = Partial<WireChunk> & Record<string, unknown>

function parseChunk(text: string): Chunk {
  try {
    return JSON.parse(text) as Chunk
  } catch (cause) {
    throw damage(cause)
  }
}
