import type { Usage } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import type { Served } from '../../ports/call.ts'
import type { Ranked, RerankRequest } from '../../ports/reranking.ts'
import type { Services } from '../../ports/services.ts'
import type { Asking } from '../answer.ts'
import type { Guarding } from '../guarded.ts'
import { screenedDocuments } from './judged-documents.ts'
import { type Operated, operate, withParams } from './operate.ts'

/** Characters of a token, about. */
const PER_TOKEN = 4

export interface Reranked {
  results: Ranked[]
  usage: Usage
  served: Served
}

/** Has documents ordered by the model that is named. Throws `GatewayError`. */
export function rerank(
  request: RerankRequest,
  asking: Asking,
  services: Services,
): Promise<Operated<Reranked>> {
  const { documents, query } = request
  return operate(
    {
      operation: 'rerank',
      model: request.model,
      suits: ({ output }) => output.includes('reranking'),
      pick: (found) => found.reranking,
      kind: 'a reranking model',
      about: 'documents',
      tokens: () => Math.ceil(lengthOf(request) / PER_TOKEN),
      async work(model, call, { card, alias }) {
        if (documents.every(isBlank)) {
          throw new GatewayError('invalid-request', `Invalid 'documents': all of them are empty.`, {
            param: 'documents',
            reason: 'invalid_value',
          })
        }
        if (query.trim() === '') {
          throw new GatewayError('invalid-request', `Invalid 'query': it is empty.`, {
            param: 'query',
            reason: 'invalid_value',
          })
        }
        const asked = { ...request, extras: withParams(request.extras, alias) }
        const guardrail = asking.guardrail ?? alias?.guardrail
        const guarding = { card, services, call, guardrail }
        return model.rerank(await judged(asked, guarding), call)
      },
    },
    asking,
    services,
  )
}

/** The same as the guardrail of this server lets it go on. */
async function judged(request: RerankRequest, guarding: Guarding): Promise<RerankRequest> {
  const { query, documents, extras } = request
  const told = { texts: [query], documents, extras }
  const { texts, ...rest } = await screenedDocuments(told, guarding)
  return { ...request, ...rest, query: texts[0]! }
}

const isBlank = (document: RerankRequest['documents'][number]) =>
  typeof document === 'string' && document.trim() === ''

const lengthOf = ({ documents, query }: RerankRequest) =>
  documents.reduce(
    (sum, one) => sum + (typeof one === 'string' ? one : JSON.stringify(one)).length,
    query.length,
  )
