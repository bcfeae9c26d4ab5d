import type { ModelCard } from '../../ports/models.ts'
import type { Services } from '../../ports/services.ts'
import { nearestNames } from './nearest-names.ts'

/** A sentence of the names most like one that does not exist, to follow another; empty where none is. */
export async function namesLike(name: string, services: Services): Promise<string> {
  const cards = await listModels(services)
  const aliases = services.providers.flatMap((one) => [...(one.names?.().aliases.keys() ?? [])])
  const configured = Object.keys(services.config.MODEL_ALIASES)
  const ids = cards.map(({ id }) => id)
  const near = nearestNames(name, [...ids, ...configured, ...aliases])
  return near.length > 0 ? ` Names like it: ${near.map((one) => `\`${one}\``).join(', ')}.` : ''
}

/** Every model of every provider, each id once: of the provider that is asked for it. */
export async function listModels({ providers }: Services): Promise<ModelCard[]> {
  const lists = await Promise.all(providers.map((provider) => provider.list()))
  const cards = new Map<string, ModelCard>()
  for (const card of lists.flat()) if (!cards.has(card.id)) cards.set(card.id, card)
  return [...cards.values()]
}
