import type { ModelAlias } from '../../config/model-settings.ts'
import { GatewayError } from '../../errors.ts'
import type { Services } from '../../ports/services.ts'
import type { Asking } from '../answer.ts'
import { type ResolvedBy, resolveModel } from './resolve-model.ts'

/** Where a name that may be asked for comes from. */
type NameOrigin = 'configuration' | 'built-in' | 'retired' | 'asked'

/** A name, and what it leads to here. */
export interface NameEntry {
  name: string
  origin: NameOrigin
  /** What it may stand for, the best first. */
  candidates: readonly string[]
  /** The id that is asked; absent when there is none, and then `reason` says why. */
  resolvesTo?: string
  by?: ResolvedBy
  reason?: string
  /** What goes along whenever the name is used. */
  alias?: ModelAlias
}

/** Every name beside the ids themselves. */
export async function listNames(
  services: Services,
  asking: Pick<Asking, 'mayUse'>,
): Promise<NameEntry[]> {
  await Promise.all(services.providers.map((provider) => provider.list()))
  const entries: Omit<NameEntry, 'resolvesTo' | 'by'>[] = []
  for (const [name, { model }] of Object.entries(services.config.MODEL_ALIASES)) {
    entries.push({ name, origin: 'configuration', candidates: [model] })
  }
  for (const { names } of services.providers) {
    const known = names?.()
    for (const [name, candidates] of known?.aliases ?? []) {
      entries.push({ name, origin: 'built-in', candidates })
    }
    for (const [name, successor] of known?.successors ?? []) {
      entries.push({ name, origin: 'retired', candidates: [successor] })
    }
  }
  const unique = new Map(entries.toReversed().map((entry) => [entry.name, entry]))
  return Promise.all([...unique.values()].reverse().map((entry) => lookUp(entry, services, asking)))
}

/** What one name leads to, whatever it is. */
export const explainName = (
  name: string,
  services: Services,
  asking: Pick<Asking, 'mayUse'>,
): Promise<NameEntry> => lookUp({ name, origin: 'asked', candidates: [] }, services, asking)

async function lookUp(
  entry: Omit<NameEntry, 'resolvesTo' | 'by'>,
  services: Services,
  { mayUse }: Pick<Asking, 'mayUse'>,
): Promise<NameEntry> {
  try {
    const { found, by, alias } = await resolveModel(entry.name, services, { mayUse })
    const { card, standing } = found
    return {
      ...entry,
      resolvesTo: card.id,
      by,
      ...(alias && { alias }),
      ...(standing && standing !== 'any-name' && { reason: REASONS[standing] }),
    }
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown
    return { ...entry, reason: thrown.message }
  }
}

const REASONS = {
  unlisted: 'Nobody listed this id; it is asked as it is.',
  unreachable: 'The configuration leaves no region to ask it in.',
} as const
