import type { Part } from '../../conversation/conversation.ts'
import type { Reply } from '../../conversation/events.ts'
import { createDocumentNames } from './document-names.ts'
import { encodeBlock, encodeCited } from './encode-blocks.ts'
import type { Encoding } from './encoding.ts'
import { encodeStopReason, encodeUsage, ownAnswer, type Remarks } from './endings.ts'
import { createToolNames } from './tool-names.ts'
import { type ContentBlock, type ConverseResponse, DIALECT } from './wire.ts'

/** One reply as the answer of Converse; the wire has room for one only. */
export function encodeReply(replies: Reply[]): ConverseResponse {
  const reply = replies[0]!
  const heard = ownAnswer(reply.end)
  if (heard) return heard
  const encoding = replyEncoding()
  const content = reply.parts.flatMap((part) => encodeReplyPart(part, encoding))
  return {
    output: { message: { role: 'assistant', content } },
    ...encodeEnd(reply.end),
  }
}

/** What is no request has no limits of a model, and names go out as they are. */
export function replyEncoding(): Encoding {
  return {
    card: {
      id: '',
      provider: '',
      owner: '',
      created: 0,
      input: [],
      output: [],
      streaming: true,
      traits: {},
    },
    ignore: () => {},
    names: createToolNames([]),
    callId: (id) => id,
    documents: createDocumentNames(),
    wrapped: new Set(),
  }
}

/** A part of a reply as its block; what other dialects alone understand is left out. */
export function encodeReplyPart(part: Part, encoding: Encoding): ContentBlock[] {
  if (part.type === 'native' && part.dialect !== DIALECT) return []
  if (part.type === 'text' && part.citations) return [encodeCited(part.text, part.citations)]
  return part.type === 'cache-point' ? [] : [encodeBlock(part, encoding)]
}

/** Everything but the words: of a whole answer, and of a stream's last two events. */
export function encodeEnd(end: Reply['end']): Omit<ConverseResponse, 'output'> {
  const { stopReason, metrics, ...remarks } = (end.extras?.[DIALECT] ?? {}) as Remarks
  return {
    stopReason: encodeStopReason(end.reason, stopReason),
    usage: encodeUsage(end.usage),
    // AWS always tells the latency; a pure function knows no clock.
    metrics: metrics ?? { latencyMs: 0 },
    ...remarks,
    ...(end.serviceTier !== undefined && { serviceTier: { type: end.serviceTier } }),
    ...(end.latency !== undefined && { performanceConfig: { latency: end.latency } }),
    ...stopSequence(end, remarks),
  }
}

function stopSequence(end: Reply['end'], remarks: Remarks): Partial<ConverseResponse> {
  if (end.stopSequence === undefined || remarks.additionalModelResponseFields) return {}
  return { additionalModelResponseFields: { stop_sequence: end.stopSequence } }
}
