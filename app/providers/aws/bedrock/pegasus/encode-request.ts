import type {
  Conversation,
  MediaPart,
  OutputFormat,
  Settings,
  Turn,
} from '../../../../conversation/conversation.ts'
import type { EncodedRequest } from '../../../../dialects/dialect.ts'
import { GatewayError } from '../../../../errors.ts'
import type { ModelCard } from '../../../../ports/models.ts'
import { oneVideo, wordsAmong } from '../../../one-video.ts'

/** Tokens of one answer at most, and the hottest it gets (user guide, model-parameters-pegasus). */
const MOST_TOKENS = 4096
const HOTTEST = 1

/**
 * One question about one video, which is all that Pegasus knows (user guide, model-parameters-pegasus).
 * Instructions and earlier turns are told in the question's words. Throws `GatewayError` for anything but
 * exactly one video and some words about it.
 */
export function encodeRequest(conversation: Conversation, card: ModelCard): EncodedRequest {
  const { output, extraFields } = conversation
  const video = oneVideo(conversation, card)
  const { settings, ignored } = encodeSettings(conversation)
  const body = {
    ...extraFields,
    inputPrompt: promptOf(conversation),
    mediaSource: sourceOf(video),
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

function promptOf({ system, turns }: Conversation): string {
  const instructions = [system, ...turns.flatMap(systemParts)].map(wordsAmong)
  const said = turns.flatMap(({ role, parts }) => {
    const words = wordsAmong(parts)
    return role === 'system' || words === '' ? [] : [{ speaker: SPEAKERS[role], words }]
  })
  // One voice needs no name.
  const dialogue = said.map(({ speaker, words }) =>
    said.length === 1 ? words : `${speaker}: ${words}`,
  )
  return [...instructions, ...dialogue].filter((words) => words !== '').join('\n\n')
}

const systemParts = ({ role, parts }: Turn) => (role === 'system' ? [parts] : [])
