import type { Conversation, Settings } from '../../conversation/conversation.ts'
import type { ModelCard } from '../../ports/models.ts'
import type { EncodedRequest } from '../dialect.ts'
import { effortOf } from '../openai-effort.ts'
import { wireNames } from '../openai-wire-names.ts'
import { encodeMessages } from './encode-messages.ts'
import { encodeTools } from './encode-tools.ts'
import { type Fields, ownOf } from './extras.ts'
import { SETTING_FIELDS } from './vocabulary.ts'

/**
 * A conversation as a request to a server that speaks chat completions. What the caller wrote in this
 * dialect goes out as it came. `n` is left to who asks: an answer holds one choice. Streams always ask for
 * their usage, because somebody pays for it.
 */
export function encodeRequest(conversation: Conversation, card: ModelCard): EncodedRequest {
  const ignored: string[] = []
  const names = wireNames(conversation)
  if (conversation.dialectOnly) ignored.push(...unsaid(conversation, conversation.dialectOnly))
  const { cachePoints, systemRoleOnly, plainThoughts } = card.traits
  const cacheControl = Boolean(cachePoints)
  const body = {
    model: card.id,
    messages: encodeMessages(conversation, {
      cacheControl,
      names,
      ignored,
      systemRoleOnly,
      plainThoughts,
    }),
    ...encodeTools(conversation, names),
    ...encodeSettings(conversation, card, ignored),
    ...encodeOutput(conversation),
    ...encodeReasoning(conversation, ignored),
    ...encodeAround(conversation, ignored),
    ...ownFields(conversation, card),
    ...encodeExtra(conversation, card, ignored),
    ...(conversation.stream && {
      stream: true,
      stream_options: { ...ownOf(conversation).streamOptions, include_usage: true },
    }),
  }
  const undo = {
    ...(names.undo && { toolNames: names.undo }),
    ...(conversation.stream && !conversation.streamUsage && { usage: true }),
    ...(card.traits.stopsAtCalls && endsInCalls(conversation) && { endsInCalls: true }),
  }
  return { body, ignored, ...(Object.keys(undo).length > 0 && { undo }) }
}

const endsInCalls = (conversation: Conversation): boolean =>
  conversation.tools.length > 0 &&
  conversation.toolChoice?.type !== 'tool' &&
  !ownOf(conversation).legacyFunctions

/** Of these fields those that this dialect has no words for either. */
function unsaid(conversation: Conversation, names: readonly string[]): string[] {
  const { fields, streamOptions, stop, strays } = ownOf(conversation)
  const said: Fields = { ...fields, stream_options: streamOptions, stop }
  return names.filter(
    (name) => said[name.split('.', 1)[0]!] === undefined && !strays?.includes(name),
  )
}

function encodeSettings(
  { settings, ...conversation }: Conversation,
  { traits }: ModelCard,
  ignored: string[],
): Fields {
  const maxTokens = ownOf(conversation).maxTokensField ?? traits.nativeSettings?.['maxTokens']
  const fields: Partial<Record<keyof Settings, string>> = {
    ...SETTING_FIELDS,
    maxTokens: maxTokens ?? 'max_completion_tokens',
    stop: 'stop',
  }
  const members: Fields = {}
  for (const [setting, value] of Object.entries(settings)) {
    const field = fields[setting as keyof Settings]
    if (value === undefined || setting === 'promptCache') continue
    if (field === undefined || traits.unsupported?.includes(setting)) ignored.push(setting)
    else members[field] = value
  }
  const { stop } = ownOf(conversation)
  if (stop !== undefined && !traits.unsupported?.includes('stop')) members['stop'] = stop
  const key = settings.promptCache?.key
  return key ? { ...members, prompt_cache_key: key } : members
}

function encodeOutput({ output }: Conversation): Fields {
  if (!output) return {}
  if (output.type !== 'json-schema') {
    return { response_format: { type: output.type === 'text' ? 'text' : 'json_object' } }
  }
  const { name = 'answer', description, schema, strict } = output
  return {
    response_format: {
      type: 'json_schema',
      json_schema: {
        name,
        ...(description !== undefined && { description }),
        schema,
        ...(strict !== undefined && { strict }),
      },
    },
  }
}

/** Fields with which a caller of this dialect says it otherwise; they go out verbatim. */
const OTHER_FORMS = ['reasoning', 'thinking', 'enable_thinking', 'thinking_budget'] as const

function encodeReasoning(conversation: Conversation, ignored: string[]): Fields {
  const { reasoning } = conversation
  const { fields } = ownOf(conversation)
  const verbatim = OTHER_FORMS.some((field) => fields?.[field] !== undefined)
  if (!reasoning || (verbatim && reasoning.param !== 'reasoning_effort')) return {}
  const effort = effortOf(reasoning)
  if (effort) return { reasoning_effort: effort }
  ignored.push(reasoning.param ?? 'reasoning')
  return {}
}

/** Search, labels: in their plain forms, over which the caller's own are laid. */
function encodeAround(conversation: Conversation, ignored: string[]): Fields {
  const { webSearch, guardrail, user, metadata, store } = conversation
  if (guardrail) ignored.push('guardrail')
  const said = ownOf(conversation).fields
  return {
    ...(webSearch && { web_search_options: encodeWebSearch(webSearch) }),
    ...(user && !said?.['safety_identifier'] && { user }),
    ...(metadata && { metadata }),
    ...(store !== undefined && { store }),
  }
}

/** What the caller wrote; of a model that does not speak, whose words somebody else speaks, no voice is asked. */
function ownFields(conversation: Conversation, { output }: ModelCard): Fields | undefined {
  const { fields } = ownOf(conversation)
  if (!conversation.audio || output.includes('audio')) return fields
  const { modalities: _, audio: __, ...others } = fields ?? {}
  return others
}

function encodeWebSearch({ contextSize, location }: NonNullable<Conversation['webSearch']>) {
  return {
    ...(contextSize && { search_context_size: contextSize }),
    ...(location && { user_location: { type: 'approximate', approximate: location } }),
  }
}

function encodeExtra(
  { extraFields }: Conversation,
  { traits }: ModelCard,
  ignored: string[],
): Fields | undefined {
  if (!extraFields || traits.extraFields !== false) return extraFields
  ignored.push(...Object.keys(extraFields))
  return undefined
}
