import type { Conversation, Settings, Turn } from '../../conversation/conversation.ts'
import type { ModelCard } from '../../ports/models.ts'
import type { EncodedRequest } from '../dialect.ts'
import type { Fields } from '../extras.ts'
import { ownOf } from './extras.ts'
import { wordsOf } from './shown.ts'
import { SETTING_FIELDS } from './vocabulary.ts'

/**
 * One prompt as a request to a server that speaks completions. The prompt is put before the answer by who
 * asks, unless its tokens are to be rated, and further answers are asked for by who asks. Streams always ask for their usage, because somebody pays for it.
 */
export function encodeRequest(conversation: Conversation, card: ModelCard): EncodedRequest {
  const ignored: string[] = []
  const { system, turns, user, extraFields, stream } = conversation
  const { fields, silent } = ownOf(conversation)
  const settings = encodeSettings(conversation, card, ignored)
  // Only the server can tell how likely the prompt's own tokens were.
  const echoed = ownOf(conversation).echo === true && settings['logprobs'] !== undefined
  const body = {
    model: card.id,
    prompt: wordsOf(system) + turns.map(({ parts }) => wordsOf(parts)).join(''),
    ...settings,
    ...(echoed && { echo: true }),
    ...(echoed && silent && { max_tokens: 0 }),
    ...(user && { user }),
    ...fields,
    ...extraFields,
    ...(stream && { stream: true, stream_options: { include_usage: true } }),
  }
  return { body, ignored, ...(echoed && { undo: { echoed } }) }
}

/** Whether a prompt is nothing but words, which is all that this dialect can carry. */
export const isWords = ({ turns, tools }: Pick<Conversation, 'turns' | 'tools'>): boolean =>
  tools.length === 0 && turns.every(hasWordsAlone)

const hasWordsAlone = ({ parts }: Turn) => parts.every(({ type }) => type === 'text')

const FIELDS: Partial<Record<keyof Settings, string>> = {
  ...SETTING_FIELDS,
  maxTokens: 'max_tokens',
  topLogprobs: 'logprobs',
  stop: 'stop',
}

function encodeSettings(
  { settings, ...conversation }: Conversation,
  { traits }: ModelCard,
  ignored: string[],
): Fields {
  const members: Fields = {}
  for (const [setting, value] of Object.entries(settings)) {
    const field = FIELDS[setting as keyof Settings]
    if (value === undefined || setting === 'logprobs') continue
    if (field === undefined || traits.unsupported?.includes(setting)) ignored.push(setting)
    else members[field] = value
  }
  const { stop } = ownOf(conversation)
  if (stop !== undefined && !traits.unsupported?.includes('stop')) members['stop'] = stop
  return members
}
