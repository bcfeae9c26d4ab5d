import type { ReasoningPart } from '../../conversation/conversation.ts'
import { extrasOf, ownOf, unknownFields } from './extras.ts'
import { type Place, placeMembers } from './thought-places.ts'
import type { WireReasoningDetail } from './wire-messages.ts'

/**
 * Thoughts in chat completions. Their text stands in `reasoning_content`, for people. What a model needs
 * back unchanged (signatures, encrypted blocks) stands in `reasoning_details`, complete in itself: the
 * client sends the array back with the assistant's message and need not look into it. Streams send one
 * element when its thought ends. Where `reasoning_details` comes back, the plain text is ignored.
 */
export type ReasoningField = 'reasoning_content' | 'reasoning'

/** An assistant's message, whichever way it goes. */
interface Thoughtful {
  reasoning_content?: string | null
  reasoning?: string | null
  reasoning_details?: readonly WireReasoningDetail[] | null
}

/** The thoughts of an assistant's message. */
export function decodeReasoningParts(wire: Thoughtful): ReasoningPart[] {
  if (wire.reasoning_details?.length) return decodeDetails(wire.reasoning_details)
  const reasoningField = wire.reasoning_content ? 'reasoning_content' : 'reasoning'
  const text = wire[reasoningField]
  return text ? [{ type: 'reasoning', text, ...extrasOf({ reasoningField }) }] : []
}

function decodeDetails(details: readonly WireReasoningDetail[]): ReasoningPart[] {
  const parts: ReasoningPart[] = []
  let openIndex: number | null | undefined
  for (const detail of details) {
    const part = decodeDetail(detail)
    const before = parts.at(-1)
    // A client that collects a stream may keep every fragment of one thought: the last is signed.
    const sameThought = typeof detail.index === 'number' && detail.index === openIndex
    if (before && sameThought && !before.signature && !before.redacted && !part.redacted) {
      before.text += part.text
      if (part.signature) before.signature = part.signature
      continue
    }
    parts.push(part)
    openIndex = detail.index
  }
  return parts
}

const DETAIL_FIELDS: ReadonlySet<string> = new Set(['type', 'text', 'signature', 'data', 'index'])
const SUMMARY_FIELDS: ReadonlySet<string> = new Set(['text', 'summary', 'signature', 'index'])

function decodeDetail(detail: WireReasoningDetail): ReasoningPart {
  const ownFields = typeof detail.summary === 'string' ? SUMMARY_FIELDS : DETAIL_FIELDS
  const part: ReasoningPart = {
    type: 'reasoning',
    text: detail.text ?? detail.summary ?? '',
    ...extrasOf({ reasoningField: 'reasoning_details', inner: unknownFields(detail, ownFields) }),
  }
  if (detail.signature) part.signature = detail.signature
  if (detail.data) part.redacted = detail.data
  return part
}

/** One thought as the model must get it back; undefined when there is nothing to keep but its text. */
export function encodeDetail(
  { text, signature, redacted }: Pick<ReasoningPart, 'text' | 'signature' | 'redacted'>,
  index: number,
  place: Place = FIRST,
): WireReasoningDetail | undefined {
  const members = { index, ...placeMembers(place) }
  if (redacted) return { type: 'reasoning.encrypted', data: redacted, ...members }
  return signature ? { type: 'reasoning.text', text, signature, ...members } : undefined
}

const FIRST: Place = { at: 0, calls: 0 }

/** The members of an upstream's assistant message for thoughts that came in this dialect. */
export function encodeReasoningParts(
  parts: readonly ReasoningPart[],
  { ignored, plainThoughts }: { ignored: string[]; plainThoughts: boolean | undefined },
): Record<string, unknown> {
  const members: Record<string, unknown> = {}
  const details: WireReasoningDetail[] = []
  for (const part of parts) {
    // Thoughts from another dialect mean nothing to this upstream, unless it asks for unsigned ones.
    const isPlain = plainThoughts && part.text !== '' && !part.signature && !part.redacted
    const field = ownOf(part).reasoningField ?? (isPlain ? 'reasoning_content' : undefined)
    if (field === undefined) {
      ignored.push('thought')
      continue
    }
    if (field !== 'reasoning_details') members[field] = `${members[field] ?? ''}${part.text}`
    else details.push(repeatDetail(part, details.length))
  }
  if (details.length > 0) members['reasoning_details'] = details
  return members
}

function repeatDetail(part: ReasoningPart, index: number): WireReasoningDetail {
  const { inner } = ownOf(part)
  const summary = inner?.['type'] === 'reasoning.summary'
  const plain = summary ? { summary: part.text } : { type: 'reasoning.text', text: part.text }
  return { type: 'reasoning.summary', ...(encodeDetail(part, index) ?? plain), index, ...inner }
}
