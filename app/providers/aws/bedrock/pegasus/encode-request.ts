import type {
  Conversation,
  MediaPart,
  OutputFormat,
  Part,
  Settings,
  Turn,
} from '../../../../conversation/conversation.ts'
import type { EncodedRequest } from '../../../../dialects/dialect.ts'
import { GatewayError } from '../../../../errors.ts'
import type { ModelCard } from '../../../../ports/models.ts'

/** Tokens of one answer at most, and the hottest it gets (user guide, model-parameters-pegasus). */
const MOST_TOKENS = 4096
const HOTTEST = 1

/**
 * One question about one video, which is all that Pegasus knows (user guide, model-parameters-pegasus).
 * Instructions and earlier turns are told in the question's words. Throws `GatewayError` for anything but
 * exactly one video and some words about it.
 */
export function encodeRequest(conversation: Conversation, card: ModelCard): EncodedRequest {
  const { tools, toolChoice, webSearch, output, extraFields } = conversation
  if (tools.length > 0 && toolChoice?.type !== 'none') throw unable(card, 'use tools', 'tools')
  if (webSearch) throw unable(card, 'search the web', webSearch.param ?? 'web_search_options')
  const { settings, ignored } = encodeSettings(conversation)
  const body = {
    ...extraFields,
    inputPrompt: promptOf(conversation, card),
    mediaSource: sourceOf(videoOf(conversation, card)),
    ...settings,
    ...(output?.type === 'json-schema' && { responseFormat: formatOf(output) }),
  }
  return { body, ignored }
}

/** Its knobs; all others are named as ignored. */
function encodeSettings({ settings, reasoning, dialectOnly = [] }: Conversation) {
  const ignored = new Set<string>(dialectOnly)
  if (reasoning) ignored.add(reasoning.param ?? 'reasoning')
  for (const name of Object.keys(settings)) if (!CARRIED.has(name)) ignored.add(name)
  const { temperature, maxTokens } = settings
  if (temperature !== undefined && temperature > HOTTEST) ignored.add('temperature')
  if (maxTokens !== undefined && maxTokens > MOST_TOKENS) ignored.add('maxTokens')
  return {
    settings: {
      ...(temperature !== undefined && { temperature: Math.min(temperature, HOTTEST) }),
      ...(maxTokens !== undefined && { maxOutputTokens: Math.min(maxTokens, MOST_TOKENS) }),
    },
    ignored: [...ignored],
  }
}

/** Carried here, or beside the body by whoever invokes the model. */
const CARRIED: ReadonlySet<string> = new Set<keyof Settings>([
  'temperature',
  'maxTokens',
  'serviceTier',
  'latency',
])

/** The form of the user guide; clients are seen to send two others, and none was ever recorded. */
const formatOf = ({ name = 'answer', schema }: Extract<OutputFormat, { type: 'json-schema' }>) => ({
  type: 'json_schema',
  jsonSchema: { name, schema },
})

function videoOf({ turns }: Conversation, card: ModelCard): MediaPart {
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

function sourceOf({ source }: MediaPart) {
  if (source.kind === 'base64') return { base64String: source.data }
  if (source.kind === 's3') {
    const { uri, bucketOwner } = source
    return { s3Location: { uri, ...(bucketOwner && { bucketOwner }) } }
  }
  throw new GatewayError('invalid-request', 'The video could not be read.', {
    cause: new Error(`a ${source.kind} source reached the encoder unresolved`),
  })
}

const SPEAKERS = { user: 'User', assistant: 'Assistant' } as const

function promptOf({ system, turns }: Conversation, card: ModelCard): string {
  const asked = turns.some(({ role, parts }) => role === 'user' && wordsOf(parts) !== '')
  if (!asked) throw needs(card, 'no text', paramOf(turns))
  const instructions = [system, ...turns.flatMap(systemParts)].map(wordsOf)
  const said = turns.flatMap(({ role, parts }) => {
    const words = wordsOf(parts)
    return role === 'system' || words === '' ? [] : [{ speaker: SPEAKERS[role], words }]
  })
  // One voice needs no name.
  const dialogue = said.map(({ speaker, words }) =>
    said.length === 1 ? words : `${speaker}: ${words}`,
  )
  return [...instructions, ...dialogue].filter((words) => words !== '').join('\n\n')
}

const systemParts = ({ role, parts }: Turn) => (role === 'system' ? [parts] : [])

const wordsOf = (parts: readonly Part[]): string =>
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
