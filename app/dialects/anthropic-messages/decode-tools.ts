import type { SystemTool, Tool, ToolChoice } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import { purposeOf } from '../tool-purpose.ts'
import { cachePoint, ownCacheControl } from './decode-blocks.ts'
import { extrasOf, unknownFields } from './extras.ts'
import type { WireRequest } from './wire.ts'
import type { WireCustomTool, WireDefinedTool, WireTool, WireToolChoice } from './wire-tools.ts'

/** What the model may call. A tool of a versioned type is its maker's, all others are the caller's. */
export function decodeTools(tools: readonly WireTool[] | null | undefined): Tool[] {
  return (tools ?? []).map((wire, index) =>
    isCustom(wire) ? customTool(wire) : definedTool(wire, index),
  )
}

function isCustom(wire: WireTool): wire is WireCustomTool {
  return wire.type == null || wire.type === 'custom'
}

const CUSTOM_FIELDS: ReadonlySet<string> = new Set([
  'name',
  'description',
  'input_schema',
  'strict',
  'cache_control',
])

function customTool(wire: WireCustomTool): Tool {
  const { name, description, input_schema: schema, strict, cache_control: control } = wire
  const point = cachePoint(control)
  return {
    type: 'function',
    name,
    ...(description != null && { description }),
    schema,
    ...(strict != null && { strict }),
    ...(point && { cachePoint: point }),
    ...extrasOf({
      fields: unknownFields(wire, CUSTOM_FIELDS),
      cacheControl: ownCacheControl(control),
    }),
  }
}

const DEFINED_FIELDS: ReadonlySet<string> = new Set(['type', 'name'])

/** An answer can do without: every tool is told to the model at once, and no server is called. */
const OPTIONAL = /^(?:tool_search_tool_|mcp_toolset$)/

/** Toolsets have no name but their type. */
function definedTool(wire: WireDefinedTool, index: number): SystemTool {
  const settings = unknownFields(wire, DEFINED_FIELDS)
  const purpose = purposeOf(wire.type)
  const optional = OPTIONAL.test(wire.type)
  return {
    type: 'system',
    kind: wire.type,
    name: wire.name ?? wire.type,
    ...(settings && { settings }),
    ...(purpose && { purpose, param: `tools.${index}.${wire.type}` }),
    ...(optional && { optional, param: `tools.${wire.type}` }),
  }
}

const CHOICES: Record<Exclude<WireToolChoice['type'], 'tool'>, ToolChoice> = {
  auto: { type: 'auto' },
  any: { type: 'required' },
  none: { type: 'none' },
}

interface DecodedChoice {
  toolChoice?: ToolChoice
  parallelToolCalls?: boolean
  /** It has no effect. */
  idle?: boolean
}

type Choosing = Pick<WireRequest, 'tools' | 'tool_choice' | 'mcp_servers'>

/** The choice among the tools. Throws where one of none is forced, as Anthropic refuses it. */
export function decodeToolChoice({
  tools,
  tool_choice: wire,
  mcp_servers: servers,
}: Choosing): DecodedChoice {
  if (!wire) return {}
  if (!tools?.length && !servers) return withoutTools(wire)
  const toolChoice: ToolChoice =
    wire.type === 'tool' ? { type: 'tool', name: wire.name } : CHOICES[wire.type]
  const single = wire['disable_parallel_tool_use']
  return {
    toolChoice,
    ...(typeof single === 'boolean' && { parallelToolCalls: !single }),
  }
}

// Clients say `auto` or `none` whether they have tools or not; to force one there must be one.
function withoutTools({ type }: WireToolChoice): DecodedChoice {
  if (type === 'auto' || type === 'none') return { idle: true }
  const message = 'tool_choice may only force a tool while `tools` has one.'
  throw new GatewayError('invalid-request', message, { param: 'tool_choice' })
}
