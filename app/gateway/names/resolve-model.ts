import type { ModelAlias } from '../../config/model-settings.ts'
import { GatewayError } from '../../errors.ts'
import type { FindOptions, FoundModel, ModelCard, Provider } from '../../ports/models.ts'
import type { Services } from '../../ports/services.ts'
import { bySuccessor } from './follow-successors.ts'
import { isGlob } from './glob.ts'
import { listModels } from './list-models.ts'
import { nearestNames } from './nearest-names.ts'
import { newestFitting, requirePattern } from './newest-fitting.ts'

/** How a name led to its model. */
export type ResolvedBy = 'id' | 'alias' | 'successor' | 'wildcard'

export interface Resolution {
  found: FoundModel
  by: ResolvedBy
  /** The retired model in whose place it answers, whatever else led there. */
  retired?: string
  /** What the operator wants said along whenever the name is used. */
  alias?: ModelAlias
}

/** What a name shall lead to. */
interface Wish {
  /** Who made it, in the caller's words; narrows what an alias may lead to. */
  owner?: string
  /** Whether a model would do; a wildcard looks no further, an alias of several models prefers those. */
  suits?(card: ModelCard): boolean
  /** Whether the caller may use a model by a name; all may be used where nobody says. What they may not is never named. */
  mayUse?(card: ModelCard, name: string): boolean
}

/** Who is asked, and what the operator says of names. */
type Known = Pick<Services, 'config' | 'providers'>

interface Asked extends Wish {
  services: Known
  /** Aliases of the operator that led here. */
  met: ReadonlySet<string>
}

/**
 * The model a name means: an exact id, an alias, a retired id's successor, a wildcard, in that order.
 * Throws `GatewayError`: 404 `model-not-found` with names like it, 400 for a wildcard that fits several
 * models equally or a name callers may not use.
 */
export function resolveModel(
  name: string,
  services: Known,
  wish: Wish = {},
): Resolution | Promise<Resolution> {
  const named = wish.owner === undefined ? undefined : providerNamed(wish.owner, services)
  if (named) return resolveAt(named, name, { ...wish, services, met: new Set() })
  if (wish.owner !== undefined) return resolveBy(name, { ...wish, services, met: new Set() })
  return resolveAtOnce(name, services) ?? resolveInTurn(name, { ...wish, services, met: new Set() })
}

/** A caller may say who shall serve as well as who made it. */
const providerNamed = (owner: string, { providers }: Known): Provider | undefined =>
  providers.find((provider) => plain(provider.name) === plain(owner))

/**
 * What the name means to one provider before all others; what it means elsewhere only if that is by the
 * maker of the same name. A provider that is chosen so may be asked for a name it has not listed.
 */
async function resolveAt(provider: Provider, name: string, asked: Asked): Promise<Resolution> {
  const own = await resolve(name, {
    ...asked,
    services: { ...asked.services, providers: [provider] },
  })
  if (own) return own
  const elsewhere = await resolve(name, asked)
  if (elsewhere && isBy(asked.owner!, elsewhere.found.card)) return elsewhere
  const chosen = await provider.find(name, { chosen: true })
  if (chosen) return { found: chosen, by: 'id' }
  return elsewhere ?? resolveInTurn(name, asked)
}

/**
 * A maker narrows; somebody who could serve and is not configured does not. A provider that answers to every
 * name tells them apart: it answers to this name with the other's prefix, or does not.
 */
async function resolveBy(name: string, asked: Asked): Promise<Resolution> {
  const { services, owner } = asked
  const resolution = resolveAtOnce(name, services) ?? (await resolveInTurn(name, asked))
  if (resolution.found.standing !== 'any-name') return resolution
  if (await find(`${owner}/${name}`, services, {})) return resolution
  throw await notFound(name, asked)
}

/** What most requests ask for: an id with no other meaning, of a provider that need not look it up. */
function resolveAtOnce(name: string, { providers, config }: Known): Resolution | undefined {
  let unlisted: FoundModel | undefined
  for (const provider of providers) {
    const found = provider.find(name)
    if (found instanceof Promise || found?.standing === 'any-name') return undefined
    if (found && found.standing !== 'unlisted') return { found, by: 'id' }
    if (provider.names?.().successorOf(name) !== undefined) return undefined
    unlisted ??= found
  }
  const isAlias = Object.hasOwn(config.MODEL_ALIASES, name)
  return unlisted && !isAlias ? { found: unlisted, by: 'id' } : undefined
}

async function resolveInTurn(name: string, asked: Asked): Promise<Resolution> {
  const resolution = await resolve(name, asked)
  if (resolution) return resolution
  throw await notFound(name, asked)
}

async function resolve(name: string, asked: Asked): Promise<Resolution | undefined> {
  const { services, met } = asked
  const exact = await find(name, services, { configured: met.size > 0 })
  const isKnown = exact !== undefined && !UNSURE.has(exact.standing)
  if (isKnown) return { found: exact, by: 'id' }
  const configured = await byConfiguredAlias(name, asked)
  if (configured) return configured
  const prefixed = exact?.standing === 'unlisted' ? undefined : await byPrefix(name, asked)
  if (prefixed) return prefixed
  const successor = await bySuccessor(name, asked)
  if (successor) return successor.by === 'successor' ? { ...successor, retired: name } : successor
  // An id nobody listed may still be called: that must not wait for any list.
  if (exact?.standing === 'unlisted') return { found: exact, by: 'id' }
  return (
    (await byBuiltInAlias(name, asked)) ??
    (await byWildcard(name, asked)) ??
    // A provider that takes every name comes last, or it would hide all other meanings.
    (exact && { found: exact, by: 'id' })
  )
}

/** Standings that do not prove a model exists: other meanings of the name come first. */
const UNSURE: ReadonlySet<FoundModel['standing']> = new Set(['unlisted', 'any-name'])

async function find(
  name: string,
  { providers }: Known,
  options: FindOptions,
): Promise<FoundModel | undefined> {
  let unsure: FoundModel | undefined
  for (const provider of providers) {
    const finding = provider.find(name, options)
    const found = finding instanceof Promise ? await finding : finding
    if (found && !UNSURE.has(found.standing)) return found
    unsure ??= found
  }
  return unsure
}

async function byConfiguredAlias(name: string, asked: Asked): Promise<Resolution | undefined> {
  const { services, met } = asked
  const aliases = services.config.MODEL_ALIASES
  if (!Object.hasOwn(aliases, name) || met.has(name)) return undefined
  const alias = aliases[name]!
  const target = await resolve(alias.model, { ...asked, met: new Set([...met, name]) })
  if (target) return { ...target, by: 'alias', alias: over(target.alias, alias) }
  // What it stands for is the operator's to know, and may be there for other callers.
  const [written = name] = met
  throw new GatewayError(
    'model-not-found',
    `The model \`${written}\` stands for one that does not exist here or that you do not have access to.`,
    { param: 'model' },
  )
}

/** What an alias says, over what the one says that it leads to. */
function over(inner: ModelAlias | undefined, outer: ModelAlias): ModelAlias {
  if (!inner) return outer
  const params = { ...inner.params, ...outer.params }
  const metadata = { ...inner.metadata, ...outer.metadata }
  return {
    ...inner,
    ...outer,
    ...(Object.keys(params).length > 0 && { params }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  }
}

async function byBuiltInAlias(name: string, asked: Asked): Promise<Resolution | undefined> {
  let unreachable: FoundModel | undefined
  for (const provider of asked.services.providers) {
    const found = await firstAvailable(name, provider, asked)
    if (found && found.standing !== 'unreachable') return { found, by: 'alias' }
    unreachable ??= found
  }
  // It tells, when asked, which rule stands in the way.
  return unreachable && { found: unreachable, by: 'alias' }
}

/** The first of an alias's models that can be asked here, else one that could be but for the configuration. */
async function firstAvailable(
  name: string,
  provider: Provider,
  { owner, suits }: Asked,
): Promise<FoundModel | undefined> {
  if (!provider.names) return undefined
  // Which models there are is known only from the list; once fetched it is at hand.
  const isListed = (await provider.list()).length > 0
  const does = ({ card }: FoundModel) => suits?.(card) ?? true
  let available: FoundModel | undefined
  let unlisted: FoundModel | undefined
  let unreachable: FoundModel | undefined
  for (const id of provider.names().aliases.get(name) ?? []) {
    const finding = provider.find(id, { configured: true })
    const found = finding instanceof Promise ? await finding : finding
    if (!found) continue
    if (found.standing === 'unlisted' && (!unlisted || (!does(unlisted) && does(found)))) {
      unlisted = found
    }
    if (found.standing === 'unreachable') unreachable ??= found
    if (found.standing !== undefined) continue
    if ((owner === undefined || isBy(owner, found.card)) && does(found)) return found
    available ??= found
  }
  // Nobody could be listed: the best one is asked, and AWS will say.
  return available ?? (isListed ? unreachable : unlisted)
}

/** `aws/amazon.nova-lite-v1:0`: what the rest of the name means to the provider before the slash. */
async function byPrefix(name: string, asked: Asked): Promise<Resolution | undefined> {
  const provider = asked.services.providers.find((one) => name.startsWith(`${one.name}/`))
  const rest = provider && name.slice(provider.name.length + 1)
  if (!rest) return undefined
  return resolve(rest, { ...asked, services: { ...asked.services, providers: [provider] } })
}

/** `mistral` is Mistral AI, `moonshot` Moonshot AI. */
const isBy = (owner: string, card: ModelCard) => plain(card.owner).startsWith(plain(owner))

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')

async function byWildcard(
  name: string,
  { services, suits, mayUse, met }: Asked,
): Promise<Resolution | undefined> {
  if (!isGlob(name)) return undefined
  requirePattern(name)
  // Who may use an alias may use what its pattern fits.
  const [alias] = met
  const fits = (card: ModelCard) =>
    suits?.(card) !== false && mayUse?.(card, alias ?? card.id) !== false
  const best = newestFitting(name, (await listModels(services)).filter(fits))
  const found = best && (await find(best.id, services, { configured: true }))
  return found && { found, by: 'wildcard' }
}

async function notFound(name: string, asked: Asked): Promise<GatewayError> {
  const { services, owner } = asked
  const { providers } = services
  const near = await namesLike(name, services, asked)
  const hintsOf = (of: string) => providers.flatMap((provider) => provider.hint?.(of) ?? [])
  const hints = hintsOf(name)
  // A caller may have said who shall serve it, and meant somebody who is not there.
  if (owner !== undefined && hints.length === 0) hints.push(...hintsOf(`${owner}/${name}`))
  const sentences = ['', ...new Set(hints)].join(' ') + near
  return new GatewayError(
    'model-not-found',
    `The model \`${name}\` does not exist or you do not have access to it.${sentences}`,
    { param: 'model' },
  )
}

const MOST_NAMES = 3

/** A sentence of the names most like one that does not exist, to follow another; empty where none can be used. */
export async function namesLike(
  name: string,
  services: Known,
  { mayUse }: Pick<Wish, 'mayUse'>,
): Promise<string> {
  const ids = (await listModels(services)).map(({ id }) => id)
  const configured = Object.keys(services.config.MODEL_ALIASES)
  const aliases = services.providers.flatMap((one) => [...(one.names?.().aliases.keys() ?? [])])
  const near: string[] = []
  for (const one of nearestNames(name, [...ids, ...configured, ...aliases])) {
    if (near.length < MOST_NAMES && (await isThere(one, services, { mayUse }))) near.push(one)
  }
  return near.length > 0 ? ` Names like it: ${near.map((one) => `\`${one}\``).join(', ')}.` : ''
}

/** Whether a name leads to a model the caller may use. */
export async function isThere(
  name: string,
  services: Known,
  { mayUse }: Pick<Wish, 'mayUse'>,
): Promise<boolean> {
  try {
    const resolution = await resolve(name, { services, met: new Set() })
    return resolution !== undefined && mayUse?.(resolution.found.card, name) !== false
  } catch (thrown) {
    if (thrown instanceof GatewayError) return false
    throw thrown
  }
}
