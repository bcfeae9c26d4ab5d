import type { Config } from '../../config.ts'
import { DIALECT as CONVERSE } from '../../dialects/bedrock-converse/wire.ts'
import type { Provider } from '../../ports/models.ts'
import type { Runtime } from '../../ports/runtime.ts'
import { createChat } from './chat.ts'
import { strictAsConverse, strictAsNamed } from './checked.ts'
import { createEmbeddings } from './embeddings.ts'
import { createImages } from './images/draw.ts'
import { canChat, cardOf, listCards } from './models.ts'
import { createReranking } from './reranking.ts'
import { createSpeech } from './speech/model.ts'
import { createTranscription } from './transcription.ts'
import { isMissing } from './trouble.ts'

interface EmbeddedOptions {
  config: Pick<Config, 'EMBEDDED_TOKENS_PER_SECOND'>
  runtime?: Pick<Runtime, 'audioEncoding'>
}

/** The provider that needs no account: it answers to every name, by fixed rules, and says so. */
export function createEmbeddedProvider({ config, runtime }: EmbeddedOptions): Provider {
  const cards = listCards()
  const listed = new Set(cards.map(({ id }) => id))
  return {
    name: 'embedded',
    // Nobody has to be asked: it is part of this process.
    health: () => ({ status: 'available', checkedAt: Date.now() }),
    list: async () => cards,
    find(name) {
      if (name.trim() === '' || isMissing(name)) return undefined
      const card = cardOf(name)
      const standing = listed.has(name) ? undefined : ('any-name' as const)
      if (card.output.includes('embedding')) {
        return { card, standing, embeddings: createEmbeddings(card) }
      }
      if (card.output.includes('reranking')) {
        return { card, standing, reranking: createReranking(name) }
      }
      if (card.output.includes('image')) {
        return { card, standing, images: createImages(name) }
      }
      if (card.output.includes('audio')) {
        return { card, standing, speech: createSpeech(card, runtime?.audioEncoding) }
      }
      if (card.input.length === 1 && card.input[0] === 'audio') {
        return { card, standing, transcription: createTranscription(card) }
      }
      if (!canChat(name)) return { card, standing }
      const chat = strictAsNamed(createChat(name, config.EMBEDDED_TOKENS_PER_SECOND), card)
      return { card, standing, chat, lanes: { [CONVERSE]: strictAsConverse(chat) } }
    },
  }
}
