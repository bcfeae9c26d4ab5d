import type { Conversation, Part, Turn } from '../../conversation/conversation.ts'
import {
  answerToolCalls,
  dropBlankText,
  dropRepeatedCalls,
  mergeTurns,
} from '../../conversation/repair.ts'
import type { ModelCard } from '../../ports/models.ts'
import type { EncodedRequest, Undo } from '../dialect.ts'
import { askForThought, type Thinking } from './ask-for-thought.ts'
import type { Asking } from './asking.ts'
import { type MarkedBody, placeMarks } from './cache-marks.ts'
import { type BlockManner, encodeBlocks } from './encode-blocks.ts'
import { mayContinue, writeSettings } from './encode-settings.ts'
import { encodeTools } from './encode-tools.ts'
import { type Fields, ownOf } from './extras.ts'
import { type OutputPlan, outputInstruction, planOutput } from './output-form.ts'
import { createCallIds, createToolNames } from './wire-names.ts'

/** The two places a body may go to: Anthropic's own API, and InvokeModel of Bedrock. */
export type RequestForm = 'api' | 'bedrock'

const BEDROCK_VERSION = 'bedrock-2023-05-31'

/** What the user "says" where somebody has to: at the start, or after words the model cannot continue. */
const PLACEHOLDER = 'Begin.'
const CONTINUE = 'Continue.'

/**
 * A conversation as a body of the Messages API. One that was heard in this dialect goes out as it came,
 * less what the card's traits say the model refuses; one from another dialect is repaired first. Bodies
 * for Bedrock have no model, stream or service tier, and carry the betas.
 */
export function createRequestEncoding(form: RequestForm) {
  return (conversation: Conversation, card: ModelCard): EncodedRequest =>
    encodeRequest(conversation, card, form)
}

function encodeRequest(
  conversation: Conversation,
  card: ModelCard,
  form: RequestForm,
): EncodedRequest {
  const ignored: string[] = []
  const asking: Asking = {
    card,
    names: createToolNames(namesIn(conversation)),
    heard: ownOf(conversation).heard === true,
    ignore(what) {
      if (!ignored.includes(what)) ignored.push(what)
    },
  }
  if (!asking.heard) conversation.dialectOnly?.forEach(asking.ignore)
  const thinking = askForThought(conversation, asking)
  const output = planOutput(conversation, asking)
  const wrapped = new Set<string>()
  // Thought that the model paces itself goes with a forced tool (recorded for Opus 4.6), a budget does not.
  const budgeted = thinking.on && thinking.thinking?.type !== 'adaptive'
  const tools = encodeTools(conversation, { ...asking, thinking: budgeted, output, wrapped })
  if (output.tool && output.wrapped) wrapped.add(output.tool.name)
  const bedrock = form === 'bedrock'
  const { system, messages } = encodeWords(conversation, asking, { thinking, output, wrapped })
  const body: Fields & MarkedBody = bedrock
    ? { anthropic_version: BEDROCK_VERSION, messages }
    : { model: card.id, messages }
  if (system !== undefined) body.system = system
  Object.assign(body, tools)
  writeSettings(body, conversation, { ...asking, thinking: thinking.on, bedrock })
  if (thinking.thinking) body['thinking'] = thinking.thinking
  const config = encodeOutputConfig(conversation, thinking, output)
  if (config) body['output_config'] = config
  writeAround(body, conversation, { bedrock, asking })
  if (!thinking.thinking) leaveThoughts(body, conversation, asking)
  if (conversation.stream && !bedrock) body['stream'] = true
  placeMarks(body, markWish(conversation, body), asking)
  return { body, ignored, undo: undoOf(asking, wrapped, output) }
}

function namesIn({ tools, toolChoice, turns }: Conversation): string[] {
  const names = tools.map(({ name }) => name)
  if (toolChoice?.type === 'tool') names.push(toolChoice.name)
  for (const { parts } of turns) {
    for (const part of parts) if (part.type === 'tool-call' && !part.server) names.push(part.name)
  }
  return names
}

interface WordsPlan {
  thinking: Thinking
  output: OutputPlan
  wrapped: ReadonlySet<string>
}

/** System prompt and messages. */
function encodeWords(
  conversation: Conversation,
  asking: Asking,
  { thinking, output, wrapped }: WordsPlan,
): MarkedBody {
  const ids = createCallIds()
  const manner: BlockManner = {
    toolName: asking.names.of,
    callId: ids.of,
    wrapped,
    ignore: asking.ignore,
  }
  const { system, turns } = prepare(conversation, asking)
  const instruction = outputInstruction(output)
  const prompt = encodeBlocks(system, manner)
  if (instruction) prompt.push({ type: 'text', text: instruction })
  const [only] = prompt
  const plain = ownOf(conversation).plain && prompt.length === 1 && only?.['cache_control'] == null
  const framed = frame(turns, mayContinue(asking.card, thinking.on), asking)
  return {
    ...(prompt.length > 0 && { system: plain ? (only?.['text'] as string) : prompt }),
    messages: framed.map((turn) => encodeTurn(turn, manner)),
  }
}

interface Prepared {
  system: Part[]
  turns: Turn[]
}

/** Turns between the others that speak for the system are folded into its prompt, unless the model knows them. */
function prepare(conversation: Conversation, asking: Asking): Prepared {
  const { traits } = asking.card
  const stays = ({ role }: Turn) => role !== 'system' || traits.systemTurns === true
  const isFolded = !conversation.turns.every(stays)
  const folded = isFolded ? conversation.turns.filter((turn) => !stays(turn)) : []
  const system = isFolded
    ? [...conversation.system, ...folded.flatMap(({ parts }) => parts)]
    : conversation.system
  const turns = isFolded ? conversation.turns.filter(stays) : conversation.turns
  if (asking.heard) return traits.mendedTurns ? mended(system, turns, asking) : { system, turns }
  const clean = turns.map(({ role, parts, name }) => {
    if (name !== undefined) asking.ignore('name')
    return { role, parts: sendable(parts, role, asking) }
  })
  return {
    system: dropBlankText(system),
    turns: answered(clean, asking),
  }
}

/** What was heard, without what is refused: blank text, calls and results without each other, seals nobody knows. */
function mended(system: Part[], turns: Turn[], asking: Asking): Prepared {
  const { card, ignore } = asking
  const isSent = (part: Part) => {
    if (part.type !== 'reasoning') return true
    if (card.traits.sealsThoughts !== false && (part.signature || part.redacted)) return true
    ignore('thought')
    return false
  }
  const clean = turns.map((turn) => ({ ...turn, parts: dropBlankText(turn.parts).filter(isSent) }))
  return {
    system: dropBlankText(system),
    turns: answered(clean, asking),
  }
}

/** Roles take turns, and every call is answered once; a result nobody asked for is named. */
const answered = (turns: Turn[], { ignore }: Asking): Turn[] =>
  answerToolCalls(mergeTurns(dropRepeatedCalls(mergeTurns(turns))), () => ignore('toolResult'))

/** What another dialect's platform ran means nothing to this one. */
function sendable(parts: Part[], role: Turn['role'], { ignore }: Asking): Part[] {
  return dropBlankText(parts).filter((part) => {
    if (part.type === 'reasoning') return role === 'assistant'
    const foreign = (part.type === 'tool-call' || part.type === 'tool-result') && part.server
    if (foreign) ignore(part.server ?? '')
    return !foreign
  })
}

const says = (text: string): Turn => ({ role: 'user', parts: [{ type: 'text', text }] })

/** With a user's turn at the end unless the model may take up the last words, and one at all. */
function frame(turns: Turn[], prefill: boolean, { heard, card }: Asking): Turn[] {
  const { mendedTurns } = card.traits
  const opening = turns.find(({ role }) => role !== 'system')
  const stands = (heard && !mendedTurns) || opening?.role === 'user'
  const framed = stands ? turns : [says(PLACEHOLDER), ...turns]
  const last = framed.at(-1)
  if (last?.role !== 'assistant' || isPaused(last)) return framed
  if (!prefill) return [...framed, says(CONTINUE)]
  return mendedTurns ? [...framed.slice(0, -1), trimmedEnd(last)] : framed
}

/** Claude goes on from no words that end in white space. */
function trimmedEnd(turn: Turn): Turn {
  const end = turn.parts.findLastIndex(({ type }) => type !== 'cache-point')
  const parts = turn.parts.map((part, index) =>
    part.type === 'text' && index === end ? { ...part, text: part.text.trimEnd() } : part,
  )
  return { ...turn, parts }
}

/** An answer that ends with what the platform does is to be continued, by the platform. */
function isPaused({ parts }: Turn): boolean {
  const last = parts.findLast((part) => part.type !== 'cache-point')
  return last?.type !== 'text'
}

function encodeTurn(turn: Turn, manner: BlockManner): MarkedBody['messages'][number] {
  const { plain, fields } = ownOf(turn)
  const content = encodeBlocks(turn.parts, manner)
  const [only] = content
  const text = plain && content.length === 1 ? (only?.['text'] as string) : undefined
  return { role: turn.role, content: text ?? content, ...fields }
}

function encodeOutputConfig(
  conversation: Conversation,
  { effort }: Thinking,
  { format }: OutputPlan,
): Fields | undefined {
  const own = ownOf(conversation)
  if (!effort && !format && !own.outputConfig) return undefined
  const older = own.fields?.['output_format'] !== undefined
  const { effort: _, format: __, ...others } = own.outputConfig ?? {}
  const config = {
    ...others,
    ...(effort && { effort }),
    ...(format && !older && { format: { ...own.outputConfig?.format, ...format } }),
  }
  return Object.keys(config).length > 0 ? config : undefined
}

/** Members of the API's body that Bedrock has elsewhere, or not at all. */
const NOT_ON_BEDROCK = ['service_tier', 'cache_control', 'user_profile_id', 'workspace_id'] as const

/** What of other dialects has no place here. */
const STRANGE = ['webSearch', 'audio', 'metadata'] as const

interface Around {
  bedrock: boolean
  asking: Asking
}

function writeAround(
  members: Fields,
  conversation: Conversation,
  { bedrock, asking }: Around,
): void {
  const { fields, betas } = ownOf(conversation)
  const { extraFields, user, guardrail } = conversation
  if (extraFields) Object.assign(members, extraFields)
  if (fields) Object.assign(members, fields)
  if (user && !members['metadata']) members['metadata'] = { user_id: user }
  if (members['output_format'] && !asking.card.traits.structuredOutput) {
    delete members['output_format']
  }
  for (const name of STRANGE) if (conversation[name]) asking.ignore(name)
  if (!bedrock) {
    if (guardrail) asking.ignore('guardrail')
    return
  }
  for (const name of NOT_ON_BEDROCK) if (name in members) delete members[name]
  if (betas) members['anthropic_beta'] = betas
}

/** Where thinking was asked for and is not to be had, nothing may clear thoughts either (claude-code#11971). */
function leaveThoughts(body: Fields, conversation: Conversation, { ignore }: Asking): void {
  const { thinking } = ownOf(conversation)
  const management = body['context_management'] as { edits?: { type?: unknown }[] } | undefined
  if (!thinking || thinking.type === 'disabled' || !Array.isArray(management?.edits)) return
  const clears = ({ type }: { type?: unknown }) => String(type).startsWith('clear_thinking')
  for (const edit of management.edits.filter(clears)) ignore(`context_management.${edit.type}`)
  const edits = management.edits.filter((edit) => !clears(edit))
  if (edits.length > 0) body['context_management'] = { ...management, edits }
  else delete body['context_management']
}

/** A caller who marks the request as a whole is obeyed by the API itself, and by us where it is not asked. */
function markWish({ settings }: Conversation, body: Fields) {
  return body['cache_control'] ? undefined : settings.promptCache
}

function undoOf(
  { names }: Asking,
  wrapped: ReadonlySet<string>,
  output: OutputPlan,
): Undo | undefined {
  const toolNames = names.changed()
  if (!toolNames && wrapped.size === 0 && !output.tool) return undefined
  return {
    ...(toolNames && { toolNames }),
    ...(wrapped.size > 0 && { wrappedTools: wrapped }),
    ...(output.tool && { outputTool: output.tool.name }),
  }
}
