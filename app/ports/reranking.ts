import type { Usage } from '../conversation/events.ts'
import type { Call, Served } from './call.ts'

export interface RerankRequest {
  /** The name the caller wrote. */
  model: string
  query: string
  /** Texts, or objects whose fields are read as one text, in their order. */
  documents: readonly (string | Readonly<Record<string, unknown>>)[]
  /** The best so many are answered; absent answers all. */
  top?: number
  /** Fields of the model's own. */
  extras?: Readonly<Record<string, unknown>>
}

export interface Ranked {
  /** The document's place in the request. */
  index: number
  /** Between 0 and 1. */
  score: number
}

/** Orders documents by how well they answer a query. Throws `GatewayError`. */
export interface RerankModel {
  rerank(
    request: RerankRequest,
    call: Call,
  ): Promise<{
    /** The best first. */
    results: Ranked[]
    usage: Usage
    served: Served
  }>
}
