import type { Conversation, Part } from '../../conversation/conversation.ts'
import type { ReplyEnd, Usage } from '../../conversation/events.ts'
import { encodeUsage, sumAnswers, type WireUsage } from '../openai-usage.ts'
import { ownOf, ownOfEnd } from './extras.ts'

/** What every answer of a request begins with, by the answer's index. */
export function echoes(conversation: Conversation): (index: number) => string {
  if (!ownOf(conversation).echo) return () => ''
  const { turns, batch = [], choices = 1 } = conversation
  const prompts = [turns, ...batch].map((prompt) =>
    prompt.map(({ parts }) => wordsOf(parts)).join(''),
  )
  return (index) => prompts[Math.floor(index / choices)] ?? ''
}

/** The words among some parts. Thoughts are not part of an answer here, and files have no words. */
export function wordsOf(parts: readonly Part[]): string {
  let words = ''
  for (const part of parts) words += wordsIn(part)
  return words
}

export const wordsIn = (part: Part): string =>
  part.type === 'text' || part.type === 'refusal' ? part.text : ''

/** The count of all answers of a request, prompt by prompt as OpenAI counts them; a single one as its server wrote it. */
export function usageOf(
  ends: readonly Pick<ReplyEnd, 'usage' | 'extras'>[],
  { choices = 1 }: Conversation,
): WireUsage {
  const own = ends.length === 1 ? ownOfEnd(ends[0]!).usage : undefined
  if (own) return own as WireUsage
  const sum: Usage = { input: 0, output: 0 }
  for (let at = 0; at < ends.length; at += choices) {
    const prompt = sumAnswers(ends.slice(at, at + choices).map(({ usage }) => usage))
    sum.input += prompt.input
    sum.output += prompt.output
    for (const kind of ['cacheRead', 'cacheWrite', 'reasoning'] as const) {
      const count = prompt[kind]
      if (count !== undefined) sum[kind] = (sum[kind] ?? 0) + count
    }
  }
  return encodeUsage(sum)
}
