import { cosine } from '../../codecs/vectors.ts'
import type { RerankModel } from '../../ports/reranking.ts'
import { rankedText } from '../ranked-text.ts'
import { textVector } from './features.ts'
import { countTokens } from './tokens.ts'

const DIMENSIONS = 2048
/** As Cohere bills. */
const DOCUMENTS_PER_SEARCH = 100

/** A model that orders documents by the words they share with the query. It calls nobody. */
export function createReranking(name: string): RerankModel {
  return {
    async rerank({ query, documents, top, extras = {} }) {
      const texts = documents.map(rankedText)
      const wanted = textVector(query, DIMENSIONS)
      const results = texts.map((text, index) => {
        const likeness = text.trim() === '' ? 0 : cosine(wanted, textVector(text, DIMENSIONS))
        return { index, score: Math.min(1, Math.max(0, likeness)) }
      })
      const ordered = results.toSorted((a, b) => b.score - a.score || a.index - b.index)
      return {
        results: ordered.slice(0, top),
        usage: {
          input: texts.reduce((sum, text) => sum + countTokens(text), countTokens(query)),
          output: 0,
          searches: Math.ceil(documents.length / DOCUMENTS_PER_SEARCH),
        },
        served: { provider: 'embedded', model: name, attempts: 1, ignored: Object.keys(extras) },
      }
    },
  }
}
