import type { Tool, ToolChoice } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import type { DecodedTools, OfferedTool } from './decode-tools.ts'
import type { WireNamedTool, WireToolChoice } from './wire-tools.ts'

interface ChosenTools {
  tools: Tool[]
  toolChoice?: ToolChoice
  /** The choice is the search of the web, or the only thing left to choose. */
  forcesSearch?: boolean
  /** The search is not among the tools that are allowed. */
  forbidsSearch?: boolean
}

/** The tools with the choice among them. Throws where a tool is forced that was not offered. */
export function decodeToolChoice(
  choice: WireToolChoice | null | undefined,
  decoded: DecodedTools,
): ChosenTools {
  const tools = toolsOf(decoded.offered)
  if (choice === null || choice === undefined) return { tools }
  if (typeof choice === 'string') {
    if (choice === 'required') requireSome(tools, decoded)
    const chosen: ChosenTools = { tools, toolChoice: { type: choice } }
    // Many clients send `auto` whether they have tools or not.
    if (tools.length === 0) delete chosen.toolChoice
    return chosen
  }
  if (choice.type === 'allowed_tools') {
    return allowed(choice as { mode: 'auto' | 'required'; tools: WireNamedTool[] }, decoded)
  }
  return forced(choice as WireNamedTool, decoded)
}

const toolsOf = (offered: readonly OfferedTool[]): Tool[] =>
  offered.flatMap(({ tool }) => tool ?? [])

function forced(choice: WireNamedTool, decoded: DecodedTools): ChosenTools {
  const found = decoded.offered.filter((offered) => isMeant(choice, offered))
  if (found.length === 0) throw notOffered(choice)
  const tools = toolsOf(decoded.offered)
  const tool = found[0]?.tool
  return tool
    ? { tools, toolChoice: { type: 'tool', name: tool.name } }
    : { tools, forcesSearch: true }
}

/** Only the allowed tools are offered. */
function allowed(
  { mode, tools: entries }: { mode: 'auto' | 'required'; tools: WireNamedTool[] },
  decoded: DecodedTools,
): ChosenTools {
  for (const entry of entries) {
    if (!decoded.offered.some((offered) => isMeant(entry, offered))) throw notOffered(entry)
  }
  const meant = decoded.offered.filter((offered) =>
    entries.some((entry) => isMeant(entry, offered)),
  )
  const tools = toolsOf(meant)
  const searches = meant.some(isSearch)
  const rest = { ...decoded, offered: meant, webSearch: searches ? decoded.webSearch : undefined }
  if (mode === 'required') requireSome(tools, rest)
  const [only] = tools
  const isOne = mode === 'required' && tools.length === 1 && !rest.webSearch && only !== undefined
  return {
    tools,
    ...(tools.length > 0 && {
      toolChoice: isOne ? { type: 'tool', name: only.name } : { type: mode },
    }),
    ...(!searches && { forbidsSearch: true }),
  }
}

/** Names mean tools, types those without a name. */
function isMeant(choice: WireNamedTool, { wire, name, namespace }: OfferedTool): boolean {
  if (choice.type === 'namespace') return namespace !== undefined && namespace === choice.name
  if (choice.name != null && name !== undefined) {
    return name === choice.name && (choice.namespace == null || choice.namespace === namespace)
  }
  if (name !== undefined) return false
  const isSameKind = (type: string) => wire.type === type || wire.type.startsWith(`${type}_`)
  return isSameKind(choice.type) || choice.type.startsWith(`${wire.type}_`)
}

const isSearch = (offered: OfferedTool | undefined): boolean =>
  offered?.wire.type.startsWith('web_search') === true

function requireSome(tools: readonly Tool[], { webSearch }: DecodedTools): void {
  if (tools.length > 0 || webSearch) return
  throw new GatewayError('invalid-request', `'tool_choice' needs at least one tool in 'tools'.`, {
    param: 'tool_choice',
  })
}

function notOffered({ name, type }: WireNamedTool): GatewayError {
  const kind = name == null ? `Tool choice '${type}'` : `Tool choice '${type}' named '${name}'`
  return new GatewayError('invalid-request', `${kind} not found in 'tools' parameter.`, {
    param: 'tool_choice',
    reason: 'invalid_value',
  })
}
