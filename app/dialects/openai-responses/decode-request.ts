import type { Conversation, OutputFormat, Settings } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import { unknownFields } from '../extras.ts'
import { decodeGuardrail } from '../openai-guardrail.ts'
import { cacheLifetime, decodePromptCache } from '../openai-prompt-cache.ts'
import { limitMetadata } from '../openai-settings.ts'
import { decodeItems } from './decode-items.ts'
import { decodeToolChoice } from './decode-tool-choice.ts'
import { decodeTools } from './decode-tools.ts'
import { extrasOf } from './extras.ts'
import { withLaterTools } from './later-tools.ts'
import { SUMMARISE } from './summarise.ts'
import { createToolNames } from './tool-names.ts'
import { KNOWN_FIELDS, type WireRequest } from './wire.ts'
import type { WireInputItem } from './wire-items.ts'

/**
 * A body that `responseRequest` let through, on the waist; earlier responses it goes on from stand in its
 * `input` by now. Throws `GatewayError` naming the field at fault.
 */
export function decodeRequest(body: unknown): Conversation {
  const request = body as WireRequest
  refusePrompt(request)
  const items = itemsOf(request)
  const names = createToolNames()
  const decodedTools = decodeTools(withLaterTools(request.tools ?? [], items), names)
  const { tools, toolChoice, forcesSearch, forbidsSearch } = decodeToolChoice(
    request.tool_choice,
    decodedTools,
  )
  const cacheTtl = cacheLifetime(request)
  const hasPreview = request.tools?.some(({ type }) => type === 'computer_use_preview')
  const computer = hasPreview ? 'computer_use_preview' : 'computer'
  const { system, turns, compacts } = decodeItems(items, { names, cacheTtl, computer })
  if (request.instructions) system.unshift({ type: 'text', text: request.instructions })
  if (compacts) turns.push({ role: 'user', parts: [{ type: 'text', text: SUMMARISE }] })
  const webSearch = forbidsSearch ? undefined : decodedTools.webSearch
  const extraFields = unknownFields(request, KNOWN_FIELDS)
  return {
    model: request.model,
    ...(request.bedrock_model && { upstreamModel: request.bedrock_model }),
    ...(request.model_provider && { modelProvider: request.model_provider }),
    system,
    turns,
    tools: compacts ? [] : tools,
    ...(toolChoice && !compacts && { toolChoice }),
    ...(webSearch && { webSearch: { ...webSearch, ...(forcesSearch && { forced: true }) } }),
    settings: decodeSettings(request, cacheTtl),
    ...decodeForm(request),
    ...decodeAround(request),
    stream: request.stream ?? false,
    ...(extraFields && { extraFields }),
    ...extrasOf({ request, compacts: compacts || undefined }),
    ...ignoredMember(ignoredFields(request)),
  }
}

const ignoredMember = (ignored: string[]) => (ignored.length > 0 ? { ignored } : {})

/** What is asked, as items. Throws where nothing is. */
function itemsOf({ input, instructions }: WireRequest): readonly WireInputItem[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }]
  if (input?.length || (input && instructions)) return input
  throw missingInput()
}

/** As OpenAI words it. */
export const missingInput = () =>
  new GatewayError('invalid-request', "Missing required parameter: 'input'.", {
    param: 'input',
    reason: 'missing_required_parameter',
  })

function refusePrompt({ prompt }: WireRequest): void {
  if (!prompt) return
  throw new GatewayError(
    'unsupported-parameter',
    `The prompt '${prompt.id}' is kept at OpenAI and cannot be read here: send its text as 'instructions' and 'input'.`,
    { param: 'prompt' },
  )
}

function decodeSettings(request: WireRequest, cacheTtl: '5m' | '1h' | undefined): Settings {
  const settings: Record<string, unknown> = {}
  const plain = {
    maxTokens: request.max_output_tokens,
    temperature: request.temperature,
    topP: request.top_p,
    topLogprobs: request.top_logprobs || undefined,
    logprobs: request.include?.includes(LOGPROBS) || undefined,
    parallelToolCalls: request.parallel_tool_calls,
    serviceTier: request.service_tier,
    verbosity: request.text?.verbosity,
    latency: request.performanceConfig?.latency,
    promptCache: decodePromptCache(request, cacheTtl),
  }
  for (const [name, value] of Object.entries(plain)) if (value != null) settings[name] = value
  return settings as Settings
}

const LOGPROBS = 'message.output_text.logprobs'

/** How to answer: format, thought, what to do with too much. */
function decodeForm({ text, reasoning, truncation }: WireRequest): Partial<Conversation> {
  const output = decodeOutput(text?.format)
  return {
    ...(output && { output }),
    ...decodeReasoning(reasoning),
    ...(truncation === 'auto' && { truncate: true }),
  }
}

function decodeOutput(
  format: NonNullable<WireRequest['text']>['format'],
): OutputFormat | undefined {
  if (!format || format.type === 'text') return undefined
  if (format.type === 'json_object') return { type: 'json-object' }
  const { name, description, schema, strict } = format
  return {
    type: 'json-schema',
    name,
    ...(description != null && { description }),
    schema,
    ...(strict != null && { strict }),
  }
}

/** A wish for summaries alone says how thoughts are shown, not that there shall be any: Codex always has it. */
function decodeReasoning(
  wire: WireRequest['reasoning'],
): Pick<Conversation, 'reasoning' | 'showsThoughts'> {
  if (wire?.effort) return { reasoning: { effort: wire.effort, param: 'reasoning.effort' } }
  return wire?.summary || wire?.generate_summary ? { showsThoughts: true } : {}
}

/** What stands around the conversation: who asks, what is kept, what guards it. */
function decodeAround(request: WireRequest): Partial<Conversation> {
  const user = request.safety_identifier ?? request.user
  const { metadata } = request
  if (metadata) limitMetadata(metadata)
  return {
    ...(user && { user }),
    ...(metadata && { metadata }),
    // Responses are kept unless that is forbidden, but that is no wish for an upstream to hear.
    ...(request.store != null && { store: request.store }),
    ...decodeGuardrail(request['amazon-bedrock-guardrailConfig']),
  }
}

/** Members of these objects that say something to us. */
const OPTIONS: readonly (readonly [
  'reasoning' | 'text' | 'stream_options',
  ReadonlySet<string>,
])[] = [
  ['reasoning', new Set(['effort', 'summary', 'generate_summary'])],
  ['text', new Set(['format', 'verbosity'])],
  ['stream_options', new Set(['include_usage', 'include_obfuscation'])],
]

/** What is accepted and has no effect on any model. */
function ignoredFields(request: WireRequest): string[] {
  const ignored: string[] = []
  if (request.max_tool_calls != null) ignored.push('max_tool_calls')
  if (request.moderation) ignored.push('moderation')
  if (request.context_management?.length) ignored.push('context_management')
  if (request.client_metadata) ignored.push('client_metadata')
  if (request.stream_options?.include_obfuscation) {
    ignored.push('stream_options.include_obfuscation')
  }
  for (const [name, known] of OPTIONS) {
    for (const field in unknownFields(request[name] ?? {}, known)) ignored.push(`${name}.${field}`)
  }
  return ignored
}
