import type {
  Conversation,
  ReasoningPart,
  ReasoningRequest,
} from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import { fingerprint } from './fingerprint.ts'
import type { SpokenPart } from './limits.ts'
import type { Reading } from './reading.ts'
import { asked, counted } from './sentences.ts'
import { firstTokens } from './tokens.ts'

/** How many of its thoughts the model says aloud. */
const THOUGHTS: Record<NonNullable<ReasoningRequest['effort']>, number> = {
  none: 0,
  minimal: 1,
  low: 2,
  medium: 3,
  high: 4,
  xhigh: 5,
  max: 5,
}

/** Whether the caller wants to see thinking; `byDefault` is what the model does unasked. */
export function wantsThought({ reasoning }: Conversation, byDefault: boolean): boolean {
  if (!reasoning || reasoning.gradesOnly) return byDefault
  const { effort, enabled, budget, adaptive } = reasoning
  if (effort === 'none' || enabled === false || budget === 0) return false
  return Boolean(effort || enabled || budget || adaptive) || byDefault
}

/** What the model thinks before it does `next` (other parts of the answer). */
export function think(
  conversation: Conversation,
  reading: Reading,
  next: SpokenPart[],
): ReasoningPart {
  const { effort = 'medium', budget, display } = conversation.reasoning ?? {}
  if (display === 'omitted') return { type: 'reasoning', text: '' }
  const text = thoughts(conversation, reading, next).slice(0, THOUGHTS[effort]).join(' ')
  return { type: 'reasoning', text: budget ? firstTokens(text, budget) : text }
}

function thoughts(conversation: Conversation, reading: Reading, next: SpokenPart[]): string[] {
  const calls = next.filter((part) => part.type === 'tool-call')
  return [
    asked(reading)
      .replace(/^You asked/, 'The user asks')
      .replace(/^Your/, "The user's"),
    calls.length > 0
      ? `I call ${calls.map((call) => call.name).join(', ')} and wait for what comes back.`
      : 'I can answer that with what I have.',
    `I look at ${counted(reading.earlier, 'earlier turn')} and ${counted(conversation.tools.length, 'tool')} on offer.`,
    `Of my earlier thoughts ${signedThoughts(conversation).length} came back, all unchanged.`,
    'I am the embedded model, so this is a fixed rule at work and no insight.',
  ]
}

const SIGNED_BY = 'embedded:'

/** The part as it is handed out: signed, so that a changed thought is noticed when it comes back. */
export function sign(part: ReasoningPart): ReasoningPart {
  return { ...part, signature: signatureOf(part.text) }
}

/** Throws `invalid-request` when a thought of ours came back changed. Others' signatures are not judged. */
export function checkThoughts(conversation: Conversation): void {
  const changed = signedThoughts(conversation).some(
    ({ text, signature }) => signature !== signatureOf(text),
  )
  if (!changed) return
  throw new GatewayError(
    'invalid-request',
    'A thinking block came back changed: its signature does not match its text. Send thinking blocks back as they were.',
  )
}

function signedThoughts({ turns }: Conversation): ReasoningPart[] {
  return turns
    .flatMap((turn) => turn.parts)
    .filter((part) => part.type === 'reasoning')
    .filter((part) => part.signature?.startsWith(SIGNED_BY))
}

function signatureOf(text: string): string {
  return SIGNED_BY + fingerprint(`thought:${text}`)
}
