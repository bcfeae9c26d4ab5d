import type {
  FunctionTool,
  JsonSchema,
  SystemTool,
  Tool,
  WebSearch,
} from '../../conversation/conversation.ts'
import { freeTextSchema } from '../openai-free-text.ts'
import { CALLER_TOOLS, isCallerTool } from './caller-tools.ts'
import { type Callee, extrasOf } from './extras.ts'
import type { ToolNames } from './tool-names.ts'
import type {
  WireCustomTool,
  WireFunctionTool,
  WireNamespaceTool,
  WireOtherTool,
  WireTool,
} from './wire-tools.ts'

/** One tool of the request, and what it became. */
export interface OfferedTool {
  wire: WireTool
  /** The caller's name for it where it has one; that of a tool within a namespace too. */
  name?: string
  namespace?: string
  /** Absent for the search of the web, which is no tool to others. */
  tool?: Tool
}

export interface DecodedTools {
  offered: OfferedTool[]
  webSearch?: WebSearch
}

/**
 * What the model may call. A tool OpenAI runs itself is one the model's platform may have, and which is
 * left out and named where it does not: nobody is refused an answer for a tool that it may not need.
 */
export function decodeTools(wires: readonly WireTool[], names: ToolNames): DecodedTools {
  const decoded: DecodedTools = { offered: [] }
  const before = new Map<string, WireTool>()
  for (const wire of wires) if (!isRepeated(wire, before)) addTool(wire, decoded, names)
  return decoded
}

/** A tool that is offered twice, to the letter, is one tool. */
function isRepeated(wire: WireTool, before: Map<string, WireTool>): boolean {
  if (!isCallersOwn(wire)) return false
  const { name } = wire
  const same = before.get(name)
  if (same === undefined) before.set(name, wire)
  return same !== undefined && JSON.stringify(same) === JSON.stringify(wire)
}

const isCallersOwn = (wire: WireTool): wire is WireFunctionTool | WireCustomTool =>
  wire.type === 'function' || wire.type === 'custom'

function addTool(wire: WireTool, decoded: DecodedTools, names: ToolNames): void {
  const inside = wire.type === 'namespace' ? (wire as WireNamespaceTool).tools : [wire]
  for (const one of inside) {
    if (isCallersOwn(one)) decoded.offered.push(callersTool(one, wire, names))
    else addOther(one as WireOtherTool, decoded, names)
  }
}

function callersTool(
  wire: WireFunctionTool | WireCustomTool,
  around: WireTool,
  names: ToolNames,
): OfferedTool {
  const namespace = around.type === 'namespace' ? String(around['name']) : undefined
  const callee: Callee = { kind: wire.type, name: wire.name, ...(namespace && { namespace }) }
  const name = names.add(callee)
  const isPlain = wire.type === 'function' && name === wire.name
  const tool: FunctionTool = {
    type: 'function',
    name,
    ...(wire.description != null && { description: wire.description }),
    ...(wire.type === 'custom' ? { schema: inputSchema(wire) } : functionMembers(wire)),
    ...(isPlain ? {} : extrasOf({ callee })),
  }
  return { wire: around, name: wire.name, ...(namespace && { namespace }), tool }
}

const functionMembers = ({ parameters, strict }: WireFunctionTool) => ({
  ...(parameters && { schema: parameters }),
  ...(strict != null && { strict }),
})

function inputSchema({ format }: WireCustomTool): JsonSchema {
  const definition = format?.type === 'grammar' ? format.definition : undefined
  return freeTextSchema(definition ? { syntax: format?.syntax ?? 'lark', definition } : undefined)
}

/**
 * The platforms' own tool for what OpenAI calls otherwise. Whether a model has it is for its card to say,
 * not for us.
 */
const PLATFORM_TOOLS: Record<string, string> = { code_interpreter: 'nova_code_interpreter' }

const SEARCH = /^web_search(_preview)?(_\d{4}_\d{2}_\d{2})?$/

function addOther(wire: WireOtherTool, decoded: DecodedTools, names: ToolNames): void {
  const { type } = wire
  // Pages the caller does not want to be read must not be: with a filter only OpenAI's own search will do.
  if (SEARCH.test(type) && !wire.filters?.allowed_domains?.length) {
    decoded.webSearch = searchOf(wire)
    decoded.offered.push({ wire })
    return
  }
  const isRunByCaller = isCallerTool(type) && runsHere(wire)
  decoded.offered.push({
    wire,
    tool: isRunByCaller ? callerTool(type, wire, names) : platformTool(wire),
  })
}

/** A tool that somebody's platform runs; a model whose platform has nothing like it does without. */
function platformTool({ type, ...settings }: WireOtherTool): SystemTool {
  const name = Object.hasOwn(PLATFORM_TOOLS, type) ? PLATFORM_TOOLS[type]! : type
  return { type: 'system', kind: type, name, settings, optional: true, param: `tools.${type}` }
}

/**
 * A shell in a container is OpenAI's, not the caller's, and so is a search for tools that the caller does not
 * make. Of a computer the environment names its system.
 */
function runsHere({ type, environment, execution }: WireOtherTool): boolean {
  if (type === 'tool_search') return execution === 'client'
  const isLocal = typeof environment === 'object' && environment?.type === 'local'
  return type === 'computer_use_preview' || environment == null || isLocal
}

function callerTool(
  kind: keyof typeof CALLER_TOOLS,
  wire: WireOtherTool,
  names: ToolNames,
): FunctionTool {
  const { name } = CALLER_TOOLS[kind]
  const callee: Callee = { kind, name }
  return {
    type: 'function',
    name: names.add(callee),
    ...formOf(kind, wire),
    ...extrasOf({ callee }),
  }
}

/** How a search for tools is asked for is the caller's to say; of the others OpenAI does. */
function formOf(kind: keyof typeof CALLER_TOOLS, wire: WireOtherTool) {
  const { description, schema } = CALLER_TOOLS[kind]
  if (kind !== 'tool_search') return { description: description + screenOf(wire), schema }
  const { description: told, parameters } = wire
  return {
    description: typeof told === 'string' ? told : description,
    schema: typeof parameters === 'object' && parameters ? (parameters as JsonSchema) : schema,
  }
}

/** Where a model may point to. */
function screenOf({ display_width: width, display_height: height }: WireOtherTool): string {
  const isKnown = typeof width === 'number' && typeof height === 'number'
  return isKnown ? ` The screen is ${width} pixels wide and ${height} high.` : ''
}

function searchOf(wire: WireOtherTool): WebSearch {
  const { type, search_context_size: contextSize, user_location: place } = wire
  const location: Record<string, string> = {}
  for (const key of ['country', 'region', 'city', 'timezone'] as const) {
    const value = place?.[key]
    if (value) location[key] = value
  }
  return {
    ...(contextSize && { contextSize }),
    ...(place && { location }),
    optional: true,
    param: `tools.${type}`,
  }
}
