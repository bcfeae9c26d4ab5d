import {
  createEventStreamDecoder,
  type EventFrame,
} from '../../../codecs/event-stream/event-stream.ts'
import type { ReplyEnd, ReplyEvent } from '../../../conversation/events.ts'
import type { GroundedSpan } from '../../../conversation/knowledge.ts'
import { streamError } from '../../../dialects/bedrock-converse/decode-error.ts'
import { damage } from '../../../dialects/damaged-reply.ts'
import type { ReplyDecoder } from '../../../dialects/dialect.ts'
import { GatewayError } from '../../../errors.ts'
import { asFields, type Fields, objectsIn, textOf } from './client.ts'
import { guardrailOf, readSpan } from './search.ts'

/** What a stream has told by its end. */
interface ToldByStream {
  text: string
  spans: GroundedSpan[]
  intervened?: boolean
}

/**
 * The events of RetrieveAndGenerateStream: `output`, `citation` and `guardrail`, in any order. There is no
 * event for the end: a stream that closes between two frames has ended.
 */
export function createGenerateDecoder(
  endOf: (told: ToldByStream) => Omit<ReplyEnd, 'type'>,
): ReplyDecoder {
  const frames = createEventStreamDecoder()
  const told: ToldByStream = { text: '', spans: [] }
  let started = false
  let failure: unknown

  const start = (out: ReplyEvent[]) => {
    if (started) return
    started = true
    out.push({ type: 'reply-start' }, { type: 'part-start', index: 0, part: { type: 'text' } })
  }
  const take = ({ messageType, type, payload }: EventFrame, out: ReplyEvent[]) => {
    if (messageType !== 'event') throw streamError(type, payload)
    start(out)
    const wire = parse(payload)
    if (type === 'output') {
      const text = textOf(wire['text']) ?? ''
      told.text += text
      out.push({ type: 'part-delta', index: 0, text })
    } else if (type === 'citation') {
      for (const span of spansIn(wire)) {
        told.spans.push(span)
        out.push({ type: 'part-citation', index: 0, citation: { span } })
      }
    } else if (type === 'guardrail') told.intervened = guardrailOf(wire['action'])
  }
  return {
    read(bytes) {
      if (failure !== undefined) throw failure
      const out: ReplyEvent[] = []
      try {
        for (const frame of frames.read(bytes)) take(frame, out)
      } catch (thrown) {
        // What was said before it broke is told, wherever the network cuts.
        if (out.length === 0) throw thrown
        failure = thrown
      }
      return out
    },
    failure: () => failure ?? frames.failure(),
    end() {
      if (failure !== undefined) throw failure
      frames.end()
      if (!started) {
        throw new GatewayError('stream-incomplete', 'The answer broke off. Retry the request.')
      }
      return [
        { type: 'part-end', index: 0 },
        { type: 'reply-end', ...endOf(told) },
      ]
    },
  }
}

/** What it cites stands in the event itself, or in its older member `citation`; AWS sends both, or one. */
function spansIn(wire: Fields): GroundedSpan[] {
  const older = asFields(wire['citation'])
  const told = wire['generatedResponsePart'] === undefined && older ? older : wire
  const span = readSpan(told)
  const isEmpty = span.text === '' && objectsIn(told['retrievedReferences']).length === 0
  return isEmpty ? [] : [span]
}

function parse(payload: string): Fields {
  try {
    return asFields(JSON.parse(payload)) ?? {}
  } catch (cause) {
    throw damage(cause)
  }
}
