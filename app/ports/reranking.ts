import type { Usage } from '../conversation/events.ts'
import type { Call, Served } from './models.ts'

export interface RerankRequest {
  /** The name the caller wrote. */
  model: string
  query: string
  /** Texts, or objects whose fields are read as one text. */
  documents: readonly (string | Readonly<Record<string, unknown>>)[]
  /** The best so many are answered; absent answers all. */
  top?: number
  /** Fields of the model's own. */
  extras?: Readonly<Record<string, unknown>>
}

/** Orders documents by how well they answer a query. */
export interface RerankModel {
  rerank(
    request: RerankRequest,
    call: Call,
  ): Promise<{
    /** The best first; `index` is the document's place in the request, `score` between 0 and 1. */
    results: { index: number; score: number }[]
    usage: Usage
    served: Served
  }>
}
