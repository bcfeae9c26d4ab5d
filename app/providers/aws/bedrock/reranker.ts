/** Models that order documents. */
export interface Reranker {
  /** Beginnings of base ids. */
  ids: readonly string[]
  /** Tokens of a query with one document. */
  contextWindow: number
  /** Fields of its own it takes; it refuses the others. */
  fields: readonly string[]
  /** Its own body for InvokeModel, where that is known. */
  invokes?: true
}

export const rerankerOf = (rerankers: readonly Reranker[] | undefined, id: string) =>
  rerankers?.find(({ ids }) => ids.some((beginning) => id.startsWith(beginning)))
