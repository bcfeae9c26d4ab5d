import type { Fields } from './extras.ts'
import type { WireRequest } from './wire.ts'
import type { WireBlock, WireMessage } from './wire-blocks.ts'
import { tool as toolSchema, type WireTool } from './wire-tools.ts'

/**
 * The request with the tools that its conversation ends with. Anthropic lets a `system` message bring a tool or
 * withdraw one, so that those before it stay in the cache (betas of 2026-07-01 and 2026-09-15: its SDK's tool runner,
 * Claude Code); no model elsewhere knows such blocks. Changes that mean other things than tools stay.
 */
export function withToolChanges(request: WireRequest): WireRequest {
  if (!request.messages.some(changesTools)) return request
  const tools = new Map((request.tools ?? []).map((tool, index) => [keyOf(tool, index), tool]))
  const withdrawn = new Map<string, WireTool>()
  const messages = request.messages.flatMap((message): WireMessage[] => {
    if (!changesTools(message)) return [message]
    const content = message.content.filter((block) => !change(block, tools, withdrawn))
    return content.length > 0 ? [{ ...message, content }] : []
  })
  return { ...request, messages, tools: [...tools.values()] }
}

type BlockMessage = WireMessage & {
  role: 'system'
  content: Extract<WireMessage['content'], readonly unknown[]>
}

const changesTools = (message: WireMessage): message is BlockMessage =>
  message.role === 'system' &&
  typeof message.content !== 'string' &&
  message.content.some(({ type }) => type === ADDITION || type === REMOVAL)

const ADDITION = 'tool_addition'
const REMOVAL = 'tool_removal'

/** Whether the block was a change to the tools, which is made by now. */
function change(
  block: BlockMessage['content'][number],
  tools: Map<string, WireTool>,
  withdrawn: Map<string, WireTool>,
): boolean {
  const { type } = block
  if (type !== ADDITION && type !== REMOVAL) return false
  const { type: kind, name, definition } = Object((block as WireBlock)['tool']) as Fields
  if (kind === 'tool_definition' && type === ADDITION) {
    const { success, data } = toolSchema.safeParse(definition)
    if (success) tools.set(keyOf(data, tools.size), data)
    return success
  }
  if (kind !== 'tool_reference' || typeof name !== 'string') return false
  const [from, to] = type === ADDITION ? [withdrawn, tools] : [tools, withdrawn]
  const known = from.get(name)
  if (known) to.set(name, known)
  from.delete(name)
  return true
}

/** Toolsets have no name, and there may be several of a type. */
const keyOf = ({ name, type }: WireTool, place: number): string => name ?? `${type} ${place}`
