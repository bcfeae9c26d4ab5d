import type {
  Conversation,
  OutputFormat,
  Settings,
  WebSearch,
} from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import { decodeGuardrail } from '../openai-guardrail.ts'
import { decodeKnowledge, idleKnowledge } from '../openai-knowledge.ts'
import { cacheLifetime, decodePromptCache } from '../openai-prompt-cache.ts'
import { limitMetadata, stopSequences, stopsAtBlank, writtenStop } from '../openai-settings.ts'
import { decodeMessages } from './decode-messages.ts'
import { decodeReasoning } from './decode-reasoning.ts'
import { decodeTools } from './decode-tools.ts'
import { extrasOf, type Fields, unknownFields } from './extras.ts'
import { chatStrays, strayOptions } from './stray-fields.ts'
import { SETTING_FIELDS } from './vocabulary.ts'
import { KNOWN_FIELDS, type WireRequest } from './wire.ts'

/**
 * A body that `chatCompletionRequest` let through, on the waist. What has no common meaning rides in
 * `extras`, unknown fields in `extraFields`. Throws `GatewayError` naming the field at fault.
 */
export function decodeRequest(body: unknown): Conversation {
  const request = body as WireRequest
  const cacheTtl = cacheLifetime(request)
  const { system, systemForms, turns } = decodeMessages(request.messages, cacheTtl)
  const { tools, toolChoice, legacy, fields } = decodeTools(request)
  const { reasoning, hide, beaten } = decodeReasoning(request)
  const extraFields = unknownFields(request, KNOWN_FIELDS)
  const settings = decodeSettings(request, cacheTtl)
  const stream = request.stream ?? false
  const asked: Conversation = { model: request.model, system, turns, tools, settings, stream }
  const strays = chatStrays(asked)
  const extras = extrasOf({
    systemMessages: systemForms,
    legacyFunctions: legacy || undefined,
    hideReasoning: hide || undefined,
    maxTokensField: maxTokensField(request),
    stop: writtenStop(request.stop),
    streamOptions: streamOptions(request),
    fields: keptFields(request, fields, beaten),
    strays,
  })
  if (request.bedrock_model) asked.upstreamModel = request.bedrock_model
  if (request.model_provider) asked.modelProvider = request.model_provider
  if (toolChoice) asked.toolChoice = toolChoice
  if (reasoning) asked.reasoning = reasoning
  if (extraFields) asked.extraFields = extraFields
  const streamUsage = request.stream_options?.include_usage
  if (streamUsage != null) asked.streamUsage = streamUsage
  return Object.assign(
    asked,
    extras,
    decodeForm(request),
    decodeAround(request),
    decodeKnowledge(request),
    decodeDialectOnly(request, [...beaten, ...(strays ?? NO_NAMES)]),
    decodeIgnored(request),
  )
}

const NOTHING = {}
const NO_NAMES: readonly string[] = []

/** What only a server of this dialect understands. */
function decodeDialectOnly(
  request: WireRequest,
  names: readonly string[],
): { dialectOnly?: string[] } {
  const only = [...names, ...strayOptions(request)]
  if (isOther(request.user, request.safety_identifier)) only.push('user')
  if (request.moderation) only.push('moderation')
  if (request.stream_options?.include_obfuscation) only.push('stream_options.include_obfuscation')
  // OpenAI's models stop at a line break; the cleaning (T28) takes that away from all others.
  if (stopsAtBlank(request.stop)) only.push('stop')
  return only.length > 0 ? { dialectOnly: only } : NOTHING
}

const STREAM_FIELDS: ReadonlySet<string> = new Set(['include_usage'])

const streamOptions = ({ stream_options: options }: WireRequest): Fields | undefined =>
  options ? unknownFields(options, STREAM_FIELDS) : undefined

/** What is accepted and has no effect on any model. */
function decodeIgnored(request: WireRequest): { ignored?: string[] } {
  const ignored: string[] = []
  const guardrail = request['amazon-bedrock-guardrailConfig']
  // Tags choose parts of a prompt on InvokeModel; without them all of it is guarded.
  if (guardrail?.['tagSuffix'] != null) ignored.push('amazon-bedrock-guardrailConfig.tagSuffix')
  ignored.push(...idleTools(request), ...idleKnowledge(request))
  return ignored.length > 0 ? { ignored } : NOTHING
}

/** Of two names for the same the newer one counts. */
const isOther = <T>(older: T, newer: T): boolean =>
  older != null && newer != null && older !== newer

/** Of two ways to offer tools and to choose among them one counts, and a choice among none does not. */
function idleTools(request: WireRequest): string[] {
  const { tools, functions, function_call: call, tool_choice: choice } = request
  if (functions?.length && !tools?.length) return choice == null ? [] : ['tool_choice']
  return [
    ...(functions ? ['functions'] : []),
    ...(call == null ? [] : ['function_call']),
    ...(choice == null || tools?.length ? [] : ['tool_choice']),
  ]
}

const PLAIN_SETTINGS = Object.entries(SETTING_FIELDS)

function decodeSettings(request: WireRequest, cacheTtl: '5m' | '1h' | undefined): Settings {
  const settings: Record<string, unknown> = {}
  const maxTokens = request.max_completion_tokens ?? request.max_tokens
  if (maxTokens != null) settings['maxTokens'] = maxTokens
  for (const [setting, field] of PLAIN_SETTINGS) {
    const value = request[field]
    if (value != null) settings[setting] = value
  }
  if (request.performanceConfig?.latency) settings['latency'] = request.performanceConfig.latency
  const stop = stopSequences(request.stop)
  if (stop.length > 0) settings['stop'] = stop
  const promptCache = decodePromptCache(request, cacheTtl)
  if (promptCache) settings['promptCache'] = promptCache
  return settings as Settings
}

function maxTokensField(request: WireRequest): 'max_tokens' | undefined {
  return request.max_tokens != null && request.max_completion_tokens == null
    ? 'max_tokens'
    : undefined
}

/** The form of the answer: format, voice, number. */
function decodeForm(request: WireRequest): Partial<Conversation> {
  const { n, response_format: format, modalities } = request
  if (n == null && !format && !modalities) return NOTHING
  const output = decodeOutput(format)
  return {
    ...(output && { output }),
    ...decodeAudio(request),
    ...(n != null && { choices: n }),
  }
}

function decodeOutput(format: WireRequest['response_format']): OutputFormat | undefined {
  if (!format) return undefined
  if (format.type === 'text') return { type: 'text' }
  if (format.type === 'json_object') return decodeJsonObject(format['schema'])
  const { name, description, schema, strict } = format.json_schema
  return {
    type: 'json-schema',
    name,
    ...(description != null && { description }),
    schema: schema ?? {},
    ...(strict != null && { strict }),
  }
}

/** Together, Fireworks and llama.cpp take a schema here as well, and Instructor's JSON_SCHEMA mode tells it nowhere else. */
const decodeJsonObject = (schema: unknown): OutputFormat =>
  typeof schema === 'object' && schema !== null && !Array.isArray(schema)
    ? { type: 'json-schema', name: 'response', schema: { ...schema } }
    : { type: 'json-object' }

function decodeAudio({ modalities, audio }: WireRequest): Partial<Conversation> {
  if (!modalities?.includes('audio')) return {}
  if (!audio) {
    throw new GatewayError(
      'invalid-request',
      "Missing required parameter: 'audio'. Spoken answers need a voice and a format.",
      { param: 'audio', reason: 'missing_required_parameter' },
    )
  }
  const { voice, format } = audio
  return { audio: { voice: typeof voice === 'string' ? voice : voice.id, format } }
}

/** What stands around the conversation: who asks, what is kept, what guards it. */
function decodeAround(request: WireRequest): Partial<Conversation> {
  const user = request.safety_identifier ?? request.user
  const { metadata, file_ids: fileIds, store, web_search_options: search } = request
  const around: Partial<Conversation> = {
    ...decodeGuardrail(request['amazon-bedrock-guardrailConfig']),
  }
  if (user) around.user = user
  if (fileIds?.length) around.fileIds = fileIds
  if (metadata) {
    limitMetadata(metadata)
    around.metadata = metadata
  }
  if (store != null) around.store = store
  if (search) around.webSearch = decodeWebSearch(search)
  return around
}

function decodeWebSearch(options: NonNullable<WireRequest['web_search_options']>): WebSearch {
  const { search_context_size: contextSize, user_location: place } = options
  const location: Record<string, string> = {}
  for (const key of ['country', 'region', 'city', 'timezone'] as const) {
    const value = place?.approximate[key]
    if (value) location[key] = value
  }
  return { ...(contextSize && { contextSize }), ...(place && { location }) }
}

/** Fields whose wire form says more than the waist, or says it in another way. */
const KEPT = [
  'reasoning',
  'include_reasoning',
  'thinking',
  'enable_thinking',
  'thinking_budget',
  'modalities',
  'audio',
  'prompt_cache_key',
  'prompt_cache_retention',
  'prompt_cache_options',
  'web_search_options',
  'user',
  'safety_identifier',
  'moderation',
] as const satisfies readonly (keyof WireRequest)[]

function keptFields(
  request: WireRequest,
  others: Fields | undefined,
  beaten: readonly (keyof WireRequest)[],
): Fields | undefined {
  let kept = others
  for (const field of [...KEPT, ...beaten]) {
    const value = request[field]
    if (value != null) kept = { ...kept, [field]: value }
  }
  return kept
}
