import type {
  Conversation,
  MediaPart,
  ReasoningPart,
  TextPart,
  ToolCallPart,
} from '../../conversation/conversation.ts'
import type { Reply } from '../../conversation/events.ts'
import type { AnswerHead } from '../dialect.ts'
import { servedMembers } from '../openai-end-members.ts'
import { guardrailMembers } from '../openai-guardrail.ts'
import { knowledgeMembers } from '../openai-knowledge.ts'
import { type Fields, NAME, ownOf } from './extras.ts'
import { type Manner, mannerOf, type OpenaiChatOptions } from './manner.ts'
import { encodeDetail } from './reasoning-carrier.ts'
import {
  annotation,
  customInput,
  madeImage,
  mergeFields,
  nativeValue,
  spokenAudio,
  textCall,
} from './reply-parts.ts'
import { closeRun, openRun } from './server-tool-runs.ts'
import { replyUsage } from './usage.ts'
import { FINISH_REASONS } from './vocabulary.ts'
import type { WireReasoningDetail, WireServerToolRun } from './wire-messages.ts'
import type {
  WireAnnotation,
  WireCalledTool,
  WireChoice,
  WireCompletion,
  WireReplyMessage,
} from './wire-reply.ts'

/** Whole replies, one per choice, as OpenAI's CreateChatCompletionResponse. */
export function createReplyEncoding(options: OpenaiChatOptions) {
  return (replies: Reply[], conversation: Conversation, head: AnswerHead): WireCompletion =>
    encodeReply(replies, { manner: mannerOf(conversation, options), head, conversation })
}

function encodeReply(
  replies: Reply[],
  { manner, head, conversation }: Around & { conversation: Conversation },
): WireCompletion {
  const [only] = replies
  const relays = replies.length === 1 && !manner.hideReasoning && manner.textFunctions.size === 0
  const wire = relays && only ? asWritten(only) : undefined
  if (wire) return { ...wire, id: head.id, created: head.created, model: head.model }
  const end = only?.end
  const own = end ? ownOf(end) : {}
  const completion: WireCompletion = {
    id: head.id,
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    choices: replies.map((reply, index) => encodeChoice(reply, index, { manner, head })),
    usage: replyUsage(replies.map((reply) => reply.end)),
  }
  Object.assign(completion, servedMembers(end))
  if (conversation.metadata) completion['metadata'] = conversation.metadata
  const guardrail = guardrailMembers(guardrailOf(replies))
  return Object.assign(completion, guardrail, knowledgeMembers(end?.knowledge), own.fields)
}

/** The upstream's own answer, where nobody has changed what it says. */
function asWritten({ verbatim, parts, end }: Reply): WireCompletion | undefined {
  const isOurs = verbatim?.dialect === NAME && verbatim.parts === parts && verbatim.end === end
  return isOurs ? (verbatim.body as WireCompletion) : undefined
}

/** A guardrail that stepped in is told of, whichever choice it was. */
function guardrailOf(replies: Reply[]) {
  const intervened = replies.find((reply) => reply.end.guardrail?.intervened)
  return (intervened ?? replies[0])?.end.guardrail
}

interface Around {
  manner: Manner
  head: AnswerHead
}

function encodeChoice(reply: Reply, index: number, around: Around): WireChoice {
  const { message, logprobs } = encodeMessage(reply, index, around)
  const finish = FINISH_REASONS[reply.end.reason]
  return {
    index,
    message,
    logprobs: logprobs ?? null,
    finish_reason: finish === 'tool_calls' && around.manner.legacy ? 'function_call' : finish,
  }
}

/** What the parts of one reply add up to. */
interface Sum {
  text?: string
  refusal?: string
  thought: string
  details: WireReasoningDetail[]
  runs: WireServerToolRun[]
  annotations: WireAnnotation[]
  calls: WireCalledTool[]
  images: ReturnType<typeof madeImage>[]
  audio?: MediaPart
  logprobs?: Fields
  native: Fields
}

function encodeMessage(
  reply: Reply,
  index: number,
  around: Around,
): { message: WireReplyMessage; logprobs: Fields | undefined } {
  const { manner, head } = around
  const sum = addUp(reply, manner)
  const content = sum.audio ? undefined : (sum.text ?? emptyContent(sum))
  const message: WireReplyMessage = {
    role: 'assistant',
    content: content ?? null,
    refusal: sum.refusal ?? null,
    annotations: sum.annotations,
  }
  if (sum.thought) message[manner.reasoningField] = sum.thought
  if (sum.details.length > 0) message.reasoning_details = sum.details
  if (sum.runs.length > 0) message.server_tool_runs = sum.runs
  if (sum.calls.length > 0) Object.assign(message, encodeCalls(sum.calls, manner))
  if (sum.images.length > 0) message.images = sum.images
  if (sum.audio) message.audio = spokenAudio(sum.audio, sum.text ?? '', { head, index })
  mergeFields(message, sum.native)
  return { message, logprobs: sum.logprobs }
}

// A reply without anything is an empty text; beside calls or a refusal there is no text.
function emptyContent(sum: Sum): string | undefined {
  const something = sum.calls.length > 0 || sum.refusal !== undefined || 'audio' in sum.native
  return something ? undefined : ''
}

function encodeCalls(calls: WireCalledTool[], manner: Manner) {
  return manner.legacy ? { function_call: calls[0]?.function } : { tool_calls: calls }
}

function addUp(reply: Reply, manner: Manner): Sum {
  const sum: Sum = {
    thought: '',
    details: [],
    runs: [],
    annotations: [],
    calls: [],
    images: [],
    native: {},
  }
  for (const part of reply.parts) {
    switch (part.type) {
      case 'text':
        addText(sum, part)
        break
      case 'refusal':
        sum.refusal = (sum.refusal ?? '') + part.text
        break
      case 'reasoning':
        addThought(sum, part, manner)
        break
      case 'tool-call':
        // What the platform ran itself is not for the caller to run.
        if (part.server === undefined) sum.calls.push(encodeCall(part, manner))
        else sum.runs.push(openRun(part, sum.text?.length ?? 0))
        break
      case 'tool-result':
        closeRun(sum.runs, part)
        break
      case 'image':
        sum.images.push(madeImage(part))
        break
      case 'audio':
        sum.audio = part
        break
      default: {
        const value = nativeValue(part)
        if (value?.delta) mergeFields(sum.native, value.delta)
        if (value?.logprobs) {
          sum.logprobs ??= {}
          mergeFields(sum.logprobs, value.logprobs)
        }
      }
    }
  }
  return sum
}

function addText(sum: Sum, part: TextPart): void {
  const start = sum.text?.length ?? 0
  sum.text = (sum.text ?? '') + part.text
  for (const citation of part.citations ?? []) {
    const found = annotation(citation, { start, end: sum.text.length })
    if (found) sum.annotations.push(found)
  }
}

function addThought(sum: Sum, part: ReasoningPart, { hideReasoning }: Manner): void {
  if (!hideReasoning) sum.thought += part.text
  // A signature holds for the whole thought, so it is of no use where the text is not shown.
  if (hideReasoning && part.text !== '') return
  const { text = '' } = sum
  const place = { at: text.trim() === '' ? 0 : text.length, calls: sum.calls.length }
  const detail = encodeDetail(part, sum.details.length, place)
  if (detail) sum.details.push(detail)
}

function encodeCall(part: ToolCallPart, manner: Manner): WireCalledTool {
  const { id, name } = part
  const text = part.arguments === '' ? '{}' : part.arguments
  return manner.customTools.has(name)
    ? { id, ...textCall(manner, name, customInput(text)) }
    : { id, type: 'function', function: { name, arguments: text } }
}
