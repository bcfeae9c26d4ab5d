import type { FunctionTool, SystemTool } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import type { ModelTraits } from '../../ports/models.ts'
import { isRepeated, type KnownTools } from '../repeated-tool.ts'
import { encodeCachePoint } from './encode-blocks.ts'
import { strictSchema } from './strict-schema.ts'
import { betaOf, encodeMakersTool, kindOf } from './system-tools.ts'
import { encodeChoice, forcesCallersTool } from './tool-choice.ts'
import { normaliseToolSchema } from './tool-schema.ts'
import type { ToolsOfRequest } from './tools-of-request.ts'
import type { ToolConfig, ToolSpec, WireTool } from './wire.ts'

/** Stands for tools that a history knows and this request does not offer. */
const STUB_TEXT = 'Not available any more. Do not call it.'
/** The stub of a history whose tools are all their maker's. */
const STUB_NAME = 'unavailable_tool'

export interface EncodedTools {
  toolConfig?: ToolConfig
  /** Wire names of tools with wrapped arguments. */
  wrapped: Set<string>
  /** The name of the hidden output tool, where it is offered but not forced. */
  unforced?: string
  /** The model has to call a tool. */
  forced?: true
}

/** The tools of a request. Throws `GatewayError` for tools the model cannot have. */
export function encodeTools(request: ToolsOfRequest): EncodedTools {
  const { conversation, output, card } = request
  const none = conversation.toolChoice?.type === 'none'
  const offered = none ? [] : conversation.tools
  if (card.traits.tools === false && offered.length > 0) {
    throw unsupported(`The model ${card.id} does not use tools.`, 'tools')
  }
  const wrapped = new Set<string>()
  const makers = offered.filter((tool) => tool.type === 'system').filter(kindOf)
  const tools: WireTool[] = []
  const known: KnownTools = new Map()
  for (const tool of offered) addOnce(tools, encodeTool(tool, request, wrapped), known)
  const defined = makers.map(encodeMakersTool)
  addMakersTools(
    defined.filter((tool) => !isRepeated(tool, String(tool['name']), known)),
    request,
  )
  if (output.tool && !forcesCallersTool({ tools, makers }, request)) {
    tools.push({ toolSpec: output.tool.spec })
    if (output.tool.wrapped) wrapped.add(output.tool.spec.name)
  }
  if (tools.length === 0) tools.push(...stubs(makers, request))
  const { toolChoice, only, unforced, forced } = encodeChoice({ tools, makers }, request)
  const encoded: EncodedTools = unforced === undefined ? { wrapped } : { wrapped, unforced }
  if (forced) encoded.forced = forced
  if (tools.length === 0) return encoded
  const said = only === undefined ? tools : tools.filter(({ toolSpec }) => toolSpec?.name === only)
  encoded.toolConfig = toolChoice ? { tools: said, toolChoice } : { tools: said }
  return encoded
}

/** Adds a tool with the cache point behind it; of one that is offered twice, only a point that is still missing. */
function addOnce(tools: WireTool[], [tool, ...point]: WireTool[], known: KnownTools): void {
  if (tool === undefined) return
  const name = tool.toolSpec?.name ?? tool.systemTool?.name ?? ''
  if (!isRepeated(tool, name, known)) tools.push(tool)
  if (!tools.at(-1)?.cachePoint) tools.push(...point)
}

function encodeTool(
  tool: FunctionTool | SystemTool,
  request: ToolsOfRequest,
  wrapped: Set<string>,
): WireTool[] {
  if (tool.type === 'function') return encodeFunction(tool, request, wrapped)
  const { systemTools } = request.card.traits
  if (systemTools && !systemTools.includes(tool.name)) {
    throw unsupported(`The model ${request.card.id} has no tool "${tool.name}".`, 'tools')
  }
  return kindOf(tool) ? [] : [{ systemTool: { name: tool.name } }]
}

function encodeFunction(
  tool: FunctionTool,
  { names, card, ignore }: ToolsOfRequest,
  wrapped: Set<string>,
): WireTool[] {
  const name = names.encode(tool.name)
  const schema = normaliseToolSchema(tool.schema)
  if (schema.wrapped) wrapped.add(name)
  const asked = tool.strict === true && card.traits.strictTools !== false
  const strict = asked ? strictSchema(schema.json) : undefined
  if (tool.strict && !strict) ignore('tools.strict')
  const json = strict ?? schema.json
  const { description } = tool
  const toolSpec: ToolSpec = description?.trim()
    ? { name, description, inputSchema: { json } }
    : { name, inputSchema: { json } }
  if (strict) toolSpec.strict = true
  if (!tool.cachePoint) return [{ toolSpec }]
  const { cachePoints } = card.traits
  if (cachePoints !== false && cachePoints?.tools !== false) {
    return [{ toolSpec }, { cachePoint: encodeCachePoint(tool.cachePoint) }]
  }
  ignore('cacheControl')
  return [{ toolSpec }]
}

/** Makers' tools are no business of the wire: they go to the model in its own words, with their betas. */
function addMakersTools(makers: Record<string, unknown>[], { fields, card }: ToolsOfRequest): void {
  if (makers.length === 0) return
  const already = Array.isArray(fields['tools']) ? fields['tools'] : []
  fields['tools'] = [...already, ...makers]
  const known = Array.isArray(fields['anthropic_beta']) ? fields['anthropic_beta'] : []
  const needed = makers.flatMap(({ type }) => neededBeta(String(type), card.traits.betas))
  const betas = [...new Set([...known, ...needed])]
  if (betas.length > 0) fields['anthropic_beta'] = betas
}

/** Of newer models only the computer is a beta still, and they refuse the flags of all else. */
function neededBeta(kind: string, betas: ModelTraits['betas']): string[] {
  const beta = betaOf(kind)
  if (beta === undefined) return []
  const isTaken = !betas || betas.includes(beta) || kind.startsWith('computer_')
  return isTaken ? [beta] : []
}

/** AWS refuses calls in the history of a request that offers no tools (T20). */
function stubs(makers: SystemTool[], { turns, names }: ToolsOfRequest): WireTool[] {
  const used = new Set<string>()
  for (const { parts } of turns) {
    for (const part of parts) if (part.type === 'tool-call') used.add(names.encode(part.name))
  }
  if (used.size === 0) return []
  for (const { name } of makers) used.delete(name)
  if (used.size === 0) used.add(names.fresh(STUB_NAME))
  const json = { type: 'object', properties: {} }
  return [...used].map((name) => ({
    toolSpec: { name, description: STUB_TEXT, inputSchema: { json } },
  }))
}

function unsupported(message: string, param: string): GatewayError {
  return new GatewayError('unsupported-parameter', message, { param })
}
