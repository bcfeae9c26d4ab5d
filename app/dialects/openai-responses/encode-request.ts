import type { Conversation, Settings, Tool, WebSearch } from '../../conversation/conversation.ts'
import type { ModelCard } from '../../ports/models.ts'
import type { EncodedRequest } from '../dialect.ts'
import type { Fields } from '../extras.ts'
import { effortOf } from '../openai-effort.ts'
import { wireNames } from '../openai-wire-names.ts'
import { encodeInput } from './encode-input.ts'
import { ownOf } from './extras.ts'

/** OpenAI takes no limit below it (client code: Mantle's and their own). */
const LEAST_OUTPUT = 16

/**
 * A conversation as a request to a server that speaks the Responses API. Nothing is kept there, so thoughts
 * come back sealed, to be brought along with the next request.
 */
export function encodeRequest(conversation: Conversation, card: ModelCard): EncodedRequest {
  const ignored: string[] = []
  const names = wireNames(conversation)
  const { system, user, metadata, guardrail, extraFields, stream } = conversation
  const instructions = system.map((part) => (part.type === 'text' ? part.text : '')).join('\n\n')
  if (guardrail) ignored.push('guardrail')
  ignored.push(...(conversation.dialectOnly ?? []))
  const body = {
    model: card.id,
    ...(instructions && { instructions }),
    input: encodeInput(conversation, { nameOf: names.of, ignored }),
    ...encodeTools(conversation, names.of),
    ...encodeSettings(conversation.settings, card, ignored),
    ...encodeText(conversation),
    ...encodeReasoning(conversation, ignored),
    ...(user && { user }),
    ...(metadata && { metadata }),
    ...extraFields,
    store: false,
    include: ['reasoning.encrypted_content'],
    ...(stream && { stream }),
  }
  return { body, ignored, ...(names.undo && { undo: { toolNames: names.undo } }) }
}

function encodeTools(
  { tools, toolChoice, webSearch }: Conversation,
  nameOf: (name: string) => string,
): Fields {
  const wires = tools.map((tool) => encodeTool(tool, nameOf))
  if (webSearch) wires.push(searchTool(webSearch))
  if (wires.length === 0) return {}
  const chosen = toolChoice?.type === 'tool' ? toolChoice.name : undefined
  const own = tools.find((tool) => tool.type === 'system' && tool.name === chosen)
  const named = own
    ? { type: wireType(own) }
    : chosen !== undefined && { type: 'function', name: nameOf(chosen) }
  return {
    tools: wires,
    ...(toolChoice && { tool_choice: named || toolChoice.type }),
  }
}

const searchTool = ({ contextSize, location }: WebSearch): Fields => ({
  type: 'web_search',
  ...(contextSize && { search_context_size: contextSize }),
  ...(location && { user_location: { type: 'approximate', ...location } }),
})

const wireType = (tool: Tool) => (tool.type === 'system' && tool.kind) || tool.name

function encodeTool(tool: Tool, nameOf: (name: string) => string): Fields {
  if (tool.type === 'system') return { type: wireType(tool), ...tool.settings }
  return {
    type: 'function',
    name: nameOf(tool.name),
    ...(tool.description !== undefined && { description: tool.description }),
    parameters: tool.schema ?? { type: 'object', properties: {} },
    // Absent means true here, and false everywhere else.
    strict: tool.strict ?? false,
  }
}

/** Settings that are called by one field and mean the same on both sides. */
const FIELDS: Partial<Record<keyof Settings, string>> = {
  maxTokens: 'max_output_tokens',
  temperature: 'temperature',
  topP: 'top_p',
  parallelToolCalls: 'parallel_tool_calls',
  serviceTier: 'service_tier',
}

function encodeSettings(settings: Settings, { traits }: ModelCard, ignored: string[]): Fields {
  const members: Fields = {}
  for (const [setting, value] of Object.entries(settings)) {
    const field = FIELDS[setting as keyof Settings]
    if (value === undefined || ELSEWHERE.has(setting)) continue
    if (field === undefined || traits.unsupported?.includes(setting)) ignored.push(setting)
    else members[field] = value
  }
  if (settings.maxTokens !== undefined && members['max_output_tokens'] !== undefined) {
    members['max_output_tokens'] = Math.max(settings.maxTokens, LEAST_OUTPUT)
  }
  const key = settings.promptCache?.key
  return key ? { ...members, prompt_cache_key: key } : members
}

const ELSEWHERE: ReadonlySet<string> = new Set(['verbosity', 'promptCache'])

function encodeText({ output, settings: { verbosity } }: Conversation): Fields {
  const format = output && output.type !== 'text' ? formatOf(output) : undefined
  if (!format && !verbosity) return {}
  return { text: { ...(format && { format }), ...(verbosity && { verbosity }) } }
}

function formatOf(output: NonNullable<Conversation['output']>): Fields {
  if (output.type !== 'json-schema') return { type: 'json_object' }
  const { name = 'answer', description, schema, strict } = output
  return {
    type: 'json_schema',
    name,
    ...(description !== undefined && { description }),
    schema,
    ...(strict !== undefined && { strict }),
  }
}

function encodeReasoning(conversation: Conversation, ignored: string[]): Fields {
  const { reasoning } = conversation
  const effort = reasoning && effortOf(reasoning)
  if (reasoning && !effort) ignored.push(reasoning.param ?? 'reasoning')
  // Summaries are not open to every account, so they are asked for only by who wants them.
  const summary =
    ownOf(conversation).request?.reasoning?.summary ??
    (reasoning?.display === 'summarized' ? 'auto' : undefined)
  if (!effort && !summary) return {}
  return { reasoning: { ...(effort && { effort }), ...(summary && { summary }) } }
}
