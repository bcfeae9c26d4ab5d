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
  return {
    name: 'embedded',
    list: async () => listCards(),
    find(name) {
      if (name.trim() === '' || isMissing(name)) return undefined
      const card = cardOf(name)
      if (!canChat(name)) return { card }
      return { card, chat: createChat(name, config.EMBEDDED_TOKENS_PER_SECOND) }
    },
  }
}
