import { entryOf } from '../../codecs/table.ts'
import type {
  Conversation,
  Extras,
  OutputFormat,
  Part,
  ReasoningRequest,
  Settings,
  Turn,
} from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import { strayFields } from '../stray-fields.ts'
import { claudeAlone, TOOL_FIELDS } from './claude-alone.ts'
import { decodeBlocks } from './decode-blocks.ts'
import { decodeToolChoice, decodeTools } from './decode-tools.ts'
import { extrasOf, type Fields, ownOf, unknownFields } from './extras.ts'
import {
  checkMarks,
  refuseMisplacedBlocks,
  refuseRepeatedTools,
  refuseUnkeptThread,
} from './refusals.ts'
import { withToolChanges } from './tool-changes.ts'
import { SETTING_FIELDS } from './vocabulary.ts'
import { KNOWN_FIELDS, type WireRequest } from './wire.ts'
import type { WireMessage } from './wire-blocks.ts'

/**
 * A body that `messagesRequest` or `countTokensRequest` let through, on the waist. What has no common
 * meaning rides in `extras`, unknown fields in `extraFields`. Throws `GatewayError` naming the field.
 */
export function decodeRequest(body: unknown): Conversation {
  const request = withToolChanges(body as WireRequest)
  const betas = betasOf(request)
  refuseUnkeptThread(request)
  refuseMisplacedBlocks(request)
  refuseRepeatedTools(request)
  const marks = checkMarks(request)
  refuseBudgetOverLimit(request, betas)
  const { toolChoice, parallelToolCalls, idle } = decodeToolChoice(request)
  const reasoning = decodeReasoning(request)
  const output = decodeOutput(request)
  const extraFields = unknownFields(request, KNOWN_FIELDS)
  const fields = keptFields(request)
  const turns = request.messages.map(decodeMessage)
  const tools = decodeTools(request.tools)
  const strays = strayFields({ turns, tools }, strayMembers)
  const dialectOnly = [...claudeAlone(request, betas, marks), ...(strays ?? NO_NAMES)]
  return {
    model: request.model,
    system: decodeSystem(request.system),
    turns,
    tools,
    ...(toolChoice && { toolChoice }),
    settings: decodeSettings(request, parallelToolCalls),
    ...(output && { output }),
    ...(reasoning && { reasoning }),
    ...(request.metadata?.user_id && { user: request.metadata.user_id }),
    stream: request.stream ?? false,
    ...(extraFields && { extraFields }),
    ...extrasOf({
      heard: true,
      plain: typeof request.system === 'string' || undefined,
      betas: betas.length > 0 ? betas : undefined,
      thinking: request.thinking ?? undefined,
      outputConfig: request.output_config ?? undefined,
      fields,
    }),
    ...(dialectOnly.length > 0 && { dialectOnly }),
    ...(idle && { ignored: ['tool_choice'] }),
  }
}

const NO_NAMES: readonly string[] = []

/** Named already, or without a meaning. */
const NO_STRAYS: ReadonlySet<string> = new Set(['type', ...TOOL_FIELDS])

function strayMembers(holder: { extras?: Extras }): Fields | undefined {
  const { fields } = ownOf(holder)
  return fields && unknownFields(fields, NO_STRAYS)
}

function betasOf({ betas, anthropic_beta: more }: WireRequest): string[] {
  const all = [...(betas ?? []), ...(more ?? [])]
  return all.length > 1 ? [...new Set(all)] : all
}

function decodeSystem(system: WireRequest['system']): Part[] {
  if (typeof system === 'string') return withoutBilling([{ type: 'text', text: system }])
  return withoutBilling(decodeBlocks(system ?? [], 'system'))
}

const BILLING = 'x-anthropic-billing-header:'

/**
 * Claude Code opens its prompt with a line for Anthropic's accounts. Bedrock has refused prompts for that word
 * (anthropics/claude-code 24168 and 25358, 2026-02), and to other models it is noise in front of what could be cached.
 */
function withoutBilling(parts: Part[]): Part[] {
  const [first, ...rest] = parts
  if (first?.type !== 'text' || !first.text.startsWith(BILLING)) return parts
  const end = first.text.indexOf('\n')
  const text = end < 0 ? '' : first.text.slice(end).trimStart()
  return text === '' ? rest : [{ ...first, text }, ...rest]
}

const MESSAGE_FIELDS: ReadonlySet<string> = new Set(['role', 'content'])

function decodeMessage(wire: WireMessage, index: number): Turn {
  const { role, content } = wire
  const fields = unknownFields(wire, MESSAGE_FIELDS)
  return typeof content === 'string'
    ? { role, parts: [{ type: 'text', text: content }], ...extrasOf({ plain: true, fields }) }
    : { role, parts: decodeBlocks(content, `messages.${index}.content`), ...extrasOf({ fields }) }
}

/** Tiers by their names elsewhere: `standard_only` is what others call the default. */
const TIERS: Record<string, string> = { standard_only: 'default' }

function decodeSettings(request: WireRequest, parallelToolCalls: boolean | undefined): Settings {
  const settings: Record<string, unknown> = {}
  for (const setting in SETTING_FIELDS) {
    const value = request[SETTING_FIELDS[setting as keyof typeof SETTING_FIELDS]]
    if (value != null) settings[setting] = value
  }
  const { stop_sequences: stop, service_tier: tier, cache_control: control } = request
  // Kept as they are: blank ones are for who asks another model to leave out.
  if (stop?.length) settings['stop'] = stop
  if (tier != null) settings['serviceTier'] = entryOf(TIERS, tier) ?? tier
  if (parallelToolCalls !== undefined) settings['parallelToolCalls'] = parallelToolCalls
  if (control) settings['promptCache'] = { ttl: control.ttl ?? '5m', atEnd: true }
  return settings as Settings
}

function decodeOutput(request: WireRequest): OutputFormat | undefined {
  const format = request.output_config?.format ?? request.output_format
  return format ? { type: 'json-schema', schema: format.schema } : undefined
}

function decodeReasoning({
  thinking,
  output_config: config,
}: WireRequest): ReasoningRequest | undefined {
  const effort = config?.effort ?? undefined
  // Without `thinking` it is about the words of an answer (docs, effort), or about what a model thinks unasked.
  if (!thinking) return effort && { effort, gradesOnly: true, param: 'output_config.effort' }
  const graded = effort ? { effort, param: 'thinking' } : { param: 'thinking' }
  switch (thinking.type) {
    case 'enabled':
      return { budget: thinking.budget_tokens, ...shown(thinking), ...graded }
    case 'adaptive':
      return { adaptive: true, ...shown(thinking), ...graded }
    default:
      // `between_tools` is the least a model can think; who knows it gets it verbatim.
      return { enabled: false, ...graded }
  }
}

const shown = ({ display }: { display?: string | null }) => (display ? { display } : {})

const INTERLEAVED = 'interleaved-thinking'

/** Only thought between tool calls may be longer than the answer (docs, extended thinking). */
function refuseBudgetOverLimit({ thinking, max_tokens: limit }: WireRequest, betas: string[]) {
  if (thinking?.type !== 'enabled' || limit === undefined || thinking.budget_tokens < limit) return
  if (betas.some((flag) => flag.toLowerCase().startsWith(INTERLEAVED))) return
  throw new GatewayError(
    'invalid-request',
    'thinking.enabled.budget_tokens: `max_tokens` must be greater than `thinking.budget_tokens`.',
    { param: 'thinking.enabled.budget_tokens' },
  )
}

/** Fields whose wire form says more than the waist, or says it in another way. */
const KEPT = [
  'cache_control',
  'service_tier',
  'output_format',
  'container',
  'context_management',
  'compaction',
  'mcp_servers',
  'speed',
  'inference_geo',
  'billing_policy',
  'fallback_credit_token',
  'diagnostics',
  'user_profile_id',
  'workspace_id',
] as const satisfies readonly (keyof WireRequest)[]

function keptFields(request: WireRequest): Fields | undefined {
  let kept: Fields | undefined
  for (const field of KEPT) {
    if (request[field] != null) kept = { ...kept, [field]: request[field] }
  }
  const { metadata, stop_sequences: stop } = request
  if (metadata && !isUserAlone(metadata)) kept = { ...kept, metadata }
  if (stop?.length === 0) kept = { ...kept, stop_sequences: stop }
  return kept
}

function isUserAlone(metadata: object): boolean {
  const keys = Object.keys(metadata)
  return keys.length === 1 && 'user_id' in metadata && Boolean(metadata.user_id)
}
