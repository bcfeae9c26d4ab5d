import type { Fields } from '../extras.ts'
import type { Callee } from './extras.ts'
import type { WireInputItem } from './wire-items.ts'
import type { WireNamespaceTool, WireTool } from './wire-tools.ts'

/**
 * The tools of a request and those that came later as items: sent along, or found by a search of the caller's.
 * Searches find the same tool again and again, and it is offered once.
 */
export function withLaterTools(
  own: readonly WireTool[],
  items: readonly WireInputItem[],
): readonly WireTool[] {
  const later = items.flatMap(toolsOf)
  if (later.length === 0) return own
  const offered = new Set<string>()
  for (const tool of own) notYet(tool, offered)
  return [...own, ...later.flatMap((tool) => notYet(tool, offered))]
}

function toolsOf(item: WireInputItem): WireTool[] {
  const brings =
    item.type === 'additional_tools' || (item.type === 'tool_search_output' && isOfCaller(item))
  return brings ? (item['tools'] as WireTool[]) : []
}

/** Whether a search for tools is one the caller makes: OpenAI's own has no call that waits for an answer. */
export const isOfCaller = (item: Fields): item is Fields & { call_id: string } =>
  item['execution'] !== 'server' && typeof item['call_id'] === 'string'

/**
 * The tool, or what of its namespace is new. The schema does not check the tools of an item: what makes no sense
 * is left out.
 */
function notYet(tool: WireTool, offered: Set<string>): WireTool[] {
  switch (tool.type) {
    case 'function':
    case 'custom':
      return isNew(tool, '', offered) ? [tool] : []
    case 'namespace': {
      const { name, tools } = tool as WireNamespaceTool
      if (typeof name !== 'string' || !Array.isArray(tools)) return []
      const fresh = tools.filter((inner) => isNew(inner, name, offered))
      return fresh.length > 0 ? [{ ...tool, tools: fresh }] : []
    }
    default:
      return typeof tool.type === 'string' ? [tool] : []
  }
}

/** Whether it has not been offered yet, which it then has been. */
function isNew(tool: unknown, namespace: string, offered: Set<string>): boolean {
  const { type, name } = Object(tool) as Fields
  if ((type !== 'function' && type !== 'custom') || typeof name !== 'string') return false
  const key = `${namespace}\n${name}`
  if (offered.has(key)) return false
  offered.add(key)
  return true
}

/** Tools of an item by what the caller knows them by. */
export function calleesOf(tools: readonly Fields[]): Callee[] {
  const offered = new Set<string>()
  return tools.flatMap((tool) =>
    notYet(tool as WireTool, offered).flatMap((one) => {
      if (one.type !== 'namespace') return [calleeOf(one)]
      const { name: namespace, tools: inner } = one as WireNamespaceTool
      return inner.map((tool) => ({ ...calleeOf(tool), namespace }))
    }),
  )
}

const calleeOf = ({ type, name }: Fields): Callee => ({
  kind: type === 'custom' ? 'custom' : 'function',
  name: String(name),
})
