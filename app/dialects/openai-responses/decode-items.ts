import type { Part, ToolCallPart, ToolResultPart, Turn } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import type { Fields } from '../extras.ts'
import { openSummary, openThought } from '../seal.ts'
import { CALLER_TOOLS } from './caller-tools.ts'
import { decodeContent } from './decode-parts.ts'
import { type CallerToolType, extrasOf, NAME } from './extras.ts'
import { calleesOf, isOfCaller } from './later-tools.ts'
import type { ToolNames } from './tool-names.ts'
import type { WireInputItem, WireItem, WireMessage, WireReasoning } from './wire-items.ts'
import type { WireContent } from './wire-parts.ts'

interface DecodedItems {
  system: Part[]
  turns: Turn[]
  /** The last item asks for a summary instead of an answer. */
  compacts: boolean
}

interface ItemsContext {
  names: ToolNames
  cacheTtl: '5m' | '1h' | undefined
  /** Which of the computer's two tools is offered. */
  computer: CallerToolType
}

/** What later items need to know of earlier ones. */
interface Thread extends ItemsContext {
  decoded: DecodedItems
  /** Ids of every call so far. */
  issued: Set<string>
}

/**
 * Items as turns, in order: what the assistant said, thought and called one after the other is one turn,
 * as are results; a leading run of system and developer messages becomes `system`. Throws naming the
 * item, for media that cannot be understood and for results nobody asked for.
 */
export function decodeItems(items: readonly WireInputItem[], context: ItemsContext): DecodedItems {
  const decoded: DecodedItems = { system: [], turns: [], compacts: false }
  const thread: Thread = { ...context, decoded, issued: new Set() }
  for (let index = 0; index < items.length; index++) {
    decodeItem(items[index] as WireItem, `input[${index}]`, thread)
  }
  return decoded
}

function decodeItem(item: WireItem, at: string, thread: Thread): void {
  switch (item.type) {
    case undefined:
    case 'message':
      if ('role' in item) addMessage(item, at, thread)
      break
    case 'reasoning':
      addThought(item, thread)
      break
    case 'function_call':
      addCall(functionCall(item, thread), thread)
      break
    case 'custom_tool_call':
      addCall(customCall(item, thread), thread)
      break
    case 'local_shell_call':
      addCall(callerCall('local_shell', item, thread), thread)
      break
    case 'shell_call':
      addCall(callerCall('shell', item, thread), thread)
      break
    case 'apply_patch_call':
      addCall(callerCall('apply_patch', item, thread), thread)
      break
    case 'computer_call':
      addCall(callerCall(thread.computer, item, thread), thread)
      break
    case 'tool_search_call':
      if (isOfCaller(item)) addCall(callerCall('tool_search', item, thread), thread)
      else addAssistant([native(item)], thread)
      break
    case 'tool_search_output':
      if (isOfCaller(item)) addResult(foundBy(item, thread), at, thread)
      else addAssistant([native(item)], thread)
      break
    case 'function_call_output':
    case 'custom_tool_call_output':
    case 'shell_call_output':
    case 'local_shell_call_output':
    case 'apply_patch_call_output':
    case 'computer_call_output':
      addResult(item, at, thread)
      break
    case 'compaction':
      addSummary(item, thread)
      break
    case 'compaction_trigger':
      thread.decoded.compacts = true
      break
    case 'additional_tools':
      break
    case 'item_reference':
      throw unknownItem(item.id, at)
    default:
      addAssistant([native(item)], thread)
  }
}

/** What only OpenAI's platform understands; others leave it out and name it. */
const native = (value: unknown): Part => ({ type: 'native', dialect: NAME, value })

function addMessage(item: WireMessage, at: string, thread: Thread): void {
  const { decoded, cacheTtl } = thread
  const parts = decodeContent(item.content, { at: `${at}.content`, cacheTtl })
  if (item.role === 'assistant') addAssistant(parts, thread)
  else if (item.role === 'user') decoded.turns.push({ role: 'user', parts })
  else if (decoded.turns.length === 0) decoded.system.push(...parts)
  else decoded.turns.push({ role: 'system', parts })
}

function addAssistant(parts: Part[], { decoded }: Thread): void {
  const last = decoded.turns.at(-1)
  if (last?.role === 'assistant') last.parts.push(...parts)
  else decoded.turns.push({ role: 'assistant', parts })
}

function addThought(item: WireReasoning, thread: Thread): void {
  const sealed = item.encrypted_content ? openThought(item.encrypted_content) : undefined
  if (sealed) {
    addAssistant([{ type: 'reasoning', ...sealed }], thread)
    return
  }
  const told = item.content?.length ? item.content : (item.summary ?? [])
  const text = told.map((piece) => piece.text).join('\n\n')
  if (text === '' && !item.encrypted_content) return
  addAssistant([{ type: 'reasoning', text, ...extrasOf({ item }) }], thread)
}

function addCall(call: ToolCallPart, thread: Thread): void {
  thread.issued.add(call.id)
  addAssistant([call], thread)
}

type Item<Type> = Extract<WireItem, { type: Type }>

function functionCall(item: Item<'function_call'>, { names }: Thread): ToolCallPart {
  const { call_id: id, name, namespace, arguments: text } = item
  return {
    type: 'tool-call',
    id,
    name: names.of({ kind: 'function', name, ...(namespace && { namespace }) }),
    arguments: text === '' ? '{}' : text,
  }
}

function customCall(item: Item<'custom_tool_call'>, { names }: Thread): ToolCallPart {
  const { call_id: id, name, namespace, input } = item
  return {
    type: 'tool-call',
    id,
    name: names.of({ kind: 'custom', name, ...(namespace && { namespace }) }),
    arguments: JSON.stringify({ input }),
  }
}

function callerCall(
  kind: CallerToolType,
  item: Fields & { call_id: string },
  { names }: Thread,
): ToolCallPart {
  const { name, argumentsOf } = CALLER_TOOLS[kind]
  return {
    type: 'tool-call',
    id: item.call_id,
    name: names.of({ kind, name }),
    arguments: JSON.stringify(argumentsOf(item)),
  }
}

type OutputItem = Extract<WireItem, { output?: unknown }>

function addResult(item: OutputItem, at: string, thread: Thread): void {
  const { decoded, issued, cacheTtl } = thread
  const callId = item.call_id ?? (item['id'] as string | undefined) ?? ''
  if (!issued.has(callId)) throw unmatched(callId, item.type)
  const content = decodeContent(outputOf(item), { at: `${at}.output`, cacheTtl })
  const isError = item.type === 'apply_patch_call_output' && item.status === 'failed'
  const part: ToolResultPart = {
    type: 'tool-result',
    callId,
    content,
    ...(isError && { isError }),
  }
  const last = decoded.turns.at(-1)
  const isRun = last?.role === 'user' && last.parts.every(({ type }) => type === 'tool-result')
  if (isRun) last.parts.push(part)
  else decoded.turns.push({ role: 'user', parts: [part] })
}

/** What a search for tools gave back. Their descriptions are among the tools by now, so names will do. */
function foundBy(
  { call_id: id, tools }: Item<'tool_search_output'> & { call_id: string },
  { names }: Thread,
): Item<'function_call_output'> {
  const found = calleesOf(tools).map((callee) => names.of(callee))
  const output =
    found.length > 0 ? `These can be called now: ${found.join(', ')}.` : 'No tool was found.'
  return { type: 'function_call_output', call_id: id, output }
}

/** What a tool gave back, in the form that all tools have in common. */
function outputOf(item: OutputItem): WireContent {
  switch (item.type) {
    case 'computer_call_output':
      return [{ ...item.output, type: 'input_image' }]
    case 'shell_call_output':
      return typeof item.output === 'string' ? item.output : JSON.stringify(item.output)
    case 'apply_patch_call_output':
      return item.output || (item.status ?? '')
    default:
      return item.output
  }
}

const RECAP = 'Summary of the conversation so far:\n\n'

function addSummary(item: Item<'compaction'>, thread: Thread): void {
  const summary = openSummary(item.encrypted_content)
  if (summary === undefined) {
    addAssistant([native(item)], thread)
    return
  }
  thread.decoded.turns.push({ role: 'user', parts: [{ type: 'text', text: RECAP + summary }] })
}

/** As OpenAI words it. */
function unmatched(callId: string, type: string): GatewayError {
  const words = type.replace(/_output$/, '').replaceAll('_', ' ')
  return new GatewayError(
    'invalid-request',
    `No tool call found for ${words} output with call_id ${callId}.`,
    { param: 'input' },
  )
}

/** Whoever keeps items has put them in their place before; what is left is unknown. */
function unknownItem(id: string, param: string): GatewayError {
  return new GatewayError(
    'not-found',
    `Item with id '${id}' not found. Items are not kept when \`store\` is false: send them in full.`,
    { param },
  )
}
