import type { Conversation } from '../../conversation/conversation.ts'
import type { ReplyEvent } from '../../conversation/events.ts'
import type { Served } from '../../ports/call.ts'
import type { ChatModel } from '../../ports/models.ts'
import { answer } from './answer.ts'
import { ignoredOf, mannerOf } from './models.ts'
import { type Pace, pacedStream, speakingTime } from './pace.ts'
import { replay } from './replay.ts'
import { troubleOf } from './trouble.ts'
import { inputTokens } from './usage.ts'

/** The model of a name. A whole answer comes when its last token would have been said. */
export function createChat(name: string, tokensPerSecond: number): ChatModel {
  const manner = mannerOf(name)
  const trouble = troubleOf(name)
  const pace: Pace = {
    tokensPerSecond: trouble?.tokensPerSecond ?? tokensPerSecond,
    silence: trouble?.silence ?? 0,
  }
  return {
    async reply(conversation, { signal }) {
      if (trouble?.refusal) throw trouble.refusal()
      const reply = answer(conversation, manner)
      await speakingTime(reply.end.usage.output, pace, signal)
      return { reply, served: servedBy(name, conversation) }
    },
    async stream(conversation, { signal }) {
      if (trouble?.refusal && !trouble.breakage) throw trouble.refusal()
      const events = replay(answer(conversation, manner))
      const told = trouble?.breakage ? firstHalf(events) : events
      return {
        events: pacedStream({ events: told, pace, signal, failure: trouble?.breakage?.() }),
        served: servedBy(name, conversation),
      }
    },
    count: async (conversation) => inputTokens(conversation),
  }
}

function firstHalf(events: ReplyEvent[]): ReplyEvent[] {
  return events.slice(0, Math.ceil(events.length / 2))
}

function servedBy(name: string, conversation: Conversation): Served {
  const { settings, guardrail, webSearch, dialectOnly = [], extraFields = {} } = conversation
  const ignored = [
    ...ignoredOf(settings),
    ...(guardrail ? ['guardrail'] : []),
    ...(webSearch ? ['web_search_options'] : []),
    ...dialectOnly,
    ...Object.keys(extraFields),
    ...unknownParts(conversation),
  ]
  return { provider: 'embedded', model: name, attempts: 1, ignored }
}

/** What only another dialect's models could read, by its own name. */
function unknownParts({ turns }: Conversation): string[] {
  return turns.flatMap(({ parts }) =>
    parts.flatMap((part) => {
      if (part.type !== 'native') return []
      const { type } = part.value as { type?: unknown }
      return typeof type === 'string' ? type : part.dialect
    }),
  )
}
