import type { ModelCard } from '../../ports/models.ts'
import type { Services } from '../../ports/services.ts'

/** Every model of every provider, each id once: of the provider that is asked for it. */
export async function listModels({ providers }: Pick<Services, 'providers'>): Promise<ModelCard[]> {
  const lists = await Promise.all(providers.map((provider) => provider.list()))
  const cards = new Map<string, ModelCard>()
  for (const card of lists.flat()) if (!cards.has(card.id)) cards.set(card.id, card)
  return [...cards.values()]
}
