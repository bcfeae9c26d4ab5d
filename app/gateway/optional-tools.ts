import type { Conversation, Tool, ToolChoice } from '../conversation/conversation.ts'
import { GatewayError } from '../errors.ts'
import type { ModelCard } from '../ports/models.ts'

/**
 * The conversation with only such optional tools as its model has; the others are named as ignored. Throws 400
 * where the caller's choice of tools cannot be kept without them. A model that speaks the caller's own dialect
 * is taken to have what the caller names.
 */
export function withAvailableTools(
  asked: Conversation,
  card: ModelCard,
  speaksIt = false,
): Conversation {
  const { tools, webSearch } = asked
  const optional = !speaksIt && webSearch?.optional === true
  const lacksSearch = optional && card.traits.webSearch === undefined
  const lacking = speaksIt ? [] : tools.filter((tool) => isLacking(tool, card))
  const unforced = webSearch?.forced && !lacksSearch
  if (lacking.length === 0 && !lacksSearch && !unforced) return asked

  const kept = tools.filter((tool) => !lacking.includes(tool))
  const left = [...lacking.map(nameOf), ...(lacksSearch ? [webSearch.param ?? 'web_search'] : [])]
  if (lacksSearch && webSearch.forced) throw notAvailable(left, card)
  requireChoice(asked.toolChoice, { kept, left, searches: webSearch && !lacksSearch, card })
  const { webSearch: _, ...searchless } = asked
  return {
    ...(lacksSearch ? searchless : asked),
    tools: kept,
    // Of a search nobody can be told that it has to be used.
    ignored: [...(asked.ignored ?? []), ...left, ...(unforced ? ['tool_choice'] : [])],
  }
}

/** To have any tool will not do here: nobody can do without what the upstream does not name. */
function isLacking(tool: Tool, { traits }: ModelCard): boolean {
  return (
    tool.type === 'system' && tool.optional === true && !traits.systemTools?.includes(tool.name)
  )
}

const nameOf = (tool: Tool) => (tool.type === 'system' && tool.param) || tool.name

interface Available {
  kept: Tool[]
  left: string[]
  searches: unknown
  card: ModelCard
}

function requireChoice(
  choice: ToolChoice | undefined,
  { kept, left, searches, card }: Available,
): void {
  const isLost =
    (choice?.type === 'tool' && !kept.some(({ name }) => name === choice.name)) ||
    (choice?.type === 'required' && kept.length === 0 && !searches)
  if (isLost) throw notAvailable(left, card)
}

const notAvailable = (left: string[], { id }: ModelCard) =>
  new GatewayError(
    'unsupported-parameter',
    `'tool_choice' asks for a tool that the model ${id} does not have: ${left.join(', ')}.`,
    { param: 'tool_choice' },
  )
