import type { Conversation, Tool, Turn } from '../../conversation/conversation.ts'
import { extrasOf, ownOf } from './extras.ts'
import { customInput } from './reply-parts.ts'

/**
 * Tools of free text whose caller knows their calls as functions that have the text for arguments: so they are
 * called, and so the history tells of them. Cursor fails over any other form (icebear0828/codex-proxy#708).
 */
export function withTextFunctions(
  conversation: Conversation,
  names: ReadonlySet<string>,
): Conversation {
  if (names.size === 0) return conversation
  const customs = new Set(conversation.tools.filter(isCustom).map(({ name }) => name))
  const tools = conversation.tools.map((tool) =>
    tool.type === 'function' && names.has(tool.name)
      ? { ...tool, ...withOwn(tool, { ...ownOf(tool), textFunction: true }) }
      : tool,
  )
  const turns = conversation.turns.map(
    (turn): Turn => ({
      ...turn,
      parts: turn.parts.map((part) => {
        if (part.type !== 'tool-call' || !names.has(part.name)) return part
        const told = { ...part, arguments: JSON.stringify({ input: customInput(part.arguments) }) }
        return customs.has(part.name) ? { ...told, ...withOwn(part, { kind: 'custom' }) } : told
      }),
    }),
  )
  return { ...conversation, tools, turns }
}

const isCustom = (tool: Tool) => tool.type === 'function' && ownOf(tool).kind === 'custom'

const withOwn = (
  { extras }: Pick<Conversation, 'extras'>,
  own: Parameters<typeof extrasOf>[0],
): Pick<Conversation, 'extras'> => ({ extras: { ...extras, ...extrasOf(own).extras } })
