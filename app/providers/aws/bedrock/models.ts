import type { AwsIdentity } from '../../../ports/caller.ts'
import type { FindOptions, FoundModel, ModelCard, ModelNames } from '../../../ports/models.ts'
import { refusedKind } from './arn-permissions.ts'
import { type BesideChatDependencies, besideChat } from './beside-chat.ts'
import { type BedrockModel, modelOfId } from './cards.ts'
import type { Catalog, Models } from './catalog.ts'
import { createConverseModel, createCountedConverseModel } from './converse.ts'
import type { Routes } from './failover.ts'
import { createInvokeModel, type InvokeDependencies } from './invoke.ts'
import { type ArnKind, readModelId } from './model-id.ts'
import { createNames, type NameBook } from './names.ts'
import { offersOfId } from './offers.ts'
import { type OpenaiEndpointsOptions, withOpenaiEndpoint } from './openai-endpoints.ts'
import { type Plan, planRegions, type RegionPolicy } from './region-policy.ts'
import type { Target } from './routed.ts'

interface BedrockModelsOptions
  extends InvokeDependencies,
    BesideChatDependencies,
    OpenaiEndpointsOptions {
  catalog: Catalog
  policy: RegionPolicy
  /** Ids that are asked by an ARN of the operator's choice. */
  arns: Readonly<Record<string, string>>
  isAllowed(kind: ArnKind): boolean
  listsLegacy: boolean
  names: NameBook
}

/** Names that are remembered; callers make them up, so there must be an end. */
const MOST_NAMES = 2000
/** Milliseconds a request waits for a catalogue that would only help it. */
const PATIENCE = 5000

/** A model by one of its names, and where it may be asked. */
interface Known {
  model: BedrockModel
  plan: Plan
  isListed: boolean
}

/** The models of Bedrock: listed by the catalogue, found by their ids without it. */
export function createBedrockModels(options: BedrockModelsOptions) {
  const { catalog, isAllowed, listsLegacy } = options
  const lookUp = createLookUp(options)
  const namesOf = createNames(options.names)
  let found = new Map<string, FoundModel>()
  let cards: ModelCard[] | undefined
  let foundIn = catalog.peek()

  const renew = () => {
    const listed = catalog.peek()
    // Asked for its side effect: a listing that has grown old is fetched anew behind this request.
    if (listed) void catalog.get()
    if (listed === foundIn && found.size < MOST_NAMES) return
    found = new Map()
    cards = undefined
    foundIn = listed
  }

  /** What the catalogue says of a name, which may say more than its form. */
  const listed = async (name: string, asked: FindOptions) => {
    await within(catalog.get(), PATIENCE)
    return lookUp(name, asked)?.model
  }

  const roads = createRoads(options, lookUp)

  const open = (name: string, known: Known, asked: FindOptions): FoundModel => {
    const { card } = known.model
    const standing = standingOf(known)
    const target: Target = {
      card,
      routes: (as) => roads.own(name, known, as) ?? roads.of(name, known, asked),
    }
    return {
      ...talkingModel(known, target, options),
      idIn: (region, as) => idOf(target.routes(as), region),
      ...besideChat(known.model, target, { ...options, listed: () => listed(name, asked) }),
      ...(standing ? { standing } : {}),
    }
  }
  return {
    /** Every id a caller may use; ARNs of profiles work as well but say nothing more. */
    async list(): Promise<ModelCard[]> {
      const models = await catalog.get()
      renew()
      cards ??= [...models.values()].flatMap((model) => {
        if (model.hidden || (model.legacy && !listsLegacy)) return []
        if (model.kind && !isAllowed(model.kind)) return []
        const known = lookUp(model.card.id, {})
        return known && known.plan.candidates.length > 0 ? [listedCard(known)] : []
      })
      return cards
    },

    /** At once, from what is known: an id can be called before anybody has listed it. */
    find(name: string, asked: FindOptions = {}): FoundModel | undefined {
      renew()
      const key = asked.configured ? `configured ${name}` : name
      const kept = found.get(key)
      if (kept) return kept
      const known = lookUp(name, asked)
      if (!known) return undefined
      const opened = open(name, known, asked)
      found.set(key, opened)
      return opened
    },

    names: (): ModelNames => namesOf(catalog.peek()),
  }
}

/** Where a model is asked, for whom. */
function createRoads({ catalog }: BedrockModelsOptions, lookUp: LookUp) {
  return {
    /** The road of one model; read again for every request, for the catalogue may come in between. */
    of(name: string, known: Known, asked: FindOptions): Routes {
      if (known.isListed || catalog.isReliable()) return { plan: known.plan }
      return {
        plan: known.plan,
        async better() {
          await within(catalog.get(), PATIENCE)
          return catalog.isReliable() ? lookUp(name, asked)?.plan : undefined
        },
      }
    },

    /** The road through the profile that somebody's use of the model is booked on: no other may be taken. */
    own(name: string, { model }: Known, as: AwsIdentity | undefined): Routes | undefined {
      const arn =
        as?.profiles && profileOf(as.profiles, [name, model.card.id, ...(model.bases ?? [])])
      const known = arn === undefined ? undefined : lookUp(name, { configured: true, arn })
      return known && { plan: known.plan }
    },
  }
}

/** What a model is asked by in one region. */
async function idOf(routes: Routes, region: string): Promise<string | undefined> {
  const plan = (await routes.better?.()) ?? routes.plan
  return plan.candidates.find((candidate) => candidate.region === region)?.id
}

function profileOf(
  profiles: NonNullable<AwsIdentity['profiles']>,
  names: readonly string[],
): string | undefined {
  const name = names.find((one) => Object.hasOwn(profiles, one))
  return name === undefined ? undefined : profiles[name]
}

/** The model's own id. An ARN in its place may not tell it, but the name it stands for does. */
const ownId = ({ bases, card }: BedrockModel) => bases?.[0] ?? readModelId(card.id)?.base

function chatOf(model: BedrockModel, target: Target, options: InvokeDependencies) {
  const { lane } = model
  const base = ownId(model)
  if (lane?.alone) return createInvokeModel(options, { ...target, lane, base })
  const create = lane?.counted ? createCountedConverseModel : createConverseModel
  return create(options, { ...target, base })
}

/** The model as it can be talked to. */
function talkingModel({ model, isListed }: Known, target: Target, options: BedrockModelsOptions) {
  const { card, chats } = model
  const opened = {
    card,
    ...(chats ? { chat: chatOf(model, target, options) } : {}),
    ...lanesOf(model, target, options),
  }
  return withOpenaiEndpoint(opened, model, { target, options, isListed })
}

/** The dialect the model speaks itself, for callers who speak it. */
function lanesOf(
  model: BedrockModel,
  target: Target,
  options: InvokeDependencies,
): Pick<FoundModel, 'lanes'> {
  const { lane } = model
  if (!lane || lane.alone) return {}
  const chat = createInvokeModel(options, { ...target, lane, base: ownId(model) })
  return { lanes: { [lane.dialect]: chat } }
}

interface LookUpOptions extends FindOptions {
  /** What is asked instead, whatever the configuration maps the name to. */
  arn?: string
}

type LookUp = ReturnType<typeof createLookUp>

function createLookUp({ catalog, policy, arns, isAllowed }: BedrockModelsOptions) {
  const isForbidden = (kind: ArnKind | undefined, { configured }: FindOptions) =>
    kind !== undefined && !configured && !isAllowed(kind)

  /** Without a catalogue an id must do, but what it hides is asked for. */
  const ofId = (name: string, models: Models | undefined) => {
    if (!models && (name.startsWith('arn:') || policy.regions.length > 1)) void catalog.get()
    return modelOfId(name, offersOfId(name, policy.regions))
  }

  return (name: string, asked: LookUpOptions): Known | undefined => {
    const kind = readModelId(name)?.kind
    if (kind !== undefined && isForbidden(kind, asked)) throw refusedKind(kind)
    const models = catalog.peek()
    const listed = models?.get(name)
    const model = listed ?? ofId(name, models)
    if (!model || isForbidden(model.kind, asked)) return undefined
    const arn = asked.arn ?? arns[name]
    if (arn === undefined) return planned(model, listed !== undefined, asked)
    const own = models?.get(arn) ?? modelOfId(arn, offersOfId(arn, policy.regions))
    // What the ARN leads to may be held in its regions as well, and when that is unknown nothing is known.
    const bases = own?.bases && model.bases && [...model.bases, ...own.bases]
    const led = { ...model, bases, offers: own?.offers ?? [] }
    return planned(led, listed !== undefined, { configured: true })
  }

  function planned(model: BedrockModel, isListed: boolean, { configured }: FindOptions): Known {
    const { card, bases, offers } = model
    const regions = configured ? withRegionsOf(offers) : policy.regions
    const plan = planRegions({ id: card.id, bases, offers }, { ...policy, regions })
    return { model, plan, isListed }
  }

  /** What the operator has chosen by ARN is asked where it is. */
  function withRegionsOf(offers: BedrockModel['offers']): readonly string[] {
    const beyond = offers.map(({ region }) => region).filter((one) => !policy.regions.includes(one))
    return [...policy.regions, ...new Set(beyond)]
  }
}

function standingOf({ plan, isListed }: Known): FoundModel['standing'] {
  if (!isListed) return 'unlisted'
  return plan.candidates.length === 0 ? 'unreachable' : undefined
}

/** The card with where and by which profile the model is asked here. */
function listedCard({ model, plan }: Known): ModelCard {
  const { card } = model
  const byProfile = plan.candidates.filter(({ id }) => id !== card.id)
  return {
    ...card,
    ...(model.legacy ? { legacy: true } : {}),
    listing: {
      ...card.listing,
      regions: plan.candidates.map(({ region }) => region),
      inference_profiles: Object.fromEntries(byProfile.map(({ region, id }) => [region, id])),
    },
  }
}

async function within(promise: Promise<unknown> | unknown, patience: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patience)
  })
  await Promise.race([promise, waited]).finally(() => clearTimeout(timer))
}
