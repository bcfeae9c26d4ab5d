import { entryOf } from '../../../codecs/table.ts'
import type { Modality, ModelCard } from '../../../ports/models.ts'
import type { AccountModel } from './account-models.ts'
import type { FoundationModel } from './control-plane.ts'
import type { Embedder } from './embeddings/embedder.ts'
import type { Generation } from './families/family.ts'
import { type Kin, kinOf, UNLISTED } from './families/index.ts'
import type { OwnLane } from './families/own-lane.ts'
import type { Painter } from './images/painter.ts'
import type { ArnKind } from './model-id.ts'
import { readModelId } from './model-id.ts'
import { basesOfId, type Offer } from './offers.ts'
import type { Reranker } from './reranker.ts'

/** A card, whether its model can be talked to, and the ways to ask it. */
export interface BedrockModel {
  card: ModelCard
  chats: boolean
  /** The dialect it speaks itself. */
  lane?: OwnLane
  /** How it is asked for vectors, or for an order. */
  embedder?: Embedder
  reranker?: Reranker
  /** How it is asked for pictures. */
  painter?: Painter
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
  const bases = basesOfId(id)
  const described = describe({ id, kin: kinOf(read.base), bases: bases ?? 'unknown' })
  return { ...described, bases, offers }
}

/** What a card is made from. */
interface Known {
  id: string
  kin: Kin
  name?: string
  model?: FoundationModel
  /** Over all regions: AWS's times, as it writes them. */
  created?: readonly (string | undefined)[]
  listing?: Record<string, unknown>
  summaries?: ModelCard['summaries']
  /** Ids of the models behind it. */
  bases?: readonly string[] | 'unknown'
}

type Described = Pick<BedrockModel, 'card' | 'chats' | 'lane' | 'embedder' | 'reranker' | 'painter'>

/** The card of a model, and what it can be asked. */
export function describe(known: Known): Described {
  const { id, kin, name, model, created, listing, summaries, bases } = known
  const { family, embedder, reranker, painter } = kin
  const generation: Pick<Generation, 'input' | 'traits' | 'contextWindow'> =
    embedder ?? painter ?? kin.generation ?? UNLISTED
  // The Rerank API takes no guardrail.
  const traits = reranker ? { ...generation.traits, guardrails: false } : generation.traits
  const { contextWindow } = reranker ?? generation
  const output: Modality[] = model ? modalities(model.outputModalities) : [outputOf(kin)]
  const chats = kin.generation !== undefined && output.includes('text')
  const reads = chats || embedder || reranker
  const called = name ?? model?.modelName
  return {
    chats,
    ...(chats && family?.lane ? { lane: family.lane } : {}),
    ...(embedder ? { embedder } : {}),
    ...(reranker ? { reranker } : {}),
    ...(painter ? { painter } : {}),
    card: {
      id,
      ...(called ? { name: called } : {}),
      provider: 'aws',
      owner: model?.providerName ?? family?.owner ?? 'unknown',
      created: earliest(created ?? [model?.modelLifecycle?.['startOfLifeTime']]),
      input: model ? inputOf(model, traits.documents === true) : [...generation.input],
      output,
      streaming: model?.responseStreamingSupported ?? streams(kin),
      ...(chats ? { tools: traits.tools !== false } : {}),
      ...(painter ? { draws: painter.draws } : {}),
      ...(reads && contextWindow ? { contextWindow } : {}),
      ...(chats && traits.maxOutputTokens ? { maxOutput: traits.maxOutputTokens } : {}),
      traits,
      ...leadsTo(id, bases),
      ...(listing ? { listing } : {}),
      ...(summaries ? { summaries } : {}),
    },
  }
}

/** What a model gives of which only the kin is known. */
function outputOf({ generation, reranker, painter }: Kin): Modality {
  if (generation) return 'text'
  if (painter) return 'image'
  return reranker ? 'reranking' : 'embedding'
}

const streams = ({ generation, embedder, reranker, painter }: Kin) =>
  !embedder && !reranker && !painter && generation?.streaming !== false

/** What is no model itself tells which it leads to. */
function leadsTo(id: string, bases: Known['bases']): Pick<ModelCard, 'leadsTo'> {
  if (bases === undefined || bases.length === 0) return {}
  if (bases === 'unknown') return { leadsTo: bases }
  return bases.length === 1 && bases[0] === id ? {} : { leadsTo: bases }
}

/** Something of the account's own; it inherits from the first model behind it. */
export function modelOfAccount(
  { kind, arn, name, bases, created }: AccountModel,
  offers: readonly Offer[],
): BedrockModel {
  const listing = { kind, regions: offers.map(({ region }) => region), base_models: bases }
  const known = { id: arn, name, kin: kinOf(bases[0]), created: [created], listing, bases }
  // What is listed without bases is a model of its own, whatever its ARN might hide.
  return { ...describe(known), bases, offers, kind }
}

/** ListFoundationModels knows no documents; the families do. */
function inputOf(model: FoundationModel, readsDocuments: boolean): Modality[] {
  const input = modalities(model.inputModalities)
  return readsDocuments ? [...input, 'document'] : input
}

const modalities = (words: string[] = []): Modality[] => [
  ...new Set(words.map((word) => entryOf(MODALITIES, word)).filter((known) => known !== undefined)),
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
