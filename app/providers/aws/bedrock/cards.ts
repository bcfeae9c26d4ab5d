import type { Modality, ModelCard } from '../../../ports/models.ts'
import type { AccountModel } from './account-models.ts'
import type { FoundationModel } from './control-plane.ts'
import { type Kin, kinOf, UNLISTED } from './families/index.ts'
import type { OwnLane } from './families/own-lane.ts'
import type { ArnKind } from './model-id.ts'
import { readModelId } from './model-id.ts'
import { basesOfId, type Offer } from './offers.ts'

/** A card, whether its model can be talked to, and the ways to ask it. */
export interface BedrockModel {
  card: ModelCard
  chats: boolean
  /** The dialect it speaks itself. */
  lane?: OwnLane
  /** Ids of the models behind it; undefined when unknown. */
  bases?: readonly string[]
  offers: readonly Offer[]
  /** What kind of resource it is, where callers need leave to use it. */
  kind?: ArnKind
  /** Can be called but is not listed. */
  hidden?: boolean
  /** AWS is about to retire it. */
  legacy?: boolean
}

const MODALITIES: Record<string, Modality> = {
  TEXT: 'text',
  IMAGE: 'image',
  SPEECH: 'audio',
  AUDIO: 'audio',
  VIDEO: 'video',
  EMBEDDING: 'embedding',
  RERANKING: 'reranking',
}

/** A model of which only its id is known. */
export function modelOfId(id: string, offers: readonly Offer[]): BedrockModel | undefined {
  const read = readModelId(id)
  if (!read) return undefined
  return { ...describe({ id, kin: kinOf(read.base) }), bases: basesOfId(id), offers }
}

/** What a card is made from. */
export interface Known {
  id: string
  kin: Kin
  name?: string
  model?: FoundationModel
  /** Over all regions: AWS's times, as it writes them. */
  created?: readonly (string | undefined)[]
  listing?: Record<string, unknown>
}

/** The card of a model, and whether it chats. */
export function describe({ id, kin, name, model, created, listing }: Known): {
  card: ModelCard
  chats: boolean
  lane?: OwnLane
} {
  const { family } = kin
  const generation = kin.generation ?? UNLISTED
  const { traits, contextWindow } = generation
  const output: Modality[] = model
    ? modalities(model.outputModalities)
    : [kin.generation ? 'text' : 'embedding']
  const chats = kin.generation !== undefined && output.includes('text')
  const called = name ?? model?.modelName
  return {
    chats,
    ...(chats && family?.lane ? { lane: family.lane } : {}),
    card: {
      id,
      ...(called ? { name: called } : {}),
      provider: 'aws',
      owner: model?.providerName ?? family?.owner ?? 'unknown',
      created: earliest(created ?? [model?.modelLifecycle?.['startOfLifeTime']]),
      input: model ? inputOf(model, traits.documents === true) : [...generation.input],
      output,
      streaming: model?.responseStreamingSupported ?? generation.streaming ?? true,
      ...(chats ? { tools: traits.tools !== false } : {}),
      ...(chats && contextWindow ? { contextWindow } : {}),
      ...(chats && traits.maxOutputTokens ? { maxOutput: traits.maxOutputTokens } : {}),
      traits,
      ...(listing ? { listing } : {}),
    },
  }
}

/** Something of the account's own; it inherits from the first model behind it. */
export function modelOfAccount(
  { kind, arn, name, bases, created }: AccountModel,
  offers: readonly Offer[],
): BedrockModel {
  const listing = { kind, regions: offers.map(({ region }) => region), base_models: bases }
  const known = { id: arn, name, kin: kinOf(bases[0]), created: [created], listing }
  // What is listed without bases is a model of its own, whatever its ARN might hide.
  return { ...describe(known), bases, offers, kind }
}

/** ListFoundationModels knows no documents; the families do. */
function inputOf(model: FoundationModel, readsDocuments: boolean): Modality[] {
  const input = modalities(model.inputModalities)
  return readsDocuments ? [...input, 'document'] : input
}

const modalities = (words: string[] = []): Modality[] => [
  ...new Set(words.map((word) => MODALITIES[word]).filter((known) => known !== undefined)),
]

/** AWS's dates, under names like those of the other fields of a listing: `end_of_life_time`. */
export function lifecycleOf(
  model: FoundationModel | undefined,
): Record<string, unknown> | undefined {
  if (!model?.modelLifecycle) return undefined
  const named = Object.entries(model.modelLifecycle).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ])
  return Object.fromEntries(named)
}

/** Unix seconds of the earliest time; 0 when none is known. */
function earliest(times: readonly (string | undefined)[]): number {
  const known = times.map(milliseconds).filter((time) => time !== undefined)
  return known.length > 0 ? Math.floor(Math.min(...known) / 1000) : 0
}

/** AWS writes ISO dates, with up to nine digits behind the second (recorded), or seconds since 1970. */
export function milliseconds(time: string | number | undefined): number | undefined {
  const parsed = typeof time === 'number' ? time * 1000 : Date.parse(time ?? '')
  return Number.isNaN(parsed) ? undefined : parsed
}
