import type { Part } from '../../conversation/conversation.ts'
import type { Reply, ReplyEnd } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import type { Undo } from '../dialect.ts'
import { decodeBlock } from './decode-blocks.ts'
import {
  decodeStopReason,
  decodeUsage,
  fittingReason,
  guardrailOf,
  remarksOf,
  stopSequenceOf,
  withAnswer,
} from './endings.ts'
import { callersArguments } from './hidden-tools.ts'
import { type ConverseResponse, DIALECT } from './wire.ts'

/** The answer of Converse. Throws `upstream` when it holds no message at all. */
export function decodeReply(body: unknown, undo: Undo = {}): Reply {
  const answer = (typeof body === 'object' && body !== null ? body : {}) as ConverseResponse
  const content = answer.output?.message?.content
  if (!Array.isArray(content)) {
    throw new GatewayError('upstream', 'The model gave no answer. Retry the request.', {
      cause: new Error(`an answer without a message: ${JSON.stringify(body)?.slice(0, 500)}`),
    })
  }
  const blocks = content.map(decodeBlock).filter((part) => !isEmpty(part))
  const parts = undoParts(citeWordsBefore(blocks), undo)
  const reason = fittingReason(decodeStopReason(answer.stopReason), parts.some(isCallersCall))
  const end = decodeEnd(answer, reason)
  return { parts, end: undo.verbatim ? withAnswer(end, answer) : end }
}

const isEmpty = (part: Part): boolean => part.type === 'text' && part.text === '' && !part.citations

/** Nova's sources stand in a block of their own, without words, behind those they support. */
function citeWordsBefore(parts: Part[]): Part[] {
  const cited: Part[] = []
  for (const part of parts) {
    const before = cited.at(-1)
    if (part.type !== 'text' || part.text !== '' || before?.type !== 'text') cited.push(part)
    else {
      const citations = [...(before.citations ?? []), ...(part.citations ?? [])]
      cited[cited.length - 1] = { ...before, citations }
    }
  }
  return cited
}

/** Everything about the end but the words: for whole answers and, put together, for streams. */
export function decodeEnd(
  answer: Omit<ConverseResponse, 'output'>,
  reason: ReplyEnd['reason'],
): Reply['end'] {
  const end: Reply['end'] = { reason, usage: decodeUsage(answer.usage) }
  const stopSequence = stopSequenceOf(answer.additionalModelResponseFields)
  if (stopSequence !== undefined) end.stopSequence = stopSequence
  if (answer.serviceTier?.type) end.serviceTier = answer.serviceTier.type
  if (answer.performanceConfig?.latency) end.latency = answer.performanceConfig.latency
  const guardrail = guardrailOf(answer)
  if (guardrail) end.guardrail = guardrail
  const remarks = remarksOf(answer)
  if (remarks) end.extras = { [DIALECT]: remarks }
  return end
}

/** The caller never learns of the hidden tool: what it was called with is the text of the answer. */
function undoParts(parts: Part[], undo: Undo): Part[] {
  const answered = parts.some((part) => isOutputCall(part, undo))
  return parts.flatMap((part): Part[] => {
    if (part.type === 'text') return answered ? [] : [part]
    if (part.type !== 'tool-call') return [part]
    const text = callersArguments(part.name, part.arguments, undo)
    if (isOutputCall(part, undo)) return [{ type: 'text', text }]
    return [{ ...part, name: undo.toolNames?.get(part.name) ?? part.name, arguments: text }]
  })
}

function isOutputCall(part: Part, { outputTool }: Undo): boolean {
  return part.type === 'tool-call' && part.name === outputTool
}

const isCallersCall = (part: Part) => part.type === 'tool-call' && part.server === undefined
