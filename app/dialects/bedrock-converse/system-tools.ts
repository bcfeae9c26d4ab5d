import { entryOf } from '../../codecs/table.ts'
import type {
  Conversation,
  FunctionTool,
  SystemTool,
  Tool,
} from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import type { ModelTraits } from '../../ports/models.ts'
import type { Asking } from './encoding.ts'

/**
 * Beta flags for tools that a model's maker defined and the caller runs, by the tool's versioned type.
 * Types that need none are absent. Facts: Bedrock's list of Claude betas.
 */
const BETAS: Record<string, string> = {
  computer_20241022: 'computer-use-2024-10-22',
  bash_20241022: 'computer-use-2024-10-22',
  text_editor_20241022: 'computer-use-2024-10-22',
  computer_20250124: 'computer-use-2025-01-24',
  bash_20250124: 'computer-use-2025-01-24',
  text_editor_20250124: 'computer-use-2025-01-24',
  computer_20251124: 'computer-use-2025-11-24',
  memory_20250818: 'context-management-2025-06-27',
}

/** The current type of a maker's tool that is asked for by its name alone. */
const CURRENT_KINDS: Record<string, string> = {
  bash: 'bash_20250124',
  computer: 'computer_20250124',
  memory: 'memory_20250818',
  str_replace_editor: 'text_editor_20250124',
  str_replace_based_edit_tool: 'text_editor_20250728',
}

/** Makers version the types of their tools by date; callers may write anything there. */
const VERSIONED = /_\d{8}$/

/** The versioned type of a maker's tool; undefined for the platform's own (`nova_grounding`). */
export function kindOf({ kind, name }: SystemTool): string | undefined {
  if (kind !== undefined && VERSIONED.test(kind)) return kind
  return Object.hasOwn(CURRENT_KINDS, name) ? CURRENT_KINDS[name] : undefined
}

/**
 * The tools, with those functions taken for the platform's that bear one of its `names` and describe
 * nothing of their own: that is how chat completions asks for such a tool. Parameters that are no schema
 * are its settings.
 */
export function recogniseSystemTools(
  tools: Tool[],
  { systemTools: names, toolKinds }: ModelTraits,
): Tool[] {
  if (!names?.length) return tools
  return tools.map((tool) => {
    const found = tool.type === 'function' && names.includes(tool.name) ? platformsOwn(tool) : tool
    if (found.type !== 'system' || VERSIONED.test(found.kind ?? '')) return found
    const kind = entryOf(toolKinds ?? {}, found.name)
    return kind === undefined ? found : { ...found, kind }
  })
}

function platformsOwn(tool: FunctionTool): Tool {
  if (tool.description) return tool
  const { type, properties, ...settings } = tool.schema ?? {}
  if (type === undefined && properties === undefined && Object.keys(settings).length > 0) {
    return { type: 'system', name: tool.name, settings }
  }
  const describes = Object.keys(Object(properties)).length > 0
  return describes ? tool : { type: 'system', name: tool.name }
}

/**
 * The tools, with the one by which the model searches the web where the caller wants that. Throws for a
 * model that cannot.
 */
export function withWebSearch(
  tools: Tool[],
  { webSearch }: Conversation,
  { card, ignore }: Asking,
): Tool[] {
  if (!webSearch) return tools
  const name = card.traits.webSearch
  const param = webSearch.param ?? 'web_search_options'
  if (name === undefined) {
    throw new GatewayError(
      'unsupported-parameter',
      `The model ${card.id} does not search the web.`,
      { param },
    )
  }
  if (webSearch.contextSize) ignore(`${param}.search_context_size`)
  if (webSearch.location) ignore(`${param}.user_location`)
  return tools.some((tool) => tool.name === name) ? tools : [...tools, { type: 'system', name }]
}

export const betaOf = (kind: string): string | undefined => entryOf(BETAS, kind)

/** Members without which a maker's tool is refused, by the beginning of its type. */
const NEEDED: Record<string, readonly string[]> = {
  computer_: ['display_width_px', 'display_height_px'],
}

/**
 * The tool as its maker writes it. Throws for one without the members it needs: a display of a size that was
 * made up would be clicked in the wrong places.
 */
export function encodeMakersTool(tool: SystemTool): Record<string, unknown> {
  const type = kindOf(tool) ?? ''
  for (const beginning in NEEDED) if (type.startsWith(beginning)) requireMembers(tool, beginning)
  return { type, name: tool.name, ...tool.settings }
}

function requireMembers({ name, settings = {} }: SystemTool, beginning: string): void {
  const missing = entryOf(NEEDED, beginning)?.find((member) => settings[member] == null)
  if (missing === undefined) return
  throw new GatewayError(
    'invalid-request',
    `The tool '${name}' needs '${missing}': beside its 'type', or as 'parameters' of a function of that name.`,
    { param: `tools.${missing}`, reason: 'missing_required_parameter' },
  )
}

/** Back from the maker's words; undefined for what is no such tool. */
export function decodeMakersTool(value: unknown): SystemTool | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { type, name, ...settings } = value as Record<string, unknown>
  if (typeof type !== 'string' || typeof name !== 'string') return undefined
  const tool: SystemTool = { type: 'system', kind: type, name }
  return Object.keys(settings).length > 0 ? { ...tool, settings } : tool
}
