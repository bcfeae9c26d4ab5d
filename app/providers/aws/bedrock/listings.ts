import type { AccountModel } from './account-models.ts'
import { type BedrockModel, describe, lifecycleOf, milliseconds, modelOfAccount } from './cards.ts'
import type { FoundationModel, InferenceProfile } from './control-plane.ts'
import { kinOf } from './families/index.ts'
import { baseOf, type Offer, offerOfProfile, onDemand } from './offers.ts'

/** What the control plane said of one region. */
export interface Listings {
  region: string
  models: FoundationModel[]
  profiles: InferenceProfile[]
  account: AccountModel[]
}

interface ListingRules {
  /** Unix milliseconds: models whose life has ended by then are left out. */
  until: number
  isAvailable(region: string, modelId: string): boolean
}

/** Something seen in several regions. */
type Seen<T> = Map<string, { region: string; item: T }[]>

/** Every model, profile and resource of all regions, by id and by ARN. Profiles inherit from their model. */
export function modelsOfListings(
  listings: readonly Listings[],
  rules: ListingRules,
): Map<string, BedrockModel> {
  const models = seen(listings, ({ region, models }) => {
    const living = models.filter((model) => isAlive(model, rules.until))
    const usable = living.filter(({ modelId }) => rules.isAvailable(region, modelId))
    return usable.map((model) => [model.modelId, model])
  })
  const profiles = seen(listings, ({ region, profiles }) => {
    const active = profiles.filter(({ status }) => status === undefined || status === 'ACTIVE')
    return active
      .filter((profile) => rules.isAvailable(region, baseOf(profile) ?? ''))
      .map((profile) => [profile.inferenceProfileId, profile])
  })
  const listed = new Map<string, BedrockModel>()
  const ways = offersByBase(profiles)
  for (const [id, places] of models) listed.set(id, modelOf(id, places, ways.get(id) ?? []))
  for (const [id, places] of profiles) {
    const model = models.get(baseOf(places[0]!.item) ?? '')?.[0]?.item
    for (const entry of profilesOf(id, places, model)) listed.set(entry.card.id, entry)
  }
  for (const { region, account } of listings) {
    for (const one of account) listed.set(one.arn, modelOfAccount(one, accountOffers(one, region)))
  }
  return listed
}

function seen<T>(
  listings: readonly Listings[],
  itemsOf: (listing: Listings) => [string, T][],
): Seen<T> {
  const found: Seen<T> = new Map()
  for (const listing of listings) {
    for (const [id, item] of itemsOf(listing)) {
      const places = found.get(id) ?? []
      places.push({ region: listing.region, item })
      found.set(id, places)
    }
  }
  return found
}

function isAlive({ modelLifecycle }: FoundationModel, until: number): boolean {
  const end = milliseconds(modelLifecycle?.['endOfLifeTime'])
  return end === undefined || end > until
}

/** What AWS's own profiles offer of each model. Those of the account are asked only by name. */
function offersByBase(profiles: Seen<InferenceProfile>): Map<string, Offer[]> {
  const found = new Map<string, Offer[]>()
  for (const [id, places] of profiles) {
    for (const { region, item } of places) {
      const base = baseOf(item)
      if (item.type === 'APPLICATION' || base === undefined) continue
      const offers = found.get(base) ?? []
      offers.push(offerOfProfile(item, region, id))
      found.set(base, offers)
    }
  }
  return found
}

function modelOf(
  id: string,
  places: { region: string; item: FoundationModel }[],
  byProfile: readonly Offer[],
): BedrockModel {
  const ways = new Set(places.flatMap(({ item }) => item.inferenceTypesSupported ?? ['ON_DEMAND']))
  const onSpot = places
    .filter(({ item }) => (item.inferenceTypesSupported ?? ['ON_DEMAND']).includes('ON_DEMAND'))
    .map(({ region }) => onDemand(region, id))
  const offers = [...onSpot, ...byProfile]
  const { item } = places.find((place) => !isLegacy(place.item)) ?? places[0]!
  const listing = {
    regions: places.map(({ region }) => region),
    profiles: [...new Set(byProfile.map((offer) => offer.id))],
    inference_types: [...ways],
    lifecycle: lifecycleOf(item),
  }
  const created = places.map((place) => place.item.modelLifecycle?.['startOfLifeTime'])
  return {
    ...describe({ id, kin: kinOf(id), model: item, created, listing, summaries: byRegion(places) }),
    bases: [id],
    offers,
    legacy: isLegacy(item),
    // Context variants that can only be bought by the hour are ids of their own in the listing.
    hidden: offers.length === 0 && ways.size === 1 && ways.has('PROVISIONED'),
  }
}

/** A profile by its id and, region by region, by its ARN. */
function profilesOf(
  id: string,
  places: { region: string; item: InferenceProfile }[],
  model: FoundationModel | undefined,
): BedrockModel[] {
  const { item: first } = places[0]!
  const base = baseOf(first)
  const isOwn = first.type === 'APPLICATION'
  const offers = places.map(({ region, item }) =>
    offerOfProfile(item, region, isOwn ? (item.inferenceProfileArn ?? id) : id),
  )
  const listing = {
    profile: (first.type ?? '').toLowerCase(),
    base_model: base,
    regions: places.map(({ region }) => region),
    destinations: [...new Set(offers.flatMap(({ destinations }) => destinations ?? []))],
    lifecycle: lifecycleOf(model),
  }
  const bases = basesOf(places.map(({ item }) => item))
  const summaries = byRegion(places)
  const told = { id, name: first.inferenceProfileName, kin: kinOf(base), model, listing, summaries }
  const known: BedrockModel = {
    ...describe({ ...told, bases: bases ?? 'unknown' }),
    bases,
    offers,
    legacy: model !== undefined && isLegacy(model),
    ...(isOwn ? { kind: 'application-inference-profile' } : {}),
  }
  const byArn = places.flatMap(({ region, item }) => {
    const arn = item.inferenceProfileArn
    if (!arn) return []
    const card = { ...known.card, id: arn, summaries: byRegion([{ region, item }]) }
    return [{ ...known, card, offers: [offerOfProfile(item, region, arn)], hidden: true }]
  })
  return [known, ...byArn]
}

const byRegion = (places: readonly { region: string; item: object }[]) =>
  new Map(places.map(({ region, item }) => [region, item]))

/** Every model an id stands for in any region; unknown when one of them is. */
function basesOf(profiles: readonly InferenceProfile[]): string[] | undefined {
  const bases = profiles.map(baseOf).filter((base) => base !== undefined)
  return bases.length === profiles.length ? [...new Set(bases)] : undefined
}

/** Only a router leads elsewhere, and its listing does not say how far. */
function accountOffers({ kind, arn }: AccountModel, region: string): Offer[] {
  if (kind === 'prompt-router') return [{ region, id: arn, reach: 'geography' }]
  return [onDemand(region, arn)]
}

const isLegacy = ({ modelLifecycle }: FoundationModel) => modelLifecycle?.status === 'LEGACY'
