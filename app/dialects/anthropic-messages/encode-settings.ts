import { entryOf } from '../../codecs/table.ts'
import type { Conversation, Settings } from '../../conversation/conversation.ts'
import type { ModelCard } from '../../ports/models.ts'
import { isIdle } from '../idle-settings.ts'
import type { Asking } from './asking.ts'
import { type Fields, ownOf } from './extras.ts'
import { SETTING_FIELDS } from './vocabulary.ts'

/** Settings with a member of their own on the wire, or carried elsewhere. */
const CARRIED: ReadonlySet<string> = new Set<keyof Settings>([
  'maxTokens',
  'temperature',
  'topP',
  'topK',
  'stop',
  'parallelToolCalls',
  'serviceTier',
  'promptCache',
])

/** Anthropic wants a limit in every request; this one every model allows. */
const FALLBACK_LIMIT = 4096

interface SettingsManner extends Asking {
  /** The model is made to think. */
  thinking: boolean
  /** The body is for Bedrock, where tier and latency stand in headers. */
  bedrock: boolean
}

/** Everything that tunes, as members of the request. */
export function writeSettings(
  members: Fields,
  conversation: Conversation,
  manner: SettingsManner,
): void {
  const settings = applicable(conversation.settings, manner)
  members['max_tokens'] = limit(settings, manner)
  for (const setting in SETTING_FIELDS) {
    const name = setting as keyof typeof SETTING_FIELDS
    const value = settings[name]
    if (name !== 'maxTokens' && value !== undefined) members[SETTING_FIELDS[name]] = value
  }
  const asHeard = manner.heard && !manner.card.traits.mendedTurns
  const stop = asHeard ? settings.stop : settings.stop?.filter((text) => text.trim() !== '')
  if (stop?.length) members['stop_sequences'] = stop
  if (!asHeard && settings.stop?.some((text) => text !== '' && text.trim() === '')) {
    manner.ignore('stop')
  }
  for (const setting in settings) {
    const value = settings[setting as keyof Settings]
    if (CARRIED.has(setting) || isIdle(setting, value)) continue
    if (setting !== 'latency' || !manner.bedrock) manner.ignore(setting)
  }
  if (!manner.bedrock) Object.assign(members, encodeTier(conversation, manner))
}

function limit({ maxTokens }: Settings, { card, heard, ignore }: SettingsManner): number {
  const { traits, maxOutput } = card
  const most = traits.maxOutputTokens
  if (maxTokens === undefined) {
    return traits.defaultMaxTokens ?? most ?? maxOutput ?? FALLBACK_LIMIT
  }
  // Betas lengthen a model's output, so who speaks this dialect is taken at their word.
  if (heard || most === undefined || maxTokens <= most) return maxTokens
  ignore('maxTokens')
  return most
}

/** The settings less those the model, or thinking, or their own company forbids (T26, T27). */
function applicable(settings: Settings, { card, thinking, ignore }: SettingsManner): Settings {
  const kept: Settings = { ...settings }
  const drop = (name: keyof Settings) => {
    if (kept[name] === undefined) return
    delete kept[name]
    ignore(name)
  }
  for (const name of card.traits.unsupported ?? []) drop(name as keyof Settings)
  if (thinking) dropBesideThought(kept, drop)
  if (kept.temperature !== undefined && kept.temperature > 1) {
    kept.temperature = 1
    ignore('temperature')
  }
  if (card.traits.temperatureWithTopP === false && kept.temperature !== undefined) drop('topP')
  return kept
}

/** Thinking models accept the temperature they use anyway, and a wide nucleus. */
function dropBesideThought(settings: Settings, drop: (name: keyof Settings) => void): void {
  const { temperature, topP } = settings
  if (temperature !== 1) drop('temperature')
  if (topP !== undefined && topP < 0.95) drop('topP')
  drop('topK')
}

const TIERS: Record<string, string> = {
  auto: 'auto',
  priority: 'auto',
  default: 'standard_only',
  standard: 'standard_only',
}

function encodeTier(conversation: Conversation, { ignore }: SettingsManner): Fields {
  const { serviceTier } = conversation.settings
  if (serviceTier === undefined || ownOf(conversation).fields?.['service_tier']) return {}
  const tier = entryOf(TIERS, serviceTier)
  if (!tier) ignore('serviceTier')
  return tier ? { service_tier: tier } : {}
}

/** Whether the model may go on from the assistant's last words. */
export function mayContinue({ traits }: ModelCard, thinking: boolean): boolean {
  return traits.prefill !== false && !thinking
}
