import type { SystemTool } from '../../conversation/conversation.ts'

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

/** The versioned type of a maker's tool; undefined for the platform's own (`nova_grounding`). */
export const kindOf = (tool: SystemTool): string | undefined =>
  tool.kind ?? CURRENT_KINDS[tool.name]

export const betaOf = (kind: string): string | undefined => BETAS[kind]

/** The tool as its maker writes it. */
export function encodeMakersTool(tool: SystemTool): Record<string, unknown> {
  return { type: kindOf(tool), name: tool.name, ...tool.settings }
}

/** Back from the maker's words; undefined for what is no such tool. */
export function decodeMakersTool(value: unknown): SystemTool | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { type, name, ...settings } = value as Record<string, unknown>
  if (typeof type !== 'string' || typeof name !== 'string') return undefined
  const tool: SystemTool = { type: 'system', kind: type, name }
  return Object.keys(settings).length > 0 ? { ...tool, settings } : tool
}
