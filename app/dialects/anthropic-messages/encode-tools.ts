import { entryOf } from '../../codecs/table.ts'
import type {
  Conversation,
  FunctionTool,
  SystemTool,
  Tool,
  ToolChoice,
} from '../../conversation/conversation.ts'
import { isRepeated, type KnownTools } from '../repeated-tool.ts'
import type { Asking } from './asking.ts'
import { encodeCachePoint } from './encode-blocks.ts'
import { type Fields, ownOf } from './extras.ts'
import { closeObjects, inputSchema } from './input-schema.ts'
import type { OutputPlan } from './output-form.ts'

interface ToolsManner extends Asking {
  /** The model is made to think. */
  thinking: boolean
  output: OutputPlan
  /** Gathers the names of tools with wrapped arguments. */
  wrapped: Set<string>
}

/** Tools, the hidden one for the answer's form among them, and the choice among them. */
export function encodeTools(conversation: Conversation, manner: ToolsManner): Fields {
  const tools = offeredTools(conversation, manner)
  if (manner.output.tool) tools.push(manner.output.tool)
  if (tools.length === 0 && !manner.heard) return stubs(conversation, manner)
  const choice = encodeChoice(conversation, tools.length, manner)
  return {
    ...(tools.length > 0 && { tools }),
    ...(choice && { tool_choice: choice }),
  }
}

/** What was heard in this dialect has no two tools of one name any more. */
function offeredTools({ tools }: Conversation, manner: ToolsManner): Fields[] {
  const wires = tools.map((tool) => encodeTool(tool, manner))
  if (manner.heard) return wires
  const known: KnownTools = new Map()
  return wires.filter((wire) => {
    const { cache_control: _, ...tool } = wire
    return !isRepeated(tool, String(wire['name'] ?? wire['type']), known)
  })
}

const STUB_TEXT = 'Not available any more. Do not call it.'

/** Calls in the history of a request without tools want theirs named all the same (T20). */
function stubs({ turns }: Conversation, { names }: ToolsManner): Fields {
  const calls = turns.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'tool-call' && !part.server ? names.of(part.name) : [])),
  )
  if (calls.length === 0) return {}
  const schema = { type: 'object', properties: {} }
  const tools = [...new Set(calls)].map((name) => ({
    name,
    description: STUB_TEXT,
    input_schema: schema,
  }))
  return { tools }
}

function encodeTool(tool: Tool, manner: ToolsManner): Fields {
  return tool.type === 'function' ? functionTool(tool, manner) : definedTool(tool)
}

function functionTool(tool: FunctionTool, manner: ToolsManner): Fields {
  const { fields, cacheControl } = ownOf(tool)
  const name = manner.names.of(tool.name)
  const { schema, wrapped } = inputSchema(tool.schema)
  if (wrapped) manner.wrapped.add(name)
  const strict = manner.card.traits.strictTools === false ? undefined : tool.strict
  if (tool.strict && !strict) manner.ignore('tools.strict')
  return {
    name,
    ...described(tool, manner.heard),
    input_schema: strict && !manner.heard ? closeObjects(schema) : schema,
    ...(strict !== undefined && { strict }),
    ...(tool.cachePoint && { cache_control: encodeCachePoint(tool.cachePoint, cacheControl) }),
    ...fields,
  }
}

/** A blank description says nothing, and models refuse it (T34); Anthropic's own clients know what they send. */
function described({ description }: FunctionTool, heard: boolean): Fields {
  return description !== undefined && (heard || description.trim() !== '') ? { description } : {}
}

/** The current type of a tool of Anthropic's that is asked for by its name alone. */
const CURRENT_KINDS: Record<string, string> = {
  bash: 'bash_20250124',
  memory: 'memory_20250818',
  str_replace_based_edit_tool: 'text_editor_20250728',
}

function definedTool({ kind, name, settings }: SystemTool): Fields {
  const type = kind ?? entryOf(CURRENT_KINDS, name) ?? name
  return { type, ...(name !== type && { name }), ...settings }
}

type Choice = Fields & { type: 'auto' | 'any' | 'tool' | 'none' }

/** The choice as far as the model takes it; else it is relaxed to `auto` and named as ignored (T26). */
function encodeChoice(
  conversation: Conversation,
  offered: number,
  manner: ToolsManner,
): Choice | undefined {
  const asked = wantedChoice(conversation, manner)
  const choice = asked && allowedChoice(asked, manner)
  const single = conversation.settings.parallelToolCalls
  if (choice?.type === 'none' || single === undefined) return choice
  if (choice) return { ...choice, disable_parallel_tool_use: !single }
  return single || offered === 0 ? undefined : { type: 'auto', disable_parallel_tool_use: true }
}

function wantedChoice(
  { toolChoice, tools }: Conversation,
  { output, names }: ToolsManner,
): Choice | undefined {
  if (toolChoice?.type === 'tool') return { type: 'tool', name: names.of(toolChoice.name) }
  if (output.tool && toolChoice?.type !== 'required') {
    const alone = tools.length === 0 || toolChoice?.type === 'none'
    return alone ? { type: 'tool', name: output.tool['name'] } : { type: 'any' }
  }
  return toolChoice && { type: CHOICES[toolChoice.type] }
}

const CHOICES: Record<Exclude<ToolChoice['type'], 'tool'>, 'auto' | 'any' | 'none'> = {
  auto: 'auto',
  required: 'any',
  none: 'none',
}

function allowedChoice(choice: Choice, { card, thinking, output, ignore }: ToolsManner): Choice {
  if (choice.type === 'auto' || choice.type === 'none') return choice
  const takes = card.traits.toolChoices ?? ['required', 'tool']
  const forced = choice.type === 'any' ? 'required' : 'tool'
  const relaxed = thinking && card.traits.forcedToolWithReasoning === false
  if (!relaxed && takes.includes(forced)) return choice
  output.unforced = output.tool !== undefined
  if (!output.unforced) ignore('toolChoice')
  return { type: 'auto' }
}
