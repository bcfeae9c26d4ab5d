import type { ReasoningPart } from '../../conversation/conversation.ts'
import type { Fields } from '../extras.ts'

/** A thought as an upstream gave it. */
export interface WireThought {
  id?: string
  summary?: { text?: string }[]
  content?: { text?: string }[] | null
  encrypted_content?: string | null
}

/** Tells our packing from the signatures of other makers. */
const MARK = 'openai-reasoning.'

/**
 * What the upstream needs back of a thought, in the one member that every dialect carries unchanged.
 * Undefined where nothing is encrypted: then the words are all there is.
 */
export function sealItem({ id, summary, encrypted_content: sealed }: WireThought) {
  if (!sealed) return undefined
  return MARK + JSON.stringify({ id, summary: summary ?? [], encrypted_content: sealed })
}

/** Undefined for what others signed. */
export function openItem(signature: string): Fields | undefined {
  if (!signature.startsWith(MARK)) return undefined
  try {
    return { type: 'reasoning', ...(JSON.parse(signature.slice(MARK.length)) as Fields) }
  } catch {
    return undefined
  }
}

export function thoughtPart(wire: WireThought): ReasoningPart {
  const told = wire.content?.length ? wire.content : (wire.summary ?? [])
  const signature = sealItem(wire)
  return {
    type: 'reasoning',
    text: told.map(({ text }) => text ?? '').join('\n\n'),
    ...(signature && { signature }),
  }
}
