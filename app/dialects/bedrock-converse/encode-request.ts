import type { Conversation, Part, Turn } from '../../conversation/conversation.ts'
import type { ModelCard } from '../../ports/models.ts'
import type { EncodedRequest, Undo } from '../dialect.ts'
import { placeCachePoints } from './cache-points.ts'
import { createDocumentNames } from './document-names.ts'
import { encodeMessages, encodeSystem, frameTurns, prepareTurns } from './encode-messages.ts'
import { encodeSettings } from './encode-settings.ts'
import { type EncodedTools, encodeTools } from './encode-tools.ts'
import type { Asking, Encoding } from './encoding.ts'
import { heardBody } from './heard.ts'
import { callInstead, type OutputPlan, ownMembers, planOutput } from './output-format.ts'
import { askForThought, type Thinking } from './reasoning.ts'
import { encodeGuardrail, encodeMetadata } from './request-labels.ts'
import { sendableSystem } from './sendable-parts.ts'
import { standIn } from './stand-in-tools.ts'
import { recogniseSystemTools, withWebSearch } from './system-tools.ts'
import { createCallIds, createToolNames, type ToolNames } from './tool-names.ts'
import type { ConverseRequest } from './wire.ts'

/** What was decided about a request before its words are written. */
interface Plan extends Asking {
  conversation: Conversation
  system: Part[]
  turns: Turn[]
  thinking: Thinking
  output: OutputPlan
  names: ToolNames
  tools: EncodedTools
  /** `additionalModelRequestFields`. */
  fields: Record<string, unknown>
}

/**
 * A conversation as a body for Converse or ConverseStream, repaired and cut to what the card's traits
 * say the model takes. Throws `GatewayError` for what makes the request and cannot be had.
 */
export function encodeRequest(conversation: Conversation, card: ModelCard): EncodedRequest {
  const heard = heardBody(conversation)
  if (heard) return { body: heard, ignored: [], undo: { verbatim: true } }
  const ignored = new Set<string>()
  const plan = planRequest(conversation, {
    card,
    // Some names are the caller's own, and all of them go into a header.
    ignore: (what) => ignored.add(what.slice(0, 100).replace(/[^\x20-\x7e]/g, '?')),
  })
  const { fields, output, tools, thinking } = plan
  conversation.dialectOnly?.forEach(plan.ignore)
  const body: ConverseRequest = {
    ...ownMembers(conversation),
    ...encodeWords(plan),
    ...encodeSettings(conversation, thinking, plan),
    ...encodeGuardrail(conversation),
    ...encodeMetadata(conversation, plan),
  }
  if (tools.toolConfig) body.toolConfig = tools.toolConfig
  if (Object.keys(fields).length > 0) body.additionalModelRequestFields = fields
  if (output.native) body.outputConfig = output.native
  placeCachePoints(body, conversation.settings, plan)
  const undo = undoOf(plan)
  return { body, ignored: [...ignored], ...(undo && { undo }) }
}

function planRequest(wished: Conversation, asking: Asking): Plan {
  const asked = standIn(wished, asking)
  const { systemTools } = asking.card.traits
  const recognised = recogniseSystemTools(asked.tools, systemTools)
  const offered = withWebSearch(recognised, asked, asking)
  const conversation = offered === asked.tools ? asked : { ...asked, tools: offered }
  const { system, turns } = prepareTurns(conversation, asking)
  const thinking = askForThought(conversation, turns, asking)
  const fields = mergeFields(passedFields(conversation, asking), thinking.fields)
  const names = createToolNames(namesIn(conversation, turns))
  const output = planOutput(conversation, names, asking)
  const tools = encodeTools({ ...asking, conversation, turns, names, thinking, output, fields })
  return { ...asking, conversation, system, turns, thinking, fields, names, output, tools }
}

/** System prompt and messages; a model without system prompts reads it at the start of the first turn. */
function encodeWords(plan: Plan): Pick<ConverseRequest, 'system' | 'messages'> {
  const { card, ignore, output, tools, thinking, names, turns } = plan
  // A prompt kept at AWS brings its own words.
  if (turns.length === 0 && ownMembers(plan.conversation).promptVariables) return {}
  const encoding: Encoding = {
    card,
    ignore,
    names,
    callId: createCallIds(card.traits.toolCallIdLength),
    documents: createDocumentNames(),
    wrapped: tools.wrapped,
  }
  const system = sendableSystem(plan.system, plan)
  if (output.instruction) system.push({ type: 'text', text: output.instruction })
  if (tools.unforced) system.push({ type: 'text', text: callInstead(tools.unforced) })
  const prefill = card.traits.prefill !== false && thinking.prefill
  const separate = card.traits.systemPrompt !== false
  const framed = frameTurns(separate ? turns : openWith(system, turns), prefill)
  const messages = encodeMessages(framed, encoding)
  return separate && system.length > 0
    ? { system: encodeSystem(system, encoding), messages }
    : { messages }
}

function openWith(system: Part[], turns: Turn[]): Turn[] {
  if (system.length === 0) return turns
  const [first, ...rest] = turns
  if (first?.role !== 'user') return [{ role: 'user', parts: system }, ...turns]
  return [{ ...first, parts: [...system, ...first.parts] }, ...rest]
}

/** The caller's unknown fields, where the model may get them. */
function passedFields(
  { extraFields = {} }: Conversation,
  { card, ignore }: Asking,
): Record<string, unknown> {
  if (card.traits.extraFields !== false) return { ...extraFields }
  for (const name of Object.keys(extraFields)) ignore(name)
  return {}
}

/** Members of objects and items of lists in both are joined; else the second wins. */
function mergeFields(
  first: Record<string, unknown>,
  second: Record<string, unknown>,
): Record<string, unknown> {
  const merged = { ...first }
  for (const [name, value] of Object.entries(second)) {
    merged[name] = joined(merged[name], value)
  }
  return merged
}

function joined(one: unknown, other: unknown): unknown {
  if (Array.isArray(one) && Array.isArray(other)) return [...new Set([...one, ...other])]
  return typeof one === 'object' && typeof other === 'object' ? { ...one, ...other } : other
}

function* namesIn({ tools, toolChoice }: Conversation, turns: Turn[]): Iterable<string> {
  for (const tool of tools) yield tool.name
  if (toolChoice?.type === 'tool') yield toolChoice.name
  for (const { parts } of turns) {
    for (const part of parts) if (part.type === 'tool-call') yield part.name
  }
}

function undoOf({ names, tools, output }: Plan): Undo | undefined {
  const undo: Undo = {}
  const toolNames = names.changed()
  if (toolNames) undo.toolNames = toolNames
  if (tools.wrapped.size > 0) undo.wrappedTools = tools.wrapped
  if (output.tool) undo.outputTool = output.tool.spec.name
  return Object.keys(undo).length > 0 ? undo : undefined
}
