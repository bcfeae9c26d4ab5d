import type { Config } from '../config.ts'
import type { Conversation, Guardrail, Settings } from '../conversation/conversation.ts'
import { GatewayError } from '../errors.ts'
import type { ModelCard } from '../ports/models.ts'
import type { Services } from '../ports/services.ts'
import type { Heard } from './answer.ts'
import { configuredGuardrail, guardrailName } from './caller-options.ts'
import { labelsOf } from './labels.ts'
import { idsOf } from './names/model-beginnings.ts'
import { withAvailableTools } from './optional-tools.ts'
import { withinWindow } from './truncate.ts'

/** For whom and by whom a conversation is to be answered. */
interface Settling {
  heard: Heard
  card: ModelCard
  services: Services
  /** The model is asked in the caller's own dialect. */
  speaksIt?: boolean
}

/**
 * The conversation as this server wants it asked of this model: guarded, labelled, in its service tier.
 * Throws `GatewayError` for what was asked and cannot be had here, so that no model is called in vain.
 */
export function settle(wished: Conversation, settling: Settling): Conversation {
  const { card, services, speaksIt } = settling
  const asked = withinWindow(withAvailableTools(wished, card, speaksIt), card)
  requireProvider(asked, card, services)
  requireVoice(asked, card, services)
  requireSystemPrompt(asked, card, services.config)
  const guardrail = guardrailFor(asked, settling)
  const settled: Conversation = { ...withTier(asked, settling) }
  settled.labels = labelsOf(settling.heard, services)
  if (guardrail) settled.guardrail = guardrail
  return settled
}

/** `model_provider` narrows; beside a model of somebody else it contradicts. */
function requireProvider(
  { modelProvider, model: alias, upstreamModel: model = alias }: Conversation,
  card: ModelCard,
  { providers }: Services,
): void {
  if (modelProvider === undefined || card.owner === 'unknown') return
  const wanted = plain(modelProvider)
  const names = [plain(card.owner), plain(card.provider)]
  // `mistral` is Mistral AI, `moonshot` Moonshot AI.
  if (wanted !== '' && names.some((name) => name.startsWith(wanted))) return
  // Somebody may be meant who is not there.
  const hints = providers.flatMap(({ hint }) => hint?.(`${modelProvider}/${model}`) ?? [])
  throw new GatewayError(
    'invalid-request',
    [`The model \`${model}\` is of ${card.owner}, not of '${modelProvider}'.`, ...hints].join(' '),
    { param: 'model_provider', reason: 'invalid_value' },
  )
}

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')

function requireVoice({ audio }: Conversation, card: ModelCard, { speech }: Services): void {
  if (!audio || speech || card.output.includes('audio')) return
  throw new GatewayError(
    'feature-unavailable',
    `The model ${card.id} does not speak, and no speech service is configured on this server: 'modalities' can be ["text"] only.`,
    { param: 'modalities' },
  )
}

function requireSystemPrompt(
  { system, turns }: Conversation,
  { id, traits }: ModelCard,
  config: Config,
): void {
  if (config.DROP_UNSUPPORTED_SYSTEM_PROMPT || traits.systemPrompt !== false) return
  if (system.length === 0 && !turns.some((turn) => turn.role === 'system')) return
  throw new GatewayError('unsupported-parameter', `The model ${id} takes no system prompt.`, {
    param: 'messages',
  })
}

/** Never passes in silence: who wants a guardrail gets one or a refusal. */
function guardrailFor(asked: Conversation, { heard, card, services }: Settling) {
  const guardrail: Guardrail | undefined = asked.guardrail ?? configuredGuardrail(services.config)
  if (!guardrail || card.traits.guardrails) return guardrail
  const whose = asked.guardrail ? 'The guardrail' : 'The guardrail configured on this server'
  throw new GatewayError(
    'unsupported-parameter',
    `${whose} cannot be applied to the model ${card.id}, so it is not asked.`,
    { param: asked.guardrail ? guardrailName(heard) : 'model' },
  )
}

/** With the tier the operator configured for the model, where the caller chose none or may not choose. */
function withTier(asked: Conversation, { heard, card, services }: Settling): Conversation {
  const { DEFAULT_MODEL_SERVICE_TIERS, AWS_BEDROCK_ALLOW_SERVICE_TIER_OVERRIDE } = services.config
  const tier = configuredTier(DEFAULT_MODEL_SERVICE_TIERS, card)
  if (tier === undefined) return asked
  const settings: Settings = { ...asked.settings, serviceTier: tier }
  const chosen = asked.settings.serviceTier
  // OpenAI's `auto` leaves the choice to the account, which is us.
  if (chosen === undefined || chosen === 'auto') return { ...asked, settings }
  if (AWS_BEDROCK_ALLOW_SERVICE_TIER_OVERRIDE || chosen === tier) return asked
  const name = heard.dialect.server.settingNames?.serviceTier ?? 'service_tier'
  return { ...asked, settings, ignored: [...(asked.ignored ?? []), name] }
}

/** The longest beginning of an id counts. */
function configuredTier(tiers: Record<string, string>, card: ModelCard): string | undefined {
  let found: string | undefined
  let ids: string[] | undefined
  for (const beginning in tiers) {
    ids ??= idsOf(card)
    const fits = ids.some((id) => id.startsWith(beginning))
    if (fits && (found === undefined || beginning.length > found.length)) found = beginning
  }
  return found === undefined ? undefined : tiers[found]
}
