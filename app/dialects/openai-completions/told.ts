import type { NativePart, Part } from '../../conversation/conversation.ts'
import type { Fields } from '../extras.ts'
import { NAME } from './extras.ts'
import { type ChatLogprobs, charactersOf, logprobsOf } from './logprobs.ts'

/** What a server of this dialect told of a choice beside its text and its end. */
export interface Told {
  /** Members of the choice as they were written: `logprobs`, and what else compatible servers know. */
  choice?: Fields
  /** The answer begins with its prompt already. */
  echoed?: true
}

export function toldPart(value: Told): NativePart {
  return { type: 'native', dialect: NAME, value }
}

/** What a native part says of a choice; how likely its tokens were may also be told in the form of chat. */
export type Telling = Told & { chat?: ChatLogprobs }

/** Undefined for parts that say nothing which an answer of this dialect has a place for. */
export function tellingOf(part: Part | undefined): Telling | undefined {
  if (part?.type !== 'native') return undefined
  if (part.dialect === NAME) return part.value as Told
  // Models that chat tell it beside their words, in a member of the same name.
  const { logprobs } = (part.value ?? {}) as { logprobs?: ChatLogprobs }
  return Array.isArray(logprobs?.content) ? { chat: logprobs } : undefined
}

/** The members of a choice, of which those of chat are told anew. `start`: characters before its first token. */
export function membersOf({ choice, chat }: Telling, start: number): Fields | undefined {
  return chat ? { logprobs: logprobsOf(chat, start) } : choice
}

/** How many characters of the answer were told of, where offsets are ours to count. */
export function lengthOf({ chat }: Telling): number {
  let length = 0
  for (const { token } of chat?.content ?? []) length += charactersOf(token)
  return length
}
