import type { SystemTool } from '../../conversation/conversation.ts'
import { setNative } from './encode-settings.ts'
import type { ToolsOfRequest } from './tools-of-request.ts'
import type { WireTool, WireToolChoice } from './wire.ts'

/** A choice with the tool's name as it stands on the wire. */
type Choice = { type: 'auto' } | { type: 'required' } | { type: 'tool'; name: string }

interface Offered {
  tools: WireTool[]
  makers: SystemTool[]
}

/** What the request says about the choice of tools. */
interface EncodedChoice {
  toolChoice?: WireToolChoice
  /** The only tool to offer, where the model can be told "any" but not which. */
  only?: string
  /** The hidden output tool, where it could not be forced: the prompt has to ask for it. */
  unforced?: string
  /** The model has to call a tool. */
  forced?: true
}

/** The model's own member for what `toolConfig` cannot say. */
const NATIVE_CHOICE = 'tool_choice'

/**
 * The choice as far as the model takes it; with thinking or without support it is relaxed to `auto` and
 * named as ignored. `none` offers nothing that could be chosen and needs no word.
 */
export function encodeChoice(offered: Offered, request: ToolsOfRequest): EncodedChoice {
  const { output, ignore } = request
  const wanted = wantedChoice(offered, request)
  const choice = wanted && allowedChoice(wanted, offered, request)
  const relaxed = wanted !== undefined && wanted.type !== 'auto' && choice?.type === 'auto'
  const asked = request.conversation.toolChoice?.type
  if (relaxed && (asked === 'required' || asked === 'tool')) ignore('toolChoice')
  const encoded: EncodedChoice = relaxed && output.tool ? { unforced: output.tool.spec.name } : {}
  if (choice && choice.type !== 'auto') encoded.forced = true
  if (wanted?.type === 'tool' && choice?.type === 'required') encoded.only = wanted.name
  const toolChoice = saySideways(relaxed ? undefined : choice, offered, request)
  return toolChoice ? { ...encoded, toolChoice } : encoded
}

/** Whether the caller has the model call one of these: it then has no words left to give a form to. */
export function forcesCallersTool(offered: Offered, request: ToolsOfRequest): boolean {
  const asked = request.conversation.toolChoice
  if (asked?.type !== 'required' && asked?.type !== 'tool') return false
  if (offered.tools.length + offered.makers.length === 0) return false
  const wanted: Choice =
    asked.type === 'tool' ? { ...asked, name: request.names.encode(asked.name) } : asked
  return allowedChoice(wanted, offered, request).type !== 'auto'
}

function wantedChoice(offered: Offered, request: ToolsOfRequest): Choice | undefined {
  const { conversation, output, names } = request
  const asked = conversation.toolChoice
  if (asked?.type === 'tool') return { type: 'tool', name: names.encode(asked.name) }
  if (output.tool) {
    const { name } = output.tool.spec
    const alone =
      offered.makers.length === 0 && offered.tools.every(({ toolSpec }) => toolSpec?.name === name)
    return alone ? { type: 'tool', name } : { type: 'required' }
  }
  if (asked === undefined || asked.type === 'none') return undefined
  return offered.tools.length + offered.makers.length > 0 ? asked : undefined
}

function allowedChoice(wanted: Choice, offered: Offered, request: ToolsOfRequest): Choice {
  if (wanted.type === 'auto') return wanted
  const { card, thinking } = request
  if (thinking.on && card.traits.forcedToolWithReasoning === false) return { type: 'auto' }
  const takes = card.traits.toolChoices ?? ['required', 'tool']
  if (takes.includes(wanted.type)) return wanted
  if (wanted.type === 'tool')
    return takes.includes('required') ? { type: 'required' } : { type: 'auto' }
  const names = offered.tools.flatMap(({ toolSpec }) => toolSpec?.name ?? [])
  const only = names.length === 1 && offered.makers.length === 0 ? names[0] : undefined
  return only !== undefined && takes.includes('tool')
    ? { type: 'tool', name: only }
    : { type: 'auto' }
}

/**
 * The choice for `toolConfig`. What cannot be said there goes to the model in its own words: a maker's
 * tool, and "one call at a time". AWS refuses a type in both places but wants one in either (recorded
 * 400 "conflicts with the existing field toolConfig.toolChoice.auto").
 */
function saySideways(
  choice: Choice | undefined,
  { tools, makers }: Offered,
  request: ToolsOfRequest,
): WireToolChoice | undefined {
  const { fields, card, conversation, ignore } = request
  if (tools.length === 0 && makers.length === 0) return undefined
  const isMakers = choice?.type === 'tool' && makers.some(({ name }) => name === choice.name)
  const native: Record<string, unknown> = {}
  if (choice && choice.type !== 'auto' && (isMakers || tools.length === 0)) {
    Object.assign(native, choice.type === 'tool' ? choice : { type: 'any' })
  }
  const path = card.traits.nativeSettings?.['parallelToolCalls']
  const single = conversation.settings.parallelToolCalls === false
  if (single && path === undefined) ignore('parallelToolCalls')
  if (single && path !== undefined) {
    setNative(fields, path, false)
    const forcedHere = choice !== undefined && choice.type !== 'auto'
    if (path.includes(`${NATIVE_CHOICE}.`) && !forcedHere) native['type'] = 'auto'
  }
  if (Object.keys(native).length > 0) {
    const before = fields[NATIVE_CHOICE]
    fields[NATIVE_CHOICE] = { ...(typeof before === 'object' ? before : {}), ...native }
    return undefined
  }
  return choice && tools.length > 0 ? wireChoice(choice) : undefined
}

function wireChoice(choice: Choice): WireToolChoice {
  if (choice.type === 'tool') return { tool: { name: choice.name } }
  return choice.type === 'required' ? { any: {} } : { auto: {} }
}
