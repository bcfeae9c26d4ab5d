import type { Family } from './family.ts'

/** Asked by the Rerank API alone: no page tells a body of its own. It refuses every additional field (a peer's live test). */
export const amazonRerank: Family = {
  name: 'amazon-rerank',
  owner: 'Amazon',
  matches: (id) => id.startsWith('amazon.rerank'),
  chat: [],
  rerankers: [{ ids: ['amazon.rerank'], contextWindow: 4096, fields: [] }],
}
