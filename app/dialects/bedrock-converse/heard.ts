import type {
  Conversation,
  Guardrail,
  Part,
  Settings,
  Turn,
} from '../../conversation/conversation.ts'
import { decodeRequest } from './decode-request.ts'
import { encodeGuardrail, ownLabelsFirst } from './request-labels.ts'
import { type ConverseRequest, DIALECT } from './wire.ts'

/** A request as it was heard, and what was understood of it. */
interface Heard {
  body: ConverseRequest
  understood: Conversation
}

const MEMBER = 'heard'

/** As `decodeRequest`, and remembers the body: while nobody changes what was understood, it goes on to AWS as it came. */
export function hearRequest(body: unknown): Conversation {
  const understood = decodeRequest(body)
  const { modelId: _, stream: __, ...rest } = body as { modelId?: string; stream?: boolean }
  const heard: Heard = { body: rest, understood }
  const own = understood.extras?.[DIALECT]
  return {
    ...understood,
    ...(understood.extraFields && { fieldsForModel: true }),
    extras: { ...understood.extras, [DIALECT]: { ...own, [MEMBER]: heard } },
  }
}

/**
 * The body a caller of this dialect wrote, with what the gateway adds: labels, the tier and the guardrail of
 * the operator. Undefined where the conversation was heard in another dialect, or was changed since.
 */
export function heardBody(conversation: Conversation): ConverseRequest | undefined {
  const heard = conversation.extras?.[DIALECT]?.[MEMBER] as Heard | undefined
  if (!heard || !isUnchanged(conversation, heard.understood)) return undefined
  const { requestMetadata, guardrailConfig, serviceTier, ...rest } = heard.body
  const { understood } = heard
  const tier = conversation.settings.serviceTier
  const body: ConverseRequest = rest
  if (tier === understood.settings.serviceTier) {
    if (serviceTier) body.serviceTier = serviceTier
  } else if (tier !== undefined) {
    body.serviceTier = { type: tier }
  }
  const isOwn = sameGuardrail(conversation.guardrail, understood.guardrail)
  const guardrail = isOwn ? guardrailConfig : encodeGuardrail(conversation)
  if (guardrail) body.guardrailConfig = guardrail
  const labels = ownLabelsFirst(requestMetadata, conversation)
  if (labels) body.requestMetadata = labels
  return body
}

/** Whether it still says what was heard, apart from labels, tier and guardrail. */
function isUnchanged(now: Conversation, then: Conversation): boolean {
  return (
    now.tools === then.tools &&
    now.toolChoice === then.toolChoice &&
    now.reasoning === then.reasoning &&
    now.output === then.output &&
    now.extraFields === then.extraFields &&
    sameSettings(now.settings, then.settings) &&
    sameList(now.system, then.system, samePart) &&
    sameList(now.turns, then.turns, sameTurn)
  )
}

function sameSettings(now: Settings, then: Settings): boolean {
  const names = new Set([...Object.keys(now), ...Object.keys(then)]) as Set<keyof Settings>
  names.delete('serviceTier')
  return [...names].every((name) => now[name] === then[name])
}

function sameGuardrail(now: Guardrail | undefined, then: Guardrail | undefined): boolean {
  if (!now || !then) return now === then
  const { id, version, trace, streamMode } = now
  return (
    id === then.id &&
    version === then.version &&
    trace === then.trace &&
    streamMode === then.streamMode
  )
}

const sameTurn = (now: Turn, then: Turn): boolean =>
  now === then || (now.role === then.role && sameList(now.parts, then.parts, samePart))

/** Attachments were looked into and are new objects; what they hold is what counts. Whether they are what they are called is AWS's to judge. */
function samePart(now: Part, then: Part): boolean {
  if (now === then) return true
  if (now.type === 'tool-result' && then.type === 'tool-result') {
    return now.callId === then.callId && sameList(now.content, then.content, samePart)
  }
  if (!('source' in now) || !('source' in then) || now.type !== then.type) return false
  return now.source === then.source
}

function sameList<T>(now: readonly T[], then: readonly T[], same: (a: T, b: T) => boolean) {
  return (
    now === then || (now.length === then.length && now.every((one, at) => same(one, then[at]!)))
  )
}
