import type { ToolCallHead } from '../../conversation/events.ts'
import {
  about,
  addItem,
  event,
  eventOpen,
  type ItemStream,
  type OpenPart,
  replaceItem,
} from './item-stream.ts'
import { callItem, callPrefix, customInput } from './output-items.ts'

type OpenCall = Extract<OpenPart, { kind: 'call' | 'gathered' }>

/** A call for the caller to run. Only arguments of plain functions are passed on as they come. */
export function openCall(
  stream: ItemStream,
  index: number,
  { id, name }: Pick<ToolCallHead, 'id' | 'name'>,
): string {
  const callee = stream.manner.callees.get(name)
  const call = { id, name, arguments: '' }
  const { opened, text } = addItem(stream, callPrefix(callee), (itemId) =>
    callItem(itemId, { call, callee, status: 'in_progress' }),
  )
  opened.running++
  if (callee && callee.kind !== 'function') {
    stream.parts.set(index, { kind: 'gathered', owner: opened, text: '', call, callee })
    return text
  }
  const open = eventOpen('response.function_call_arguments.delta', about(opened))
  stream.parts.set(index, { kind: 'call', owner: opened, open, text: '', call })
  return text
}

export function endCall(stream: ItemStream, part: OpenCall): string {
  const { owner, call } = part
  owner.running--
  const callee = stream.manner.callees.get(call.name)
  const whole = { ...call, arguments: part.text }
  const item = callItem(owner.id, { call: whole, callee, status: 'completed' })
  replaceItem(stream, owner, item)
  if (part.kind === 'call') return endArguments(stream, part, item)
  if (part.callee.kind !== 'custom') return ''
  const input = JSON.stringify(customInput(part.text))
  const place = about(owner)
  return (
    event(stream, 'response.custom_tool_call_input.delta', `${place},"delta":${input}`) +
    event(stream, 'response.custom_tool_call_input.done', `${place},"input":${input}`)
  )
}

// A call without input is still a call with an empty object (T3).
function endArguments(
  stream: ItemStream,
  { owner, text, open }: Extract<OpenPart, { kind: 'call' }>,
  item: Record<string, unknown>,
): string {
  const delta = text === '' ? `${open}${stream.sequence++},"delta":"{}"}\n\n` : ''
  const told = `"name":${JSON.stringify(item['name'])},"arguments":${JSON.stringify(item['arguments'])}`
  return delta + event(stream, 'response.function_call_arguments.done', `${about(owner)},${told}`)
}
