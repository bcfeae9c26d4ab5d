import type { Usage } from '../../../conversation/events.ts'
import type { BesideChat, NativeModel, NativeRequest } from '../../../ports/native.ts'
import type { UpstreamResponse } from '../../../ports/transport.ts'
import type { BedrockModel } from './cards.ts'
import type { BedrockClient } from './client.ts'
import { labelHeader } from './embeddings/embed.ts'
import { fieldsOf } from './embeddings/embedder.ts'
import { guardrailHeaders } from './invoke-headers.ts'
import { DOCUMENTS_PER_SEARCH } from './reranking.ts'
import { askRouted, type Routing, type Target } from './routed.ts'

interface NativeDependencies extends Routing {
  client: BedrockClient
}

interface NativeTarget extends Target {
  operation: BesideChat
}

/** A model asked by InvokeModel with a body that somebody else wrote, in whichever region can answer. */
export function createNativeModel(
  { client, ...routing }: NativeDependencies,
  target: NativeTarget,
): NativeModel {
  const { operation } = target
  // A second region that is asked to be sure would draw, and be paid for, the same pictures again.
  const paced = operation === 'image' ? { ...routing, hedgeAfter: 0 } : routing
  return {
    operation,
    async invoke(request, call) {
      const { body } = request
      const headers = headersOf(request)
      const { answer, served } = await askRouted(paced, target, {
        way: 'reply',
        call,
        async ask({ id: modelId, region }, signal) {
          const { as, trace } = call
          const asked = { operation: 'invoke', modelId, region, body, headers, as, trace } as const
          const response = await client(asked, signal)
          return { response, text: await response.text() }
        },
        undo: () => {},
      })
      const { response, text } = answer
      return {
        body: text,
        mediaType: response.header('content-type') ?? 'application/json',
        usage: USAGE[operation]({ body, text, response }),
        served: { ...served, ignored: [] },
      }
    },
  }
}

/** What a model is asked for that does not chat, by what it gives; undefined for videos and the like. */
export function operationOf({
  card,
  embedder,
  reranker,
  painter,
}: BedrockModel): BesideChat | undefined {
  if (embedder || card.output.includes('embedding')) return 'embedding'
  if (painter || card.output.includes('image')) return 'image'
  return reranker || card.output.includes('reranking') ? 'rerank' : undefined
}

function headersOf({ labels, guardrail, serviceTier, latency }: NativeRequest) {
  return {
    accept: 'application/json',
    ...labelHeader(labels),
    ...(guardrail && guardrailHeaders(guardrail)),
    ...(serviceTier && { 'x-amzn-bedrock-service-tier': serviceTier }),
    ...(latency && { 'x-amzn-bedrock-performanceconfig-latency': latency }),
  }
}

interface Exchanged {
  body: string
  text: string
  response: UpstreamResponse
}

/** What an answer costs. All vectors come with a count of tokens in a header (recorded), Titan's in the body as well. */
const USAGE: Record<BesideChat, (exchanged: Exchanged) => Usage> = {
  embedding: ({ response, text }) => ({
    input: countedIn(response) ?? numberOf(membersOf(text)['inputTextTokenCount']) ?? 0,
    output: 0,
  }),
  rerank({ response, body }) {
    const { documents } = membersOf(body)
    const count = Array.isArray(documents) ? documents.length : 1
    const searches = Math.max(1, Math.ceil(count / DOCUMENTS_PER_SEARCH))
    return { input: countedIn(response) ?? 0, output: 0, searches }
  },
  image({ text }) {
    const { images } = membersOf(text)
    const drawn = Array.isArray(images) ? images.filter((one) => typeof one === 'string') : []
    return { input: 0, output: 0, images: drawn.length }
  },
}

const countedIn = (response: UpstreamResponse): number | undefined =>
  numberOf(Number(response.header('x-amzn-bedrock-input-token-count') ?? Number.NaN))

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined

/** The members of a JSON object; none of anything else, for it goes on as it is. */
function membersOf(text: string) {
  try {
    return fieldsOf(JSON.parse(text))
  } catch {
    return {}
  }
}
