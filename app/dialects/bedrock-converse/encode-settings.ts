import { entryOf } from '../../codecs/table.ts'
import type { Conversation, Settings } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import { isIdle } from '../idle-settings.ts'
import type { Asking } from './encoding.ts'
import type { Thinking } from './reasoning.ts'
import type { ConverseRequest, InferenceConfig } from './wire.ts'

/** Settings that have a member of their own on the wire or are carried elsewhere; the rest is native or ignored. */
const CARRIED: ReadonlySet<string> = new Set<keyof Settings>([
  'maxTokens',
  'temperature',
  'topP',
  'stop',
  'parallelToolCalls',
  'serviceTier',
  'latency',
  'promptCache',
])

interface Tuning extends Asking {
  thinking: Thinking
  fields: Record<string, unknown>
}

/** Everything that tunes, as members of the request; `fields` collects the model's own. */
export function writeSettings(
  body: ConverseRequest,
  conversation: Conversation,
  tuning: Tuning,
): void {
  const { thinking, fields } = tuning
  const settings = applicable(conversation.settings, thinking, tuning)
  const inferenceConfig = encodeInference(settings, thinking, tuning)
  if (inferenceConfig) body.inferenceConfig = inferenceConfig
  encodeNative(settings, fields, tuning)
  const tier = encodeTier(settings.serviceTier, tuning)
  if (tier) body.serviceTier = { type: tier }
  const latency = encodeLatency(settings.latency, tuning)
  if (latency) body.performanceConfig = { latency }
}

/** The settings less those the model, or thinking, or their own company forbids. */
function applicable(settings: Settings, thinking: Thinking, asking: Asking): Settings {
  const { traits } = asking.card
  const kept: Settings = { ...settings }
  const drop = (name: keyof Settings) => {
    if (kept[name] === undefined) return
    delete kept[name]
    asking.ignore(name)
  }
  for (const name of traits.unsupported ?? []) if (name in kept) drop(name as keyof Settings)
  for (const name of thinking.drops) {
    if (!thinking.lenient || !isHarmless(name, kept)) drop(name)
  }
  // Newer Claude models take one of the two only (recorded 400). Temperature is what callers mean, unless
  // it is the one they would have anyway.
  if (traits.temperatureWithTopP === false && kept.temperature !== undefined) {
    if (kept.temperature === 1 && (kept.topP ?? 1) < 1) delete kept.temperature
    else drop('topP')
  }
  return kept
}

/** The temperature thinking models use anyway, and a nucleus that cuts next to nothing. */
function isHarmless(name: keyof Settings, { temperature, topP }: Settings): boolean {
  if (name === 'temperature') return temperature === 1
  return name === 'topP' && topP !== undefined && topP >= 0.95
}

function encodeInference(
  settings: Settings,
  thinking: Thinking,
  asking: Asking,
): InferenceConfig | undefined {
  const { traits } = asking.card
  const config: InferenceConfig = {}
  const wanted = thinking.drops.includes('maxTokens')
    ? undefined
    : (settings.maxTokens ?? traits.defaultMaxTokens)
  // Anthropic's callers want no word at all where they only fill the cache; Converse wants one.
  if (wanted !== undefined) config.maxTokens = clamp('maxTokens', Math.max(1, wanted), asking)
  if (settings.temperature !== undefined) {
    config.temperature = clamp('temperature', settings.temperature, asking)
  }
  if (settings.topP !== undefined) config.topP = settings.topP
  const stop = settings.stop?.filter((sequence) => sequence.trim() !== '')
  if (settings.stop?.some((sequence) => sequence !== '' && sequence.trim() === '')) {
    asking.ignore('stop')
  }
  if (stop?.length) config.stopSequences = checkStop(stop, asking)
  for (const _ in config) return config
  return undefined
}

/** Converse takes temperatures up to 1 (OpenAI's end at 2), and no more tokens than the model can say. */
function clamp(name: 'maxTokens' | 'temperature', value: number, asking: Asking): number {
  const most = name === 'temperature' ? 1 : (asking.card.traits.maxOutputTokens ?? value)
  if (value <= most) return value
  asking.ignore(name)
  return most
}

function checkStop(stop: string[], { card }: Asking): string[] {
  const most = card.traits.maxStopSequences
  if (most === undefined || stop.length <= most) return stop
  throw new GatewayError(
    'invalid-request',
    `The model ${card.id} takes at most ${most} stop sequences, not ${stop.length}.`,
    { param: 'stop' },
  )
}

function encodeNative(settings: Settings, fields: Record<string, unknown>, asking: Asking): void {
  const native = asking.card.traits.nativeSettings ?? {}
  for (const name in settings) {
    const value = settings[name as keyof Settings]
    if (value === undefined || CARRIED.has(name)) continue
    const path = native[name]
    if (path !== undefined) setNative(fields, path, value)
    else if (!isIdle(name, value)) asking.ignore(name)
  }
}

/** Writes to a path like `inferenceConfig.topK`; `!path` writes the opposite. */
export function setNative(fields: Record<string, unknown>, path: string, value: unknown): void {
  const steps = (path.startsWith('!') ? path.slice(1) : path).split('.')
  const last = steps.pop()!
  let place = fields
  for (const step of steps) {
    const inner = place[step]
    const next = typeof inner === 'object' && inner !== null ? { ...inner } : {}
    place[step] = next
    place = next as Record<string, unknown>
  }
  place[last] = path.startsWith('!') ? !value : value
}

/** AWS's tiers under the names that callers of other vendors have for them. */
const TIERS: Readonly<Record<string, string>> = {
  standard: 'default',
  fast: 'priority',
}

/** `auto` and `default` are what happens anyway; a tier the model or AWS does not have is named as ignored. */
function encodeTier(wanted: string | undefined, { card, ignore }: Asking): string | undefined {
  if (wanted === undefined || wanted === 'auto') return undefined
  const tier = entryOf(TIERS, wanted) ?? wanted
  const { serviceTiers = ['default', 'priority', 'flex', 'reserved'] } = card.traits
  if ((serviceTiers || []).includes(tier)) return tier
  if (tier !== 'default') ignore('serviceTier')
  return undefined
}

function encodeLatency(
  latency: Settings['latency'],
  { card, ignore }: Asking,
): Settings['latency'] {
  if (latency === undefined || card.traits.latencyOptimized !== false) return latency
  if (latency === 'optimized') ignore('latency')
  return undefined
}
