import { cohere3, cohere4 } from '../embeddings/cohere.ts'
import { type Family, PLAIN, TEXT, TEXT_DOCUMENT } from './family.ts'

/** Command, Embed and Rerank; what Command takes beyond Converse by the user guide's model-parameters-cohere-command-r-plus. */
export const cohere: Family = {
  name: 'cohere',
  owner: 'Cohere',
  matches: (id) => id.startsWith('cohere.'),
  embedders: [cohere4, cohere3],
  rerankers: [
    { ids: ['cohere.rerank'], contextWindow: 4096, fields: ['max_tokens_per_doc'], invokes: true },
  ],
  chat: [
    {
      ids: ['cohere.command-r'],
      input: TEXT_DOCUMENT,
      contextWindow: 128_000,
      traits: {
        ...PLAIN,
        documents: true,
        toolChoices: [],
        nativeSettings: {
          topK: 'k',
          seed: 'seed',
          frequencyPenalty: 'frequency_penalty',
          presencePenalty: 'presence_penalty',
        },
      },
    },
    {
      ids: ['cohere.command'],
      input: TEXT,
      contextWindow: 4096,
      traits: {
        ...PLAIN,
        systemPrompt: false,
        tools: false,
        nativeSettings: { topK: 'k' },
      },
    },
  ],
}
