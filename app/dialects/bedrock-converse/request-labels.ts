import type { Conversation } from '../../conversation/conversation.ts'
import type { Asking } from './encoding.ts'
import type { ConverseRequest } from './wire.ts'

const MOST_PAIRS = 16
const LONGEST = 256

/** Under which key the end user stands in AWS's invocation log. */
export const USER_KEY = 'user_id'

/**
 * The labels of the gateway, the user and the caller's own labels for AWS's invocation log: at most 16
 * pairs of at most 256 characters of a small set (service model, RequestMetadata); other characters
 * become `_`, for anything else is a 400.
 */
export function encodeMetadata(
  { metadata, user, labels }: Pick<Conversation, 'metadata' | 'user' | 'labels'>,
  { ignore }: Pick<Asking, 'ignore'>,
): ConverseRequest['requestMetadata'] {
  const pairs: Record<string, string> = {}
  let count = 0
  let isWhole = true
  const add = (key: string, value: string) => {
    if (key === '') return
    const name = legal(key)
    // Ours come first and stay ours, also where a caller's key only becomes the same by being made legal.
    if (Object.hasOwn(pairs, name)) isWhole = false
    else if (count++ < MOST_PAIRS) pairs[name] = legal(value)
  }
  for (const key in labels) if (key !== USER_KEY || user === undefined) add(key, labels[key]!)
  if (user !== undefined) add(USER_KEY, user)
  for (const key in metadata) add(key, metadata[key]!)
  if (count > MOST_PAIRS || !isWhole) ignore('metadata')
  return count > 0 ? pairs : undefined
}

/** A caller's own pairs as they are, and the gateway's labels as far as AWS has room for them. */
export function ownLabelsFirst(
  own: Record<string, string> | undefined,
  { labels = {} }: Conversation,
): Record<string, string> | undefined {
  const pairs: Record<string, string> = { ...own }
  for (const key in labels) {
    if (Object.keys(pairs).length >= MOST_PAIRS) break
    const name = legal(key)
    if (!Object.hasOwn(pairs, name)) pairs[name] = legal(labels[key]!)
  }
  return Object.keys(pairs).length > 0 ? pairs : undefined
}

function legal(text: string): string {
  const short = text.length > LONGEST ? text.slice(0, LONGEST) : text
  return ILLEGAL.test(short) ? short.replace(ALL_ILLEGAL, '_') : short
}

const ILLEGAL = /[^a-zA-Z0-9\s:_@$#=/+,\-.]/
const ALL_ILLEGAL = new RegExp(ILLEGAL, 'g')

/** The guardrail of this request; how a stream is checked is said to streams only. */
export function encodeGuardrail({
  guardrail,
  stream,
}: Conversation): ConverseRequest['guardrailConfig'] {
  if (!guardrail) return undefined
  const { id, version, trace, streamMode } = guardrail
  return {
    guardrailIdentifier: id,
    guardrailVersion: version,
    ...(trace && { trace }),
    ...(stream && streamMode && { streamProcessingMode: streamMode }),
  }
}
