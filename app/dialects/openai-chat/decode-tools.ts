import type { FunctionTool, JsonSchema, Tool, ToolChoice } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import { freeTextSchema } from '../openai-free-text.ts'
import { purposeOf } from '../tool-purpose.ts'
import { cachePoint } from './decode-parts.ts'
import { extrasOf, type Fields, unknownFields } from './extras.ts'
import type { WireRequest } from './wire.ts'
import type {
  WireCustomTool,
  WireFunctionTool,
  WireLegacyFunction,
  WireOtherTool,
  WireTool,
  WireToolChoice,
} from './wire-tools.ts'

interface DecodedTools {
  tools: Tool[]
  toolChoice?: ToolChoice
  /** The caller speaks the older `functions`. */
  legacy: boolean
  /** Wire fields that say more than the waist can: the tools that are not allowed this time. */
  fields?: Fields
}

/** What the model may call. Throws when the choice names a tool that is not offered. */
export function decodeTools(request: WireRequest): DecodedTools {
  const wires = request.tools ?? []
  const functions = wires.length === 0 ? (request.functions ?? []) : []
  const legacy = functions.length > 0
  const tools = legacy ? functions.map(legacyTool) : wires.map(decodeTool)
  if (tools.length === 0 && request.function_call && typeof request.function_call === 'object') {
    throw needsOne('function_call', "function in 'functions'")
  }
  const choice = legacy ? legacyChoice(request) : request.tool_choice
  if (choice === null || choice === undefined) return { tools, legacy }
  if (typeof choice === 'object' && choice.type === 'allowed_tools') return allowed(tools, request)

  const toolChoice = decodeChoice(choice)
  const param = legacy ? 'function_call' : 'tool_choice'
  if (tools.length === 0) return withoutTools(toolChoice, param)
  if (toolChoice.type === 'tool') requireOffered(tools, toolChoice.name, param)
  return { tools, toolChoice, legacy }
}

// Many clients send `auto` or `none` whether they have tools or not; to force one there must be one.
function withoutTools(choice: ToolChoice, param: string): DecodedTools {
  if (choice.type === 'auto' || choice.type === 'none') return { tools: [], legacy: false }
  throw needsOne(param, "tool in 'tools'")
}

function needsOne(param: string, what: string): GatewayError {
  return new GatewayError('invalid-request', `'${param}' needs at least one ${what}.`, { param })
}

function requireOffered(tools: Tool[], name: string, param: string): void {
  if (tools.some((tool) => tool.name === name)) return
  throw new GatewayError('invalid-request', `'${param}' names '${name}', which is not offered.`, {
    param,
    reason: 'invalid_value',
  })
}

const TOOL_FIELDS: ReadonlySet<string> = new Set(['type', 'function', 'custom'])
const FUNCTION_FIELDS: ReadonlySet<string> = new Set([
  'name',
  'description',
  'parameters',
  'strict',
])

function decodeTool(wire: WireTool): Tool {
  if (wire.type === 'function') return functionTool(wire as WireFunctionTool)
  if (wire.type === 'custom') return customTool(wire as WireCustomTool)
  return systemTool(wire as WireOtherTool)
}

function functionTool(wire: WireFunctionTool): FunctionTool {
  const { name, description, parameters, strict } = wire.function
  const point = cachePoint(wire)
  return {
    type: 'function',
    name,
    ...(description != null && { description }),
    ...(parameters && { schema: parameters }),
    ...(strict != null && { strict }),
    ...(point && { cachePoint: point }),
    ...extrasOf({
      fields: unknownFields(wire, TOOL_FIELDS),
      inner: unknownFields(wire.function, FUNCTION_FIELDS),
    }),
  }
}

// A tool of free text becomes a function of one string, which every model with tools can call.
function customTool(wire: WireCustomTool): FunctionTool {
  const { name, description } = wire.custom
  const point = cachePoint(wire)
  return {
    type: 'function',
    name,
    ...(description != null && { description }),
    schema: inputSchema(wire),
    ...(point && { cachePoint: point }),
    ...extrasOf({ kind: 'custom', inner: wire.custom, fields: unknownFields(wire, TOOL_FIELDS) }),
  }
}

function inputSchema({ custom: { format } }: WireCustomTool): JsonSchema {
  return freeTextSchema(format?.type === 'grammar' ? format.grammar : undefined)
}

const SYSTEM_FIELDS: ReadonlySet<string> = new Set(['type', 'name'])

function systemTool(wire: WireOtherTool): Tool {
  const settings = unknownFields(wire, SYSTEM_FIELDS)
  const purpose = purposeOf(wire.type)
  return {
    type: 'system',
    kind: wire.type,
    name: wire.name ?? wire.type,
    ...(settings && { settings }),
    ...(purpose && { purpose }),
  }
}

const LEGACY_FIELDS: ReadonlySet<string> = new Set(['name', 'description', 'parameters'])

function legacyTool(wire: WireLegacyFunction): FunctionTool {
  return {
    type: 'function',
    name: wire.name,
    ...(wire.description != null && { description: wire.description }),
    ...(wire.parameters && { schema: wire.parameters }),
    ...extrasOf({ kind: 'legacy', inner: unknownFields(wire, LEGACY_FIELDS) }),
  }
}

function legacyChoice({ function_call: call }: WireRequest): WireToolChoice | null | undefined {
  return call && typeof call === 'object' ? { type: 'function', function: call } : call
}

type NamedChoice = Exclude<WireToolChoice, { type: 'allowed_tools' }>

function decodeChoice(choice: NamedChoice): ToolChoice {
  if (typeof choice === 'string') return { type: choice }
  const { name } = choice.type === 'custom' ? choice.custom : choice.function
  return { type: 'tool', name }
}

/** Only the allowed tools are offered; the whole list goes back verbatim to who speaks this dialect. */
function allowed(tools: Tool[], request: WireRequest): DecodedTools {
  const choice = request.tool_choice as Extract<WireToolChoice, { type: 'allowed_tools' }>
  const { mode, tools: entries } = choice.allowed_tools
  const names = entries.map((entry) => (entry.function ?? entry.custom)?.name ?? entry.type)
  for (const name of names) requireOffered(tools, name, 'tool_choice')
  const offered = tools.filter((tool) => names.includes(tool.name))
  if (offered.length === 0) withoutTools({ type: mode }, 'tool_choice')
  const [only] = offered
  const forced = mode === 'required' && offered.length === 1 && only !== undefined
  return {
    tools: offered,
    toolChoice: forced ? { type: 'tool', name: only.name } : { type: mode },
    legacy: false,
    fields: { tools: request.tools, tool_choice: choice },
  }
}
