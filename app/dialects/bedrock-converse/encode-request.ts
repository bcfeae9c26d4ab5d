import type { Conversation, Part, Turn } from '../../conversation/conversation.ts'
import type { ModelCard } from '../../ports/models.ts'
import type { EncodedRequest, Undo } from '../dialect.ts'
import { placeCachePoints } from './cache-points.ts'
import { createDocumentNames } from './document-names.ts'
import { encodeMessages, encodeSystem, frameTurns, prepareTurns } from './encode-messages.ts'
import { writeSettings } from './encode-settings.ts'
import { type EncodedTools, encodeTools } from './encode-tools.ts'
import type { Asking, Encoding } from './encoding.ts'
import { heardBody } from './heard.ts'
import { callInstead, type OutputPlan, ownMembers, planOutput } from './output-format.ts'
import { askForThought, showThoughts, type Thinking } from './reasoning.ts'
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
  const ignored: string[] = []
  const plan = planRequest(conversation, {
    card,
    ignore(what) {
      // Some names are the caller's own, and all of them go into a header.
      const name = what.slice(0, 100).replace(/[^\x20-\x7e]/g, '?')
      if (!ignored.includes(name)) ignored.push(name)
    },
  })
  const { fields, output, tools } = plan
  if (plan.card.traits.betas === false && fields['anthropic_beta'] !== undefined) {
    delete fields['anthropic_beta']
    plan.ignore('anthropic_beta')
  }
  conversation.dialectOnly?.forEach(plan.ignore)
  const body: ConverseRequest = { ...ownMembers(conversation) }
  writeWords(body, plan)
  writeSettings(body, conversation, plan)
  const guardrailConfig = encodeGuardrail(conversation)
  if (guardrailConfig) body.guardrailConfig = guardrailConfig
  const requestMetadata = encodeMetadata(conversation, plan)
  if (requestMetadata) body.requestMetadata = requestMetadata
  if (tools.toolConfig) body.toolConfig = tools.toolConfig
  if (!isEmpty(fields)) body.additionalModelRequestFields = fields
  if (output.native) body.outputConfig = output.native
  placeCachePoints(body, conversation.settings, plan)
  return { body, ignored, undo: undoOf(plan) }
}

function planRequest(wished: Conversation, asking: Asking): Plan {
  const asked = standIn(wished, asking)
  const recognised = recogniseSystemTools(asked.tools, asking.card.traits)
  const offered = withWebSearch(recognised, asked, asking)
  const conversation = offered === asked.tools ? asked : { ...asked, tools: offered }
  const { system, turns } = prepareTurns(conversation, asking)
  const thinking = askForThought(conversation, turns, asking)
  const fields = mergeFields(passedFields(conversation, asking), thinking.fields)
  const names = createToolNames(namesIn(conversation, turns))
  const output = planOutput(conversation, names, asking)
  const { card, ignore } = asking
  const decided = { card, ignore, conversation, system, turns, thinking, fields, names, output }
  const tools = encodeTools(decided)
  const shown = showThoughts(conversation, card, tools.forced === true)
  return Object.assign(decided, { tools, fields: mergeFields(fields, shown) })
}

/** System prompt and messages; a model without system prompts reads it at the start of the first turn. */
function writeWords(body: ConverseRequest, plan: Plan): void {
  const { card, ignore, output, tools, thinking, names, turns } = plan
  // A prompt kept at AWS brings its own words.
  if (turns.length === 0 && ownMembers(plan.conversation).promptVariables) return
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
  // What is held to a schema begins anew; Claude refuses to go on from somebody's words.
  const isHeld = output.native?.textFormat !== undefined
  const prefill = card.traits.prefill !== false && thinking.prefill && !isHeld
  const separate = card.traits.systemPrompt !== false
  const framed = frameTurns(separate ? turns : openWith(system, turns), prefill)
  const messages = encodeMessages(framed, encoding)
  if (separate && system.length > 0) body.system = encodeSystem(system, encoding)
  body.messages = messages
}

function openWith(system: Part[], turns: Turn[]): Turn[] {
  if (system.length === 0) return turns
  const [first, ...rest] = turns
  if (first?.role !== 'user') return [{ role: 'user', parts: system }, ...turns]
  return [{ ...first, parts: [...system, ...first.parts] }, ...rest]
}

/**
 * Fields by which OpenRouter is told where to ask (https://openrouter.ai/docs/api-reference/parameters). Its clients
 * send them to any base URL; no model here has one of them, and AWS would refuse the request for it.
 */
const STEERING: ReadonlySet<string> = new Set([
  'models',
  'plugins',
  'provider',
  'route',
  'transforms',
  'usage',
])

/** The caller's unknown fields, where the model may get them. */
function passedFields(
  { extraFields = {}, fieldsForModel }: Conversation,
  { card, ignore }: Asking,
): Record<string, unknown> {
  const passes = (name: string) =>
    card.traits.extraFields !== false && (fieldsForModel || !STEERING.has(name))
  const members = Object.entries(extraFields)
  for (const [name] of members) if (!passes(name)) ignore(name)
  return Object.fromEntries(members.filter(([name]) => passes(name)))
}

/** Members of objects and items of lists in both are joined; else the second wins. */
function mergeFields(
  first: Record<string, unknown>,
  second: Record<string, unknown>,
): Record<string, unknown> {
  const merged = { ...first }
  for (const name in second) merged[name] = joined(merged[name], second[name])
  return merged
}

function isEmpty(fields: object): boolean {
  for (const _ in fields) return false
  return true
}

function joined(one: unknown, other: unknown): unknown {
  if (Array.isArray(one) && Array.isArray(other)) return [...new Set([...one, ...other])]
  return typeof one === 'object' && typeof other === 'object' ? { ...one, ...other } : other
}

function namesIn({ tools, toolChoice }: Conversation, turns: Turn[]): string[] {
  const names = tools.map(({ name }) => name)
  if (toolChoice?.type === 'tool') names.push(toolChoice.name)
  for (const { parts } of turns) {
    for (const part of parts) if (part.type === 'tool-call') names.push(part.name)
  }
  return names
}

function undoOf({ names, tools, output }: Plan): Undo | undefined {
  const toolNames = names.changed()
  if (!toolNames && !output.tool && tools.wrapped.size === 0) return undefined
  const undo: Undo = {}
  if (toolNames) undo.toolNames = toolNames
  if (tools.wrapped.size > 0) undo.wrappedTools = tools.wrapped
  if (output.tool) undo.outputTool = output.tool.spec.name
  return undo
}
