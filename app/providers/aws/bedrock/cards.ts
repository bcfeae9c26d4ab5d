import type { Modality, ModelCard } from '../../../ports/models.ts'
import type { FoundationModel, InferenceProfile } from './control-plane.ts'
import { type Kin, kinOf, UNLISTED } from './families/index.ts'
import { readModelId } from './model-id.ts'

/** A card, and whether its model can be talked to. */
export interface BedrockModel {
  card: ModelCard
  chats: boolean
}

/** What ListFoundationModels and ListInferenceProfiles said of one region. */
export interface Listings {
  region: string
  models: FoundationModel[]
  profiles: InferenceProfile[]
}

const MODALITIES: Record<string, Modality> = {
  TEXT: 'text',
  IMAGE: 'image',
  SPEECH: 'audio',
  AUDIO: 'audio',
  VIDEO: 'video',
  EMBEDDING: 'embedding',
}

/** A model of which only its id is known. */
export function modelOfId(id: string): BedrockModel | undefined {
  const read = readModelId(id)
  return read && makeModel({ id, kin: kinOf(read.base) })
}

/** Every model and profile of the listings, by id and, for profiles, by ARN. Profiles inherit from their model. */
export function modelsOfListings({
  region,
  models,
  profiles,
}: Listings): Map<string, BedrockModel> {
  const listed = new Map<string, BedrockModel>()
  const byId = new Map(models.map((model) => [model.modelId, model]))
  const profilesOf = new Map<string, string[]>()
  for (const profile of profiles) {
    const base = baseOf(profile)
    if (base) profilesOf.set(base, [...(profilesOf.get(base) ?? []), profile.inferenceProfileId])
  }
  for (const model of models) {
    const listing = {
      regions: [region],
      profiles: profilesOf.get(model.modelId) ?? [],
      inference_types: model.inferenceTypesSupported ?? [],
      lifecycle: lifecycleOf(model),
    }
    const { modelId: id } = model
    listed.set(id, makeModel({ id, kin: kinOf(id), model, listing }))
  }
  for (const profile of profiles) {
    const base = baseOf(profile)
    const model = base === undefined ? undefined : byId.get(base)
    const { inferenceProfileId: id, inferenceProfileName: name } = profile
    const listing = {
      profile: (profile.type ?? '').toLowerCase(),
      base_model: base,
      regions: regionsOf(profile),
      lifecycle: lifecycleOf(model),
    }
    const known = makeModel({ id, name, kin: kinOf(base), model, listing })
    listed.set(id, known)
    if (profile.inferenceProfileArn) {
      const card = { ...known.card, id: profile.inferenceProfileArn }
      listed.set(profile.inferenceProfileArn, { ...known, card })
    }
  }
  return listed
}

interface Known {
  id: string
  kin: Kin
  name?: string
  model?: FoundationModel
  listing?: Record<string, unknown>
}

function makeModel({ id, kin, name, model, listing }: Known): BedrockModel {
  const { family } = kin
  const generation = kin.generation ?? UNLISTED
  const { traits, contextWindow } = generation
  const output: Modality[] = model
    ? modalities(model.outputModalities)
    : [kin.generation ? 'text' : 'embedding']
  const chats = kin.generation !== undefined && output.includes('text')
  return {
    chats,
    card: {
      id,
      ...((name ?? model?.modelName) ? { name: name ?? model?.modelName } : {}),
      provider: 'aws',
      owner: model?.providerName ?? family?.owner ?? 'unknown',
      created: seconds(model?.modelLifecycle?.['startOfLifeTime']),
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

/** ListFoundationModels knows no documents; the families do. */
function inputOf(model: FoundationModel, readsDocuments: boolean): Modality[] {
  const input = modalities(model.inputModalities)
  return readsDocuments ? [...input, 'document'] : input
}

const modalities = (words: string[] = []): Modality[] => [
  ...new Set(words.map((word) => MODALITIES[word]).filter((known) => known !== undefined)),
]

const arns = ({ models = [] }: InferenceProfile) =>
  models.map(({ modelArn }) => readModelId(modelArn ?? ''))

const baseOf = (profile: InferenceProfile) =>
  arns(profile).find((arn) => arn?.base)?.base ?? readModelId(profile.inferenceProfileId)?.base

const regionsOf = (profile: InferenceProfile) =>
  arns(profile).flatMap((arn) => (arn?.region ? [arn.region] : []))

/** AWS's dates, under names like those of the other fields of a listing: `end_of_life_time`. */
function lifecycleOf(model: FoundationModel | undefined): Record<string, unknown> | undefined {
  if (!model?.modelLifecycle) return undefined
  const named = Object.entries(model.modelLifecycle).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ])
  return Object.fromEntries(named)
}

function seconds(time: string | undefined): number {
  const milliseconds = time === undefined ? Number.NaN : Date.parse(time)
  return Number.isNaN(milliseconds) ? 0 : Math.floor(milliseconds / 1000)
}
