import type {
  Conversation,
  Part,
  SystemTool,
  Tool,
  ToolChoice,
  ToolResultPart,
  Turn,
} from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import type { ModelTraits } from '../../ports/models.ts'
import type { ResultTextExtras } from './encode-tool-result.ts'
import type { Asking } from './encoding.ts'
import { DIALECT } from './wire.ts'

/** Where a card names the platform's own tool for a purpose. */
const TRAITS: Record<NonNullable<SystemTool['purpose']>, 'webSearch' | 'codeExecution'> = {
  'web-search': 'webSearch',
  'code-execution': 'codeExecution',
}

/** Settings that narrow what a tool may see or tell. Whoever set them must not be served without them. */
const RESTRICTIONS: ReadonlySet<string> = new Set([
  'allowed_domains',
  'blocked_domains',
  'user_location',
])

/** The platform's tools by the names under which the caller knows their like. */
type StandIns = ReadonlyMap<string, string>

/**
 * The conversation with the platform's own tools in the place of those that another platform would run, in
 * its history as well. A tool that the model has no like of stays, to be refused by its name. Throws for
 * restrictions the platform's tool does not know; its other settings are named as ignored.
 */
export function standIn(conversation: Conversation, asking: Asking): Conversation {
  const { traits } = asking.card
  const names = new Map<string, string>()
  const tools = conversation.tools.map((tool) => {
    const name = ownTool(tool, traits)
    if (name === undefined) return tool
    requireUnrestricted(tool as SystemTool, asking)
    names.set(tool.name, name)
    return { type: 'system' as const, name }
  })
  if (names.size === 0) return conversation
  const choice = conversation.toolChoice
  return {
    ...conversation,
    tools,
    ...(choice && { toolChoice: renamedChoice(choice, names) }),
    turns: renamedRuns(conversation.turns, names),
  }
}

function ownTool(tool: Tool, traits: ModelTraits): string | undefined {
  if (tool.type !== 'system' || tool.purpose === undefined) return undefined
  return traits[TRAITS[tool.purpose]]
}

function requireUnrestricted(
  { name, param = 'tools', settings = {} }: SystemTool,
  { card, ignore }: Asking,
): void {
  for (const [setting, value] of Object.entries(settings)) {
    if (value == null) continue
    if (!RESTRICTIONS.has(setting)) {
      ignore(`${param}.${setting}`)
      continue
    }
    throw new GatewayError(
      'unsupported-parameter',
      `The tool "${name}" of the model ${card.id} cannot be restricted by '${setting}'.`,
      { param: `${param}.${setting}` },
    )
  }
}

function renamedChoice(choice: ToolChoice, names: StandIns): ToolChoice {
  const name = choice.type === 'tool' && names.get(choice.name)
  return name ? { type: 'tool', name } : choice
}

/** What the tools did before, as the platform told it: recorded clients send its blocks back as they came. */
function renamedRuns(turns: Turn[], names: StandIns): Turn[] {
  const ran = new Map<string, string>()
  return turns.map((turn) => {
    const parts = turn.parts.map((part) => renamedRun(part, names, ran))
    return parts.some((part, index) => part !== turn.parts[index]) ? { ...turn, parts } : turn
  })
}

function renamedRun(part: Part, names: StandIns, ran: Map<string, string>): Part {
  if (part.type === 'tool-call' && part.server !== undefined) {
    const name = names.get(part.name)
    if (name === undefined) return part
    ran.set(part.id, name)
    return { ...part, name }
  }
  if (part.type !== 'tool-result' || part.server === undefined) return part
  const name = ran.get(part.callId)
  return name === undefined ? part : resultOf(part, name)
}

function resultOf(part: ToolResultPart, name: string): ToolResultPart {
  return { ...part, server: `${name}_result`, content: part.content.map(asJson) }
}

/** The platform's own results are JSON, however long the numbers that were printed. */
function asJson(part: Part): Part {
  if (part.type !== 'text' || !part.text.startsWith('{')) return part
  const extras: ResultTextExtras = { form: 'json' }
  return { ...part, extras: { [DIALECT]: { ...extras } } }
}
