import type { FoundModel, ModelCard } from '../../../ports/models.ts'
import { type BedrockModel, modelOfId } from './cards.ts'
import type { Catalog } from './catalog.ts'
import { regionOf } from './client.ts'
import { type ConverseDependencies, createConverseModel } from './converse.ts'

export interface BedrockModelsOptions extends ConverseDependencies {
  catalog: Catalog
  /** Where models without a region of their own are asked. */
  region: string
}

/** Names that are remembered; callers make them up, so there must be an end. */
const MOST_NAMES = 2000

/** The models of Bedrock: listed by the catalogue, found by their ids without it. */
export function createBedrockModels({ catalog, region, ...dependencies }: BedrockModelsOptions) {
  let found = new Map<string, FoundModel>()
  let foundIn = catalog.peek()

  const open = ({ card, chats }: BedrockModel): FoundModel => {
    if (!chats) return { card }
    const target = { card, region: regionOf(card.id, region) }
    return { card, chat: createConverseModel(dependencies, target) }
  }
  return {
    /** Every id a caller may use; ARNs work as well but say nothing more. */
    async list(): Promise<ModelCard[]> {
      const models = await catalog.get()
      return [...models.values()].map(({ card }) => card).filter(({ id }) => !id.startsWith('arn:'))
    },

    /** At once, from what is known: an id can be called before anybody has listed it. */
    find(name: string): FoundModel | undefined {
      const listed = catalog.peek()
      if (listed !== foundIn || found.size >= MOST_NAMES) {
        found = new Map()
        foundIn = listed
      }
      const kept = found.get(name)
      if (kept) return kept
      const model = listed?.get(name) ?? modelOfId(name)
      // An ARN of the account's own names no model: what it takes is known once the catalogue is.
      if (!listed && name.startsWith('arn:')) void catalog.get()
      const opened = model && open(model)
      if (opened) found.set(name, opened)
      return opened
    },
  }
}
