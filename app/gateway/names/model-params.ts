import type { ModelAlias, ModelParams } from '../../config/model-settings.ts'
import type { Conversation, Settings } from '../../conversation/conversation.ts'
import type { ModelCard } from '../../ports/models.ts'
import { idsOf } from './model-beginnings.ts'

/** Parameters that are settings, by OpenAI's names; any other is a field of the model's own. */
const SETTINGS: Readonly<Record<string, keyof Settings>> = {
  max_tokens: 'maxTokens',
  max_completion_tokens: 'maxTokens',
  temperature: 'temperature',
  top_p: 'topP',
  top_k: 'topK',
  stop: 'stop',
  // Anthropic's name, and that of the fields operators bring from other gateways.
  stop_sequences: 'stop',
  seed: 'seed',
  frequency_penalty: 'frequencyPenalty',
  presence_penalty: 'presencePenalty',
  parallel_tool_calls: 'parallelToolCalls',
  service_tier: 'serviceTier',
  verbosity: 'verbosity',
}

/** The conversation with what an alias says of it; the request itself wins. */
export function withAlias(asked: Conversation, alias: ModelAlias | undefined): Conversation {
  if (!alias) return asked
  const { serviceTier, guardrail, metadata, params } = alias
  const { settings } = asked
  const tier = settings.serviceTier
  // OpenAI's `auto` leaves the choice to the account, which is us.
  const takesTier = serviceTier !== undefined && (tier === undefined || tier === 'auto')
  const tuned: Conversation = {
    ...asked,
    ...(takesTier && { settings: { ...settings, serviceTier } }),
    ...(guardrail && { guardrail: asked.guardrail ?? guardrail }),
    ...(metadata && { metadata: { ...metadata, ...asked.metadata } }),
  }
  return params ? withParams(tuned, params) : tuned
}

/** The conversation with what the operator says of models whose id begins so; the longest beginning wins. */
export function withDefaults(
  asked: Conversation,
  card: ModelCard,
  defaults: Readonly<Record<string, ModelParams>>,
): Conversation {
  const names = idsOf(card)
  const fitting = Object.keys(defaults).filter((beginning) =>
    names.some((name) => name.startsWith(beginning)),
  )
  if (fitting.length === 0) return asked
  return fitting
    .toSorted((a, b) => b.length - a.length)
    .reduce((tuned, beginning) => withParams(tuned, defaults[beginning]!), asked)
}

function withParams(asked: Conversation, params: ModelParams): Conversation {
  const settings: Record<string, unknown> = {}
  const extraFields: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined || name === 'reasoning_effort') continue
    const setting = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined
    if (setting) settings[setting] = setting === 'stop' ? [value].flat() : value
    else extraFields[name] = value
  }
  const effort = params.reasoning_effort
  const hasFields = Object.keys(extraFields).length > 0
  return {
    ...asked,
    // Only names of the table are added, and their values were checked when the configuration was read.
    settings: { ...(settings as Settings), ...present(asked.settings) },
    ...(effort && !asked.reasoning && { reasoning: { effort } }),
    ...(hasFields && { extraFields: { ...extraFields, ...asked.extraFields } }),
  }
}

/** Without members that are there but undefined, which would hide the defaults. */
const present = (settings: Settings): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
