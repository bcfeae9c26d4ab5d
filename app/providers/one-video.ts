import type { Conversation, MediaPart, Part, Turn } from '../conversation/conversation.ts'
import { GatewayError } from '../errors.ts'
import type { ModelCard } from '../ports/models.ts'

/**
 * The video of a conversation with a model that answers a text about exactly one, and does nothing else. Throws
 * `GatewayError` naming what is missing or too much.
 */
export function oneVideo(conversation: Conversation, card: ModelCard): MediaPart {
  const { tools, toolChoice, turns, webSearch } = conversation
  if (tools.length > 0 && toolChoice?.type !== 'none') throw unable(card, 'use tools', 'tools')
  if (webSearch) throw unable(card, 'search the web', webSearch.param ?? 'web_search_options')
  const asked = turns.some(({ role, parts }) => role === 'user' && wordsAmong(parts) !== '')
  if (!asked) throw needs(card, 'no text', paramOf(turns))
  const media = turns.flatMap(({ parts }) => mediaAmong(parts))
  const other = media.find(({ type }) => type !== 'video')
  if (other) throw unable(card, `read ${other.type} input`, other.param ?? paramOf(turns))
  const [video, second] = media
  if (video && !second) return video
  throw needs(card, `${media.length || 'no'} videos`, second?.param ?? paramOf(turns))
}

const mediaAmong = (parts: readonly Part[]): MediaPart[] =>
  parts.flatMap((part) => {
    if (part.type === 'tool-result') return mediaAmong(part.content)
    return 'source' in part ? [part] : []
  })

/** The words among some parts, a line each. */
export const wordsAmong = (parts: readonly Part[]): string =>
  parts
    .flatMap((part) => (part.type === 'text' || part.type === 'refusal' ? [part.text.trim()] : []))
    .filter((text) => text !== '')
    .join('\n')

/** Where the question stands in the caller's request. */
const paramOf = (turns: readonly Turn[]): string => turns[0]?.param ?? 'messages'

const needs = ({ id }: ModelCard, got: string, param: string) =>
  new GatewayError(
    'invalid-request',
    `The model ${id} answers one text about exactly one video, but got ${got}.`,
    { param, reason: 'invalid_value' },
  )

const unable = ({ id }: ModelCard, what: string, param: string) =>
  new GatewayError('unsupported-parameter', `The model ${id} does not ${what}.`, { param })
