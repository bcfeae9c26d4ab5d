import type { InferenceProfile } from './control-plane.ts'
import { readModelId } from './model-id.ts'

/** How far from the region that is asked an answer may come. */
export type Reach = 'region' | 'geography' | 'global'

/** One way to ask for a model: what to send where, and where that may lead. */
export interface Offer {
  region: string
  /** Model id, profile id or ARN. */
  id: string
  reach: Reach
  /** Regions that may answer; undefined when nobody said. */
  destinations?: readonly string[]
}

/** A model asked for by its own id: it answers where it is asked. */
export const onDemand = (region: string, id: string): Offer => ({
  region,
  id,
  reach: 'region',
  destinations: [region],
})

/** AWS's own word for profiles that know no borders; the names of all others are discovered. */
const GLOBAL = 'global'

const targetsOf = ({ models = [] }: InferenceProfile) =>
  models.map(({ modelArn }) => readModelId(modelArn ?? ''))

/** The id of the model behind a profile. */
export const baseOf = (profile: InferenceProfile): string | undefined =>
  targetsOf(profile).find((target) => target?.base)?.base ??
  readModelId(profile.inferenceProfileId)?.base

/** A profile as it was listed in `region`. A target without a region is the mark of a global one (recorded). */
export function offerOfProfile(profile: InferenceProfile, region: string, id: string): Offer {
  const targets = targetsOf(profile)
  const destinations = targets.flatMap((target) => (target?.region ? [target.region] : []))
  const isGlobal =
    readModelId(profile.inferenceProfileId)?.geography === GLOBAL ||
    targets.some((target) => target && target.region === undefined)
  if (isGlobal) return { region, id, reach: GLOBAL }
  if (destinations.length === 0) return { region, id, reach: 'geography' }
  const stays = destinations.every((destination) => destination === region)
  return { region, id, reach: stays ? 'region' : 'geography', destinations }
}

/** What is known of an id that nobody listed, from its form alone. */
export function offersOfId(id: string, regions: readonly string[]): Offer[] {
  const read = readModelId(id)
  if (!read) return []
  const places = read.region ? [read.region] : regions
  return places.map((region) => {
    if (read.geography !== undefined) {
      return { region, id, reach: read.geography === GLOBAL ? GLOBAL : 'geography' }
    }
    const wanders = read.kind !== undefined && WANDERING.has(read.kind)
    return wanders ? { region, id, reach: 'geography' } : onDemand(region, id)
  })
}

/** ARNs whose answer may come from elsewhere, by names that do not tell. */
const WANDERING: ReadonlySet<string> = new Set([
  'application-inference-profile',
  'inference-profile',
  'prompt',
  'prompt-router',
  'default-prompt-router',
])

/** ARNs that lead to models AWS also lists, without telling which. */
const VEILED: ReadonlySet<string> = new Set([
  ...WANDERING,
  'provisioned-model',
  'custom-model-deployment',
])

/** Ids of the models behind an id; undefined when its form does not tell, empty for a model of its own. */
export function basesOfId(id: string): string[] | undefined {
  const read = readModelId(id)
  if (read?.base) return [read.base]
  return read?.kind !== undefined && VEILED.has(read.kind) ? undefined : []
}
