import type { Conversation, FunctionTool, Tool } from '../../conversation/conversation.ts'
import type { WireNames } from '../openai-wire-names.ts'
import { type Fields, ownOf } from './extras.ts'

/** Tools and the choice among them, in the older form where the caller spoke that. */
export function encodeTools(conversation: Conversation, names: WireNames): Fields {
  const { tools } = conversation
  if (tools.length === 0) return {}
  if (ownOf(conversation).legacyFunctions) return encodeLegacy(conversation, names)
  const choice = encodeChoice(conversation, names)
  return {
    tools: tools.map((tool) => encodeTool(tool, names)),
    ...(choice !== undefined && { tool_choice: choice }),
  }
}

function encodeTool(tool: Tool, names: WireNames): Fields {
  if (tool.type === 'system') {
    const type = tool.kind ?? tool.name
    return { type, ...(tool.name !== type && { name: tool.name }), ...tool.settings }
  }
  const { kind, inner, fields } = ownOf(tool)
  return kind === 'custom'
    ? { type: kind, custom: { ...inner, name: names.of(tool.name) }, ...fields }
    : { type: 'function', function: encodeFunction(tool, names), ...fields }
}

function encodeFunction(tool: FunctionTool, names: WireNames): Fields {
  return {
    name: names.of(tool.name),
    ...(tool.description !== undefined && { description: tool.description }),
    ...(tool.schema && { parameters: tool.schema }),
    ...(tool.strict !== undefined && { strict: tool.strict }),
    ...ownOf(tool).inner,
  }
}

function encodeLegacy({ tools, toolChoice }: Conversation, names: WireNames): Fields {
  const functions = tools.filter((tool) => tool.type === 'function')
  const named = toolChoice?.type === 'tool' ? { name: names.of(toolChoice.name) } : undefined
  return {
    functions: functions.map((tool) => encodeFunction(tool, names)),
    ...(toolChoice && { function_call: named ?? toolChoice.type }),
  }
}

function encodeChoice({ tools, toolChoice }: Conversation, names: WireNames): unknown {
  if (toolChoice?.type !== 'tool') return toolChoice?.type
  const tool = tools.find(({ name }) => name === toolChoice.name)
  const kind = tool?.type === 'function' && ownOf(tool).kind === 'custom' ? 'custom' : 'function'
  return { type: kind, [kind]: { name: names.of(toolChoice.name) } }
}
