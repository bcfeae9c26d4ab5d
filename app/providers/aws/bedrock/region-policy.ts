import type { Config } from '../../../config.ts'
import { GatewayError } from '../../../errors.ts'
import type { Offer, Reach } from './offers.ts'

/** Where models may be asked, as the operator decided. */
export interface RegionPolicy {
  /** In order of preference; never empty. */
  regions: readonly string[]
  crossRegion: boolean
  global: boolean
  /** Regions that models must not leave, by id or the beginning of one. */
  restrictions: Readonly<Record<string, readonly string[]>>
}

/** A model as far as the policy is concerned. */
interface Offered {
  /** The name it goes by, for sentences. */
  id: string
  /** Ids of the models behind it; undefined when unknown. */
  bases?: readonly string[]
  offers: readonly Offer[]
}

/** One region to ask, and by which id. `key` is both, for those who keep books. */
export interface Candidate {
  region: string
  id: string
  key: string
}

/** What the policy leaves of the offers: candidates in order of preference, or why there are none. */
export interface Plan {
  candidates: readonly Candidate[]
  refusal?: string
}

export function regionPolicy(config: Config, regions: readonly string[]): RegionPolicy {
  return {
    regions,
    crossRegion: config.AWS_BEDROCK_CROSS_REGION_INFERENCE,
    global: config.AWS_BEDROCK_CROSS_REGION_INFERENCE_GLOBAL,
    restrictions: config.AWS_BEDROCK_MODEL_REGION_RESTRICT,
  }
}

/** The nearer an answer comes from, the better. */
const DISTANCE: Record<Reach, number> = { region: 0, geography: 1, global: 2 }

/** One candidate a region: the offer that leads least far among those the policy allows. */
export function planRegions(model: Offered, policy: RegionPolicy): Plan {
  const bounds = restrictionOf(model, policy)
  if (bounds === 'unknown') {
    return refuse(`Which model ${model.id} leads to is unknown, and ${RESTRICT} holds some models.`)
  }
  const regions = bounds ? bounds.filter((one) => policy.regions.includes(one)) : policy.regions
  const objections: string[] = []
  const candidates: Candidate[] = []
  for (const region of regions) {
    const offers = model.offers.filter((offer) => offer.region === region)
    const allowed = offers.filter((offer) => {
      const objection = objectionTo(offer, policy, bounds)
      if (objection) objections.push(objection)
      return objection === undefined
    })
    const [best] = allowed.toSorted((a, b) => DISTANCE[a.reach] - DISTANCE[b.reach])
    if (best) candidates.push({ region, id: best.id, key: `${region} ${best.id}` })
  }
  if (candidates.length > 0) return { candidates }
  const where = regions.length > 0 ? `in ${regions.join(', ')}` : NOWHERE
  const reasons = [...new Set(objections)].slice(0, 4).join('; ')
  return refuse(
    `The model ${model.id} cannot be asked ${where}${reasons ? `: ${reasons}` : ': it is not offered there'}.`,
  )
}

const RESTRICT = 'AWS_BEDROCK_MODEL_REGION_RESTRICT'
const NOWHERE = `anywhere: none of its regions in ${RESTRICT} is among AWS_BEDROCK_REGIONS`

const refuse = (refusal: string): Plan => ({ candidates: [], refusal })

/** Empty candidate sets as the caller's error. */
export const refusalOf = (refusal: string) =>
  new GatewayError('invalid-request', refusal, { param: 'model', reason: 'no_region_available' })

/** The regions a model is held in; undefined when it is free, `unknown` when that cannot be told. */
function restrictionOf(
  { id, bases }: Offered,
  { restrictions }: RegionPolicy,
): readonly string[] | undefined | 'unknown' {
  const keys = Object.keys(restrictions)
  if (keys.length === 0) return undefined
  let regions: readonly string[] | undefined
  for (const name of [id, ...(bases ?? [])]) {
    const matching = keys.filter((key) => name.startsWith(key))
    const longest = matching.toSorted((a, b) => b.length - a.length)[0]
    if (longest === undefined) continue
    const found = restrictions[longest]!
    // A router may lead to several restricted models: it stays where all of them may be.
    regions = regions ? regions.filter((region) => found.includes(region)) : found
  }
  return regions ?? (bases === undefined ? 'unknown' : undefined)
}

function objectionTo(
  { id, reach, destinations }: Offer,
  { crossRegion, global }: RegionPolicy,
  bounds: readonly string[] | undefined,
): string | undefined {
  if (reach === 'global' && !global) {
    return `${id} is global, and AWS_BEDROCK_CROSS_REGION_INFERENCE_GLOBAL is off`
  }
  if (reach !== 'region' && !crossRegion) {
    return `${id} may answer from other regions, and AWS_BEDROCK_CROSS_REGION_INFERENCE is off`
  }
  if (!bounds) return undefined
  if (!destinations) return `${id} may lead out of ${bounds.join(', ')} (${RESTRICT})`
  const outside = destinations.filter((destination) => !bounds.includes(destination))
  return outside.length > 0 ? `${id} may lead to ${outside.join(', ')} (${RESTRICT})` : undefined
}
