import type { Conversation } from '../../conversation/conversation.ts'
import type { Reply } from '../../conversation/events.ts'
import { openFacts } from './facts.ts'
import { type Draft, keepLimits, type SpokenPart } from './limits.ts'
import { type Reading, read } from './reading.ts'
import { checkThoughts, sign, think, wantsThought } from './reasoning.ts'
import { report, restate } from './sentences.ts'
import { structuredAnswer } from './tool-arguments.ts'
import { callTools } from './tool-calls.ts'
import { usageOf } from './usage.ts'

/** What sets one embedded model apart from another. */
export interface Manner {
  /** Thinks unless told not to. */
  thinks: boolean
}

/** The whole reply to a conversation: the same for the same conversation, always. */
export function answer(conversation: Conversation, manner: Manner): Reply {
  checkThoughts(conversation)
  const draft = keepLimits(compose(conversation, manner), conversation.settings)
  const parts = draft.parts.map((part) => (part.type === 'reasoning' ? sign(part) : part))
  const { reason, stopSequence } = draft
  const usage = usageOf(conversation, parts)
  return {
    model: conversation.model,
    parts,
    end: stopSequence === undefined ? { reason, usage } : { reason, stopSequence, usage },
  }
}

function compose(conversation: Conversation, manner: Manner): Draft {
  const reading = read(conversation)
  const calls = callTools(conversation, reading)
  const next: SpokenPart[] = calls.length > 0 ? calls : [speak(conversation, reading)]
  const thoughts = wantsThought(conversation, manner.thinks)
    ? [think(conversation, reading, next)]
    : []
  return { parts: [...thoughts, ...next], reason: calls.length > 0 ? 'tool-use' : 'end-turn' }
}

function speak(conversation: Conversation, reading: Reading): SpokenPart {
  const { output } = conversation
  const words =
    reading.results.length > 0 ? report(conversation, reading) : restate(conversation, reading)
  if (!output || output.type === 'text') return { type: 'text', text: words }
  const schema = output.type === 'json-schema' ? output.schema : undefined
  const known = [reading.question, ...reading.results.map((result) => result.text)].join('\n')
  return { type: 'text', text: structuredAnswer(schema, openFacts(known), words) }
}
