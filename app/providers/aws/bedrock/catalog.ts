import type { Linger } from '../../../ports/runtime.ts'
import { type Cached, staleWhileRevalidate } from '../../stale-while-revalidate.ts'
import type { AwsCall } from '../call.ts'
import type { Warn } from '../warn.ts'
import { type AccountModel, accountListings } from './account-models.ts'
import type { Availability } from './availability.ts'
import type { BedrockModel } from './cards.ts'
import { type Inquiry, listFoundationModels, listInferenceProfiles } from './control-plane.ts'
import { type Listings, modelsOfListings } from './listings.ts'
import type { ArnKind } from './model-id.ts'
import type { SharedListings } from './shared-listings.ts'

/** Models by id, profiles and resources by id and by ARN. */
export type Models = ReadonlyMap<string, BedrockModel>

export interface Catalog extends Cached<Models> {
  /** Whether any region could be listed: then what is absent does not exist. */
  isReliable(): boolean
}

interface CatalogOptions {
  call: AwsCall
  regions: readonly string[]
  /** How long a listing is fresh. */
  seconds: number
  warn: Warn
  /** Kinds of resource callers may use; the others are not asked for. */
  isAllowed?(kind: ArnKind): boolean
  availability?: Availability
  /** What other instances have listed. */
  shared?: SharedListings
  /** How long each region took to list, in milliseconds. */
  timed?(region: string, milliseconds: number): void
  /** As the runtime's. */
  linger?: Linger
  /** Unix milliseconds. */
  now?(): number
}

/** Milliseconds one look at the control plane may take. */
const PATIENCE = 15_000
/** Seconds until a look that failed is tried again. */
const REST = 30

interface Looked {
  listings: Listings
  complete: boolean
}

/** What all regions offer. A region that fails keeps what was known of it before, with a warning. */
export function createCatalog(options: CatalogOptions): Catalog {
  const { regions, seconds, availability, linger, now = Date.now } = options
  const before = new Map<string, Listings>()
  const look = createLook(options, before)
  let shown = new Map<string, BedrockModel>()

  const assemble = () =>
    modelsOfListings([...before.values()], {
      until: now(),
      isAvailable: (region, id) => availability?.isAvailable(region, id) ?? true,
    })
  const cached = staleWhileRevalidate<Models>(
    async () => {
      const looks = await Promise.all(regions.map(look))
      for (const { listings } of looks) {
        if (isEmpty(listings)) before.delete(listings.region)
        else before.set(listings.region, listings)
      }
      shown = assemble()
      const complete = looks.every((one) => one.complete)
      return { value: shown, seconds: complete ? seconds : Math.min(REST, seconds) }
    },
    { linger, now },
  )

  /** Availability takes a call a model: it is asked for behind a listing that is already in use. */
  const refine = async (models: Models) => {
    if (!availability) return
    const changes = await Promise.all(
      [...before.values()].map(({ region, models: listed }) =>
        availability.look(
          region,
          listed.map(({ modelId }) => modelId),
        ),
      ),
    )
    if (!changes.includes(true) || cached.peek() !== models) return
    shown = assemble()
    cached.replace(shown)
    refined = shown
  }
  let refined: Models | undefined
  const refineOnce = (models: Models): Models => {
    if (refined !== models) {
      refined = models
      const refining = refine(models)
      linger?.(refining)
    }
    return models
  }
  return {
    get() {
      const got = cached.get()
      return got instanceof Promise ? got.then(refineOnce) : refineOnce(got)
    },
    peek: cached.peek,
    replace: cached.replace,
    isReliable: () => before.size > 0,
  }
}

const isEmpty = ({ models, profiles, account }: Listings) =>
  models.length + profiles.length + account.length === 0

/** Looks at one region: at what another instance has just listed, or at AWS. Never rejects. */
function createLook(options: CatalogOptions, before: ReadonlyMap<string, Listings>) {
  const { call, warn, isAllowed = () => false, shared, timed } = options
  const told = new Map<string, string>()

  /** A listing that fails for the same reason again is no news. */
  const warnOnce = (region: string, what: string, reason: unknown) => {
    const details = reasonOf(reason)
    const words = JSON.stringify(details)
    if (told.get(region + what) === words) return
    told.set(region + what, words)
    warn('The models of a region could not be listed.', { region, listing: what, ...details })
  }
  const note = (region: string, what: string, result: PromiseSettledResult<unknown>) => {
    if (result.status === 'rejected') warnOnce(region, what, result.reason)
    else told.delete(region + what)
  }

  const ownModels = async (inquiry: Inquiry, known: AccountModel[]): Promise<AccountModel[]> => {
    const lists = await Promise.all(
      accountListings(isAllowed).map(({ kind, list }) =>
        list(inquiry).catch((reason: unknown) => {
          warnOnce(inquiry.region, kind, reason)
          return known.filter((one) => one.kind === kind)
        }),
      ),
    )
    return lists.flat()
  }

  return async (region: string): Promise<Looked> => {
    const kept = await shared?.get(region)
    if (kept) return { listings: kept, complete: true }
    const inquiry = { call, region, signal: AbortSignal.timeout(PATIENCE) }
    const known = before.get(region)
    const startedAt = performance.now()
    const asking = listFoundationModels(inquiry).finally(() =>
      timed?.(region, performance.now() - startedAt),
    )
    const [[models, profiles], account] = await Promise.all([
      Promise.allSettled([asking, listInferenceProfiles(inquiry)]),
      ownModels(inquiry, known?.account ?? []),
    ])
    note(region, 'foundation-models', models)
    note(region, 'inference-profiles', profiles)
    const listings: Listings = {
      region,
      models: models.status === 'fulfilled' ? models.value : (known?.models ?? []),
      profiles: profiles.status === 'fulfilled' ? profiles.value : (known?.profiles ?? []),
      account,
    }
    const complete = models.status === 'fulfilled' && profiles.status === 'fulfilled'
    if (complete) await shared?.put(listings)
    return { listings, complete }
  }
}

function reasonOf(reason: unknown): Record<string, unknown> {
  if (!(reason instanceof Error)) return { detail: String(reason) }
  return { detail: [reason.message, reason.cause].filter(Boolean).map(String) }
}
