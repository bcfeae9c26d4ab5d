import { GatewayError } from '../../errors.ts'
import type { Wish } from '../../gateway/answer.ts'
import { fitsGlob, isGlob } from '../../gateway/names/glob.ts'
import type { CallerIdentity, Permissions } from '../../ports/caller.ts'
import type { ModelCard } from '../../ports/models.ts'
import type { Services } from '../../ports/services.ts'
import type { HttpContext } from '../context.ts'

const fitsAny = (patterns: readonly string[], name: string) =>
  patterns.some((pattern) => fitsGlob(pattern, name))

/** The caller, where they may call this path. Throws `permission`. */
export function refuseForbiddenPath(c: HttpContext, identity: CallerIdentity): CallerIdentity {
  const { permissions } = identity
  if (permissions === undefined) return identity
  const { endpoints, deniedEndpoints } = permissions
  if (endpoints === undefined && deniedEndpoints === undefined) return identity
  if (mayCall(permissions, pathsOf(c))) return identity
  throw new GatewayError('permission', `This key may not call ${c.req.path}.`, {
    reason: 'endpoint_not_allowed',
  })
}

/** Whether these permissions allow a path, which may have several names. */
export function mayCall(
  { endpoints, deniedEndpoints }: Permissions = {},
  paths: readonly string[],
): boolean {
  const isAllowed = endpoints === undefined || paths.some((path) => fitsAny(endpoints, path))
  const isDenied =
    deniedEndpoints !== undefined && paths.some((path) => fitsAny(deniedEndpoints, path))
  return isAllowed && !isDenied
}

/** As it was routed, and as it was written: a header may lead a path to another surface. */
function pathsOf(c: HttpContext): string[] {
  const { path, url } = c.req
  const written = new URL(url).pathname
  return written === path ? [path] : [path, written]
}

/** Throws `permission` for a model the caller may not ask. Undefined for those who may ask all. */
export function modelAdmission(
  c: HttpContext,
): ((wish: Pick<Wish, 'model' | 'card'>) => void) | undefined {
  const permissions = modelPermissions(c)
  if (!permissions) return undefined
  const services = c.get('services')
  return ({ model, card }) => {
    if (isPermitted(permissions, card, aliasesIn(model, card, services))) return
    throw new GatewayError('permission', `This key may not use the model \`${model}\`.`, {
      param: 'model',
      reason: 'model_not_allowed',
    })
  }
}

/**
 * Whether a model is there for the caller, under its id or under a name that stands for it: what they may not
 * ask is not listed to them either.
 */
export function mayUse(c: HttpContext): (card: ModelCard, name?: string) => boolean {
  const permissions = modelPermissions(c)
  if (!permissions) return () => true
  const services = c.get('services')
  return (card, name = card.id) => isPermitted(permissions, card, aliasesIn(name, card, services))
}

/** The same as a filter of lists. */
export function isThereFor(c: HttpContext): (card: ModelCard) => boolean {
  const may = mayUse(c)
  return (card) => may(card)
}

/** Throws `model-not-found` for a model that is not there for the caller. */
export function refuseHidden(c: HttpContext, name: string, card: ModelCard): void {
  if (mayUse(c)(card, name)) return
  throw new GatewayError(
    'model-not-found',
    `The model \`${name}\` does not exist or you do not have access to it.`,
    { param: 'model' },
  )
}

/** Undefined for a caller who may use every model. */
export function modelPermissions(c: HttpContext): Permissions | undefined {
  const { permissions } = c.get('caller')
  const isFree = permissions?.models === undefined && permissions?.deniedModels === undefined
  return isFree ? undefined : permissions
}

/**
 * What is denied is denied under every name, also where a profile leads to it; what is allowed may be so
 * by an alias, which the operator made. Where nobody knows what a name leads to, only its own being allowed
 * counts, and a denial of anything denies it.
 */
function isPermitted(
  permissions: Permissions,
  card: ModelCard,
  aliases: readonly string[],
): boolean {
  const { id, leadsTo } = card
  const models = permissions.models && withoutPrefix(permissions.models, card)
  const deniedModels = withoutPrefix(permissions.deniedModels ?? [], card)
  const targets = leadsTo === 'unknown' ? [] : (leadsTo ?? [])
  const isDenied = [id, ...targets, ...aliases].some((name) => fitsAny(deniedModels, name))
  if (isDenied || (leadsTo === 'unknown' && deniedModels.length > 0)) return false
  if (models === undefined || [id, ...aliases].some((name) => fitsAny(models, name))) return true
  return targets.length > 0 && targets.every((name) => fitsAny(models, name))
}

/** Names and patterns may say by whom a model is served (`openai/gpt-*`): with that word and, where it is so, without. */
function withoutPrefix(names: readonly string[], { provider }: ModelCard): string[] {
  const prefix = `${provider}/`
  return names.flatMap((name) =>
    name.startsWith(prefix) ? [name, name.slice(prefix.length)] : [name],
  )
}

const aliasesIn = (name: string, card: ModelCard, services: Services): string[] =>
  withoutPrefix([name], card).filter((one) => isAlias(one, services))

/** Whether a name stands for a model because somebody wrote so; a caller's own pattern does not. */
const isAlias = (name: string, { config, providers }: Services) =>
  !isGlob(name) &&
  (Object.hasOwn(config.MODEL_ALIASES, name) ||
    providers.some((provider) => provider.names?.().aliases.has(name)))
