import type { Config } from '../../config.ts'
import type { Provider } from '../../ports/models.ts'
import { createChat } from './chat.ts'
import { canChat, cardOf, listCards } from './models.ts'
import { isMissing } from './trouble.ts'

interface EmbeddedOptions {
  config: Pick<Config, 'EMBEDDED_TOKENS_PER_SECOND'>
}

/** The provider that needs no account: it answers to every name, by fixed rules, and says so. */
export function createEmbeddedProvider({ config }: EmbeddedOptions): Provider {
  const cards = listCards()
  const listed = new Set(cards.map(({ id }) => id))
  return {
    name: 'embedded',
    list: async () => cards,
    find(name) {
      if (name.trim() === '' || isMissing(name)) return undefined
      const card = cardOf(name)
      const standing = listed.has(name) ? undefined : ('any-name' as const)
      if (!canChat(name)) return { card, standing }
      return { card, standing, chat: createChat(name, config.EMBEDDED_TOKENS_PER_SECOND) }
    },
  }
}
