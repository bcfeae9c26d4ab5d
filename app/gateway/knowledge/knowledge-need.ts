import type { Conversation, Turn } from '../../conversation/conversation.ts'

/**
 * Words by which people ask for what is written down somewhere, whole words only: `finding` and
 * `resource` mean something else. English, as far as this goes.
 */
const ASKING_FOR_SOURCES: readonly RegExp[] = [
  /\b(?:search|find|look ?up|retrieve|extract|cite|sources?|references?)\b/,
  /\b(?:get|pull) (?:the )?(?:information|details)\b/,
  /\b(?:according to|based on)\b/,
  /\b(?:in|from) (?:the|your|our|this|these) (?:\w+ )?(?:documents?|docs|documentation|knowledge base|files?|polic(?:y|ies)|manuals?|handbook)\b/,
  /\bwhat (?:does|do|is|are|did)\b.*\b(?:say|says|said|mention|mentioned|state|stated|indicate)\b/,
  /\b(?:document|documentation|file)s? (?:says?|mentions?|states?|contains?)\b/,
  /\b(?:uploaded|attached) (?:documents?|files?)\b/,
]

const SPEAKING_OF_SOURCES =
  /\b(?:documents?|docs|documentation|files?|knowledge base|database|repository|sources?|references?|uploaded|attached)\b/

const FOLLOWING_UP =
  /\b(?:what|how|where|why|when|which|who|explain|elaborate|tell me more|show me|give me)\b/

/**
 * Whether the caller's words want a knowledge base to be asked: files came along, the last message of the
 * user asks for what is written somewhere, or follows up on talk about documents.
 */
export function wantsKnowledge({ turns, fileIds }: Conversation): boolean {
  if (fileIds?.length) return true
  const said = turns
    .filter(({ role }) => role === 'user')
    .map((turn) => wordsOf(turn).toLowerCase())
  const spoken = said.filter((words) => words !== '')
  const last = spoken.at(-1)
  if (last === undefined) return false
  if (ASKING_FOR_SOURCES.some((pattern) => pattern.test(last))) return true
  return FOLLOWING_UP.test(last) && spoken.slice(0, -1).some((one) => SPEAKING_OF_SOURCES.test(one))
}

/** What a turn says in words. */
export function wordsOf({ parts }: Turn): string {
  const texts = parts.filter((part) => part.type === 'text').map((part) => part.text.trim())
  return texts.filter(Boolean).join('\n')
}
