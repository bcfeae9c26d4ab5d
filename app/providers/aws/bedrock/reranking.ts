import { partitionOf } from '../../../config/aws-partitions.ts'
import { GatewayError } from '../../../errors.ts'
import type { Call } from '../../../ports/call.ts'
import type { Ranked, RerankModel, RerankRequest } from '../../../ports/reranking.ts'
import { rankedText } from '../../ranked-text.ts'
import type { AwsCall } from '../call.ts'
import { parseReply } from './answers.ts'
import type { BedrockClient } from './client.ts'
import { readModelId } from './model-id.ts'
import type { Reranker } from './reranker.ts'
import { askRouted, type Routing, type Target } from './routed.ts'

export interface RerankDependencies extends Routing {
  client: BedrockClient
  /** Asks bedrock-agent-runtime, which knows no API keys; absent where only such a key is configured. */
  agentCall?: AwsCall
}

interface RerankTarget extends Target {
  reranker: Reranker
}

/** Sources of one request, and characters of a text (service model of bedrock-agent-runtime). */
const MOST_DOCUMENTS = 1000
const LONGEST_TEXT = 32_000
/** Documents that are billed as one search. */
export const DOCUMENTS_PER_SEARCH = 100

/**
 * A model that reranks by the Rerank API, which documents both makers' models alike. Under a Bedrock API key,
 * which that API does not know, Cohere's model is asked by InvokeModel in Cohere's own words.
 */
export function createRerankModel(
  dependencies: RerankDependencies,
  target: RerankTarget,
): RerankModel {
  const { reranker, card } = target
  const { agentCall } = dependencies
  return {
    async rerank(request, call) {
      check(request, card.id)
      const ignored = Object.keys(request.extras ?? {}).filter(
        (one) => !reranker.fields.includes(one),
      )
      const ways = { ...dependencies, fields: fieldsOf(request, reranker) }
      const way = agentCall ? byRerank({ ...ways, agentCall }) : byInvoke(ways, reranker, card.id)
      const { answer, served } = await askRouted(dependencies, target, {
        way: 'reply',
        call,
        ask: ({ id, region }, signal) =>
          way(request, { id, region, signal, as: call.as, trace: call.trace }),
        undo: () => {},
      })
      const searches = Math.ceil(request.documents.length / DOCUMENTS_PER_SEARCH)
      return {
        results: answer.toSorted((a, b) => b.score - a.score || a.index - b.index),
        // Rerankers are billed by the search; AWS tells no tokens.
        usage: { input: 0, output: 0, searches },
        served: { ...served, ignored },
      }
    },
  }
}

function check({ documents, query }: RerankRequest, id: string): void {
  if (documents.length > MOST_DOCUMENTS) {
    throw new GatewayError(
      'invalid-request',
      `Invalid 'documents': array too long. The model ${id} takes ${MOST_DOCUMENTS} documents at most, but got ${documents.length}.`,
      { param: 'documents', reason: 'array_above_max_length' },
    )
  }
  if (query.length <= LONGEST_TEXT) return
  throw new GatewayError(
    'invalid-request',
    `Invalid 'query': string too long. Expected at most ${LONGEST_TEXT} characters, but got ${query.length}.`,
    { param: 'query', reason: 'string_above_max_length' },
  )
}

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = ({ extras = {} }: RerankRequest, { fields }: Reranker): Fields =>
  Object.fromEntries(Object.entries(extras).filter(([name]) => fields.includes(name)))

interface Place {
  id: string
  region: string
  signal: AbortSignal
  as: Call['as']
  trace: Call['trace']
}

type Ask = (request: RerankRequest, place: Place) => Promise<Ranked[]>

/** `POST /rerank` of bedrock-agent-runtime, page by page. AWS refuses blank texts, which come last anyway. */
function byRerank({ agentCall, fields }: { agentCall: AwsCall; fields: Fields }): Ask {
  return async (
    { query, documents, top = documents.length },
    { id, region, signal, as, trace },
  ) => {
    const places = [...documents.keys()].filter((index) => !isBlank(documents[index]!))
    const modelConfiguration = {
      modelArn: arnOf(id, region),
      ...(Object.keys(fields).length > 0 && { additionalModelRequestFields: fields }),
    }
    const body = {
      queries: [{ type: 'TEXT', textQuery: { text: query } }],
      sources: places.map((index) => ({
        type: 'INLINE',
        inlineDocumentSource: sourceOf(documents[index]!),
      })),
      rerankingConfiguration: {
        type: 'BEDROCK_RERANKING_MODEL',
        bedrockRerankingConfiguration: {
          numberOfResults: Math.min(top, places.length),
          modelConfiguration,
        },
      },
    }
    const asked = { service: 'bedrock-agent-runtime', region, method: 'POST', as, trace } as const
    const ranked: Ranked[] = []
    for (let nextToken: unknown; ; ) {
      const page = JSON.stringify(nextToken === undefined ? body : { ...body, nextToken })
      const response = await agentCall({ ...asked, path: '/rerank', body: page }, signal)
      const answer = parseReply(await response.text()) as Fields
      ranked.push(...resultsOf(answer, 'relevanceScore'))
      nextToken = answer['nextToken'] ?? undefined
      if (nextToken === undefined) break
    }
    const blank = [...documents.keys()].filter((index) => isBlank(documents[index]!))
    const placed = ranked.map(({ index, score }) => ({ index: places[index] ?? index, score }))
    return [...placed, ...blank.map((index) => ({ index, score: 0 }))].slice(0, top)
  }
}

const isBlank = (document: RerankRequest['documents'][number]) =>
  typeof document === 'string' && document.trim() === ''

// No reranker would read beyond 32,000 characters: a document and its query share 4,096 tokens.
const sourceOf = (document: RerankRequest['documents'][number]) =>
  typeof document === 'string'
    ? { type: 'TEXT', textDocument: { text: document.slice(0, LONGEST_TEXT) } }
    : { type: 'JSON', jsonDocument: document }

function arnOf(id: string, region: string): string {
  if (id.startsWith('arn:')) return id
  return `arn:${partitionOf(region).name}:bedrock:${region}::foundation-model/${readModelId(id)?.base ?? id}`
}

/** Cohere's body for InvokeModel, by clients that run it; without `api_version` it is refused (public issue). */
function byInvoke(
  { client, fields }: { client: BedrockClient; fields: Fields },
  { invokes }: Reranker,
  id: string,
): Ask {
  if (!invokes) {
    throw new GatewayError(
      'feature-unavailable',
      `The model ${id} is asked by the Rerank API of AWS, which takes no Bedrock API key: configure AWS credentials.`,
    )
  }
  return async ({ query, documents, top }, { id: modelId, region, signal, as, trace }) => {
    const body = JSON.stringify({
      ...fields,
      query,
      documents: documents.map(rankedText),
      ...(top !== undefined && { top_n: Math.min(top, documents.length) }),
      api_version: 2,
    })
    const asked = { operation: 'invoke', modelId, region, body, as, trace } as const
    const response = await client(asked, signal)
    return resultsOf(parseReply(await response.text()), 'relevance_score')
  }
}

function resultsOf(answer: unknown, score: string): Ranked[] {
  const { results } = answer as { results?: unknown }
  if (!Array.isArray(results)) throw new GatewayError('upstream', 'The model gave no order.')
  return results.map((one: Fields) => ({ index: Number(one['index']), score: Number(one[score]) }))
}
