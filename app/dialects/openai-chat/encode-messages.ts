import type {
  Conversation,
  Part,
  ReasoningPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '../../conversation/conversation.ts'
import type { WireNames } from '../openai-wire-names.ts'
import { encodeContent, isMedia } from './encode-parts.ts'
import { type Fields, ownOf, type SystemMessageForm } from './extras.ts'
import { encodeReasoningParts } from './reasoning-carrier.ts'
import { customInput, nativeValue } from './reply-parts.ts'

interface MessagesManner {
  cacheControl: boolean
  names: WireNames
  systemRoleOnly: boolean | undefined
  plainThoughts: boolean | undefined
  /** Gathers what could not be said, to be shown to the caller. */
  ignored: string[]
}

/** The conversation as messages for an upstream. A turn with tool results becomes several. */
export function encodeMessages(conversation: Conversation, manner: MessagesManner): Fields[] {
  const messages = systemMessages(conversation, manner)
  for (const turn of conversation.turns) {
    for (const part of turn.parts) noteForeign(part, manner)
    if (turn.role === 'assistant') messages.push(assistantMessage(turn, manner))
    else if (turn.role === 'system') messages.push(plainMessage(turn, 'system', manner))
    else messages.push(...userMessages(turn, manner))
  }
  return messages
}

// Another dialect's own blocks are left out, and named.
function noteForeign(part: Part, manner: MessagesManner): void {
  if (part.type === 'tool-result') for (const piece of part.content) noteForeign(piece, manner)
  if (part.type !== 'native' || nativeValue(part)) return
  const type = (part.value as { type?: unknown } | null)?.type
  manner.ignored.push(typeof type === 'string' ? type : part.dialect)
}

function systemMessages(conversation: Conversation, manner: MessagesManner): Fields[] {
  const { system } = conversation
  if (system.length === 0) return []
  const messages: Fields[] = []
  let at = 0
  for (const form of systemForms(conversation)) {
    const parts = system.slice(at, at + form.parts)
    at += form.parts
    messages.push({
      role: manner.systemRoleOnly ? 'system' : form.role,
      content: encodeContent(parts, contentManner(manner, form.fields)),
      ...(form.name && { name: form.name }),
      ...form.fields,
    })
  }
  return messages
}

/** The message boundaries as they came, as long as the parts are still those. */
function systemForms(conversation: Conversation): SystemMessageForm[] {
  const { length } = conversation.system
  const forms = ownOf(conversation).systemMessages
  const parts = forms?.reduce((sum, form) => sum + form.parts, 0)
  return forms && parts === length ? forms : [{ role: 'system', parts: length }]
}

function contentManner({ cacheControl }: MessagesManner, fields: Fields | undefined) {
  return { cacheControl, markedMessage: Boolean(fields?.['cache_control']) }
}

function plainMessage(turn: Turn, role: string, manner: MessagesManner): Fields {
  const { form, fields } = ownOf(turn)
  return {
    role: form && !(role === 'system' && manner.systemRoleOnly) ? form : role,
    content: encodeContent(turn.parts, contentManner(manner, fields)),
    ...(turn.name && { name: turn.name }),
    ...fields,
  }
}

function userMessages(turn: Turn, manner: MessagesManner): Fields[] {
  const results = turn.parts.filter((part) => part.type === 'tool-result' && !part.server)
  if (results.length === 0) return [plainMessage(turn, 'user', manner)]
  const messages: Fields[] = []
  const attached: Part[] = []
  for (const result of results as ToolResultPart[]) {
    messages.push(resultMessage(result, turn, manner))
    attached.push(...result.content.filter(isMedia))
  }
  const said = turn.parts.filter((part) => part.type === 'text' || isMedia(part))
  // OpenAI's tool messages hold text alone, and nothing may stand between them.
  const rest = [...attached, ...said]
  if (rest.length === 0) return messages
  return [
    ...messages,
    { role: 'user', content: encodeContent(rest, contentManner(manner, undefined)) },
  ]
}

function resultMessage(result: ToolResultPart, turn: Turn, manner: MessagesManner): Fields {
  const texts = result.content.filter((part) => part.type === 'text' || part.type === 'cache-point')
  const { kind, functionName } = ownOf(result)
  const { fields } = ownOf(turn)
  const content = texts.length === 0 && result.content.some(isMedia) ? SEE_BELOW : undefined
  const members = { content: content ?? encodeContent(texts, contentManner(manner, fields)) }
  return kind === 'legacy'
    ? { role: 'function', name: functionName, ...members }
    : { role: 'tool', tool_call_id: result.callId, ...members, ...fields }
}

const SEE_BELOW = 'The result is attached to the next message.'

function assistantMessage(turn: Turn, manner: MessagesManner): Fields {
  const { fields } = ownOf(turn)
  const said = turn.parts.filter(
    (part) => (part.type === 'text' && !ownOf(part).spoken) || part.type === 'cache-point',
  )
  const refusals = turn.parts.filter((part) => part.type === 'refusal')
  const thoughts = turn.parts.filter((part): part is ReasoningPart => part.type === 'reasoning')
  const speaks = said.some((part) => part.type === 'text')
  const calls = encodeCalls(turn, manner)
  const marked = [fields, ...(calls.tool_calls ?? [])].find((one) => one?.['cache_control'])
  const reasoning = encodeReasoningParts(thoughts, manner)
  // Where no thought is told, nothing is left, and OpenAI takes null only beside something else (run-llama/llama_index#17921).
  const isEmpty = thoughts.length === turn.parts.length && Object.keys(reasoning).length === 0
  const silence = isEmpty && thoughts.length > 0 ? '' : null
  return {
    role: 'assistant',
    content: speaks ? encodeContent(said, contentManner(manner, marked)) : silence,
    ...(refusals.length > 0 && { refusal: refusals.map((part) => part.text).join('') }),
    ...reasoning,
    ...calls,
    ...Object.assign({}, ...turn.parts.map((part) => nativeValue(part)?.delta)),
    ...(turn.name && { name: turn.name }),
    ...fields,
  }
}

function encodeCalls(turn: Turn, manner: MessagesManner): { tool_calls?: Fields[] } & Fields {
  const calls = turn.parts.filter(
    (part): part is ToolCallPart => part.type === 'tool-call' && part.server === undefined,
  )
  const [first] = calls
  if (first === undefined) return {}
  if (ownOf(first).kind === 'legacy') {
    return { function_call: { name: manner.names.of(first.name), arguments: first.arguments } }
  }
  return { tool_calls: calls.map((call) => encodeCall(call, manner)) }
}

function encodeCall(call: ToolCallPart, { names }: MessagesManner): Fields {
  const { kind, fields } = ownOf(call)
  const name = names.of(call.name)
  return kind === 'custom'
    ? { id: call.id, type: kind, custom: { name, input: customInput(call.arguments) }, ...fields }
    : { id: call.id, type: 'function', function: { name, arguments: call.arguments }, ...fields }
}
