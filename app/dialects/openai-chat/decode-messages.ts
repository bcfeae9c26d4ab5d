import type { Part, ToolCallPart, ToolResultPart, Turn } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import { cachePoint, decodeContent } from './decode-parts.ts'
import { extrasOf, type SystemMessageForm, unknownFields } from './extras.ts'
import { decodeReasoningParts } from './reasoning-carrier.ts'
import { isSpokenHere, nativePart } from './reply-parts.ts'
import { withRuns } from './server-tool-runs.ts'
import { placeOf, withThoughts } from './thought-places.ts'
import type {
  WireAssistantMessage,
  WireFunctionMessage,
  WireMessage,
  WireSystemMessage,
  WireToolCall,
  WireToolMessage,
  WireUserMessage,
} from './wire-messages.ts'

/** The messages of a request on the waist. */
interface DecodedMessages {
  system: Part[]
  /** The boundaries of the messages behind `system`; absent where they are one plain system message. */
  systemForms?: SystemMessageForm[]
  turns: Turn[]
}

/** What later messages need to know of earlier ones. */
interface Thread {
  /** Ids of every call so far. */
  issued: Set<string>
  /** Ids of legacy calls by function name; the last one waits for an answer. */
  legacy: Map<string, string>
  cacheTtl: '5m' | '1h' | undefined
}

/**
 * Every message as a turn, in order; a leading run of system and developer messages becomes `system`.
 * Throws naming the message, for media that cannot be understood and for results nobody asked for.
 */
export function decodeMessages(
  messages: readonly WireMessage[],
  cacheTtl?: '5m' | '1h',
): DecodedMessages {
  const thread: Thread = { issued: new Set(), legacy: new Map(), cacheTtl }
  const system: Part[] = []
  const forms: SystemMessageForm[] = []
  let index = 0
  for (; index < messages.length; index++) {
    const wire = messages[index]!
    if (wire.role !== 'system' && wire.role !== 'developer') break
    const parts = systemParts(wire, index, thread)
    for (const part of parts) system.push(part)
    forms.push(systemForm(wire, parts.length))
  }
  const turns: Turn[] = []
  for (; index < messages.length; index++) {
    turns.push(decodeTurn(messages[index]!, index, thread))
  }
  const plain = forms.length === 0 || (forms.length === 1 && isPlain(forms[0]!))
  return plain ? { system, turns } : { system, systemForms: forms, turns }
}

function decodeTurn(wire: WireMessage, index: number, thread: Thread): Turn {
  switch (wire.role) {
    case 'user':
      return userTurn(wire, index, thread)
    case 'assistant':
      return assistantTurn(wire, index, thread)
    case 'tool':
      return toolTurn(wire, index, thread)
    case 'function':
      return functionTurn(wire, index, thread)
    case 'system':
    case 'developer':
      return systemTurn(wire, index, thread)
  }
}

const PLAIN_FIELDS: ReadonlySet<string> = new Set(['role', 'content', 'name'])

function systemParts(wire: WireSystemMessage, index: number, thread: Thread): Part[] {
  const parts = decodeContent(wire.content, {
    at: `messages[${index}].content`,
    cacheTtl: thread.cacheTtl,
  })
  const point = cachePoint(wire)
  if (point) parts.push(point)
  return parts
}

function systemForm(wire: WireSystemMessage, parts: number): SystemMessageForm {
  const fields = unknownFields(wire, PLAIN_FIELDS)
  return {
    role: wire.role,
    parts,
    ...(wire.name && { name: wire.name }),
    ...(fields && { fields }),
  }
}

function isPlain(form: SystemMessageForm): boolean {
  return form.role === 'system' && form.name === undefined && form.fields === undefined
}

function systemTurn(wire: WireSystemMessage, index: number, thread: Thread): Turn {
  return {
    role: 'system',
    parts: systemParts(wire, index, thread),
    ...(wire.name && { name: wire.name }),
    ...extrasOf({
      form: wire.role === 'developer' ? wire.role : undefined,
      fields: unknownFields(wire, PLAIN_FIELDS),
    }),
  }
}

function userTurn(wire: WireUserMessage, index: number, thread: Thread): Turn {
  const parts = decodeContent(wire.content, {
    at: `messages[${index}].content`,
    cacheTtl: thread.cacheTtl,
  })
  const point = cachePoint(wire)
  if (point) parts.push(point)
  return {
    role: 'user',
    parts,
    ...(wire.name && { name: wire.name }),
    ...extrasOf({ fields: unknownFields(wire, PLAIN_FIELDS) }),
  }
}

const ASSISTANT_FIELDS: ReadonlySet<string> = new Set([
  ...PLAIN_FIELDS,
  'refusal',
  'audio',
  'tool_calls',
  'function_call',
  'reasoning_content',
  'reasoning',
  'reasoning_details',
  'server_tool_runs',
  // A reply's own members, which clients send back with it.
  'annotations',
])

function assistantTurn(wire: WireAssistantMessage, index: number, thread: Thread): Turn {
  const thoughts = decodeReasoningParts(wire)
  const between = thoughts.filter(placeOf)
  let parts: Part[] = thoughts.filter((thought) => !between.includes(thought))
  // An empty text beside calls or a refusal says nothing: it is how many clients write `null`.
  if (wire.content !== '' || !(wire.tool_calls?.length || wire.refusal)) {
    const at = `messages[${index}].content`
    parts.push(...decodeContent(wire.content, { at, cacheTtl: thread.cacheTtl }))
  }
  if (wire.refusal) parts.push({ type: 'refusal', text: wire.refusal })
  if (wire.audio) parts.push(...spokenParts(wire.audio, parts.some(isText)))
  const runs = wire.server_tool_runs
  if (runs?.length) parts = withRuns(parts, runs)
  for (const call of wire.tool_calls ?? []) {
    parts.push(toolCall(call, thread))
    const point = cachePoint(call)
    if (point) parts.push(point)
  }
  if (wire.function_call) parts.push(legacyCall(wire.function_call, index, thread))
  if (between.length > 0) parts = withThoughts(parts, between)
  const point = cachePoint(wire)
  if (point) parts.push(point)
  return {
    role: 'assistant',
    parts,
    ...(wire.name && { name: wire.name }),
    ...extrasOf({ fields: unknownFields(wire, ASSISTANT_FIELDS) }),
  }
}

const isText = ({ type }: Part) => type === 'text'

/**
 * Only who spoke can find the recording again, by its id, and nobody keeps those that were spoken here. For
 * all others its words stand in the transcript, which callers send back with the message it came in.
 */
function spokenParts(
  { id, transcript }: { id: string; transcript?: unknown },
  told: boolean,
): Part[] {
  const recording = nativePart({ type: 'audio', delta: { audio: { id } } })
  if (told || typeof transcript !== 'string' || transcript === '') return [recording]
  if (isSpokenHere(id)) return [{ type: 'text', text: transcript }]
  return [{ type: 'text', text: transcript, ...extrasOf({ spoken: true }) }, recording]
}

const CALL_FIELDS: ReadonlySet<string> = new Set(['id', 'type', 'function', 'custom', 'index'])

function toolCall(wire: WireToolCall, thread: Thread): ToolCallPart {
  thread.issued.add(wire.id)
  const fields = unknownFields(wire, CALL_FIELDS)
  if (wire.type === 'custom') {
    const { name, input } = wire.custom
    const text = JSON.stringify({ input })
    return {
      type: 'tool-call',
      id: wire.id,
      name,
      arguments: text,
      ...extrasOf({ kind: 'custom', fields }),
    }
  }
  const { name, arguments: text } = wire.function
  return {
    type: 'tool-call',
    id: wire.id,
    name,
    arguments: text === '' ? '{}' : text,
    ...(fields && extrasOf({ fields })),
  }
}

// The older form has no ids: one call a message, answered by name.
function legacyCall(
  wire: { name: string; arguments: string },
  index: number,
  thread: Thread,
): ToolCallPart {
  const id = `call_${index}`
  thread.legacy.set(wire.name, id)
  return {
    type: 'tool-call',
    id,
    name: wire.name,
    arguments: wire.arguments === '' ? '{}' : wire.arguments,
    ...extrasOf({ kind: 'legacy' }),
  }
}

const TOOL_FIELDS: ReadonlySet<string> = new Set(['role', 'content', 'tool_call_id'])

function toolTurn(wire: WireToolMessage, index: number, thread: Thread): Turn {
  const at = `messages[${index}]`
  if (!thread.issued.has(wire.tool_call_id)) {
    throw unmatched(
      `${at}.tool_call_id`,
      `messages with role 'tool' must answer a preceding message with 'tool_calls', and none of them holds the id '${wire.tool_call_id}'`,
    )
  }
  const content = decodeContent(wire.content, { at: `${at}.content`, cacheTtl: thread.cacheTtl })
  const last = content.at(-1)
  // A point at the end of a result is one behind it, where all wires have a place for it.
  const inner = last?.type === 'cache-point' ? last : undefined
  if (inner) content.pop()
  const result: ToolResultPart = { type: 'tool-result', callId: wire.tool_call_id, content }
  if (wire['is_error'] === true) result.isError = true
  const point = cachePoint(wire) ?? inner
  return {
    role: 'user',
    parts: point ? [result, point] : [result],
    ...extrasOf({ fields: unknownFields(wire, TOOL_FIELDS) }),
  }
}

function functionTurn(wire: WireFunctionMessage, index: number, thread: Thread): Turn {
  const callId = thread.legacy.get(wire.name)
  if (callId === undefined) {
    throw unmatched(
      `messages[${index}].name`,
      `messages with role 'function' must answer a preceding message with 'function_call', and none of them calls '${wire.name}'`,
    )
  }
  const result: ToolResultPart = {
    type: 'tool-result',
    callId,
    content: wire.content === null ? [] : [{ type: 'text', text: wire.content }],
    ...extrasOf({ kind: 'legacy', functionName: wire.name }),
  }
  return { role: 'user', parts: [result] }
}

function unmatched(param: string, sentence: string): GatewayError {
  return new GatewayError('invalid-request', `Invalid parameter: ${sentence}.`, { param })
}
