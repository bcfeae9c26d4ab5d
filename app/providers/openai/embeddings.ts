import { GatewayError } from '../../errors.ts'
import type { EmbeddingModel, EmbeddingRequest } from '../../ports/embeddings.ts'
import type { ModelCard } from '../../ports/models.ts'
import { type Json, readBase64, readJson, servedBy, unreadable } from './answers.ts'
import type { UpstreamClient } from './client.ts'

/** `POST /embeddings` (https://platform.openai.com/docs/api-reference/embeddings/create). */
export function createEmbeddingModel(client: UpstreamClient, card: ModelCard): EmbeddingModel {
  return {
    async embed(request, { signal, trace }) {
      const body = JSON.stringify({
        ...request.extras,
        model: card.id,
        input: textsOf(request),
        ...(request.dimensions !== undefined && { dimensions: request.dimensions }),
        ...(request.user !== undefined && { user: request.user }),
        // A third of the bytes; others than OpenAI may not know it.
        ...(client.upstream.isOpenai && { encoding_format: 'base64' }),
      })
      const answer = await readJson(await client.ask({ path: '/embeddings', body, trace }, signal))
      const vectors = readVectors(answer, request.inputs.length)
      const usage = answer['usage'] as { prompt_tokens?: unknown } | undefined
      const input = usage?.prompt_tokens
      return {
        embeddings: vectors.map((vector) => ({ vector })),
        usage:
          typeof input === 'number'
            ? { input, output: 0 }
            : { input: 0, output: 0, estimated: true },
        served: servedBy(client.upstream, card.id, ignoredOf(request)),
      }
    },
  }
}

function textsOf({ inputs, forms }: EmbeddingRequest): (string | readonly number[])[] {
  const [form] = (forms ?? []).filter((one) => one !== 'float')
  if (form !== undefined) {
    throw new GatewayError('unsupported-parameter', `This model gives no '${form}' vectors.`, {
      param: 'encoding_format',
    })
  }
  return inputs.map((input, at) => {
    if (input.type === 'text') return input.tokens ?? input.text
    throw new GatewayError('invalid-request', 'This model embeds texts only.', {
      param: input.param ?? `input[${at}]`,
    })
  })
}

/** What these models cannot be told. */
const ignoredOf = ({ purpose, truncate }: EmbeddingRequest): string[] => [
  ...(purpose === undefined ? [] : ['input_type']),
  ...(truncate === undefined ? [] : ['truncate']),
]

/** In the order of the inputs, which `index` tells; a missing vector would shift all behind it. */
function readVectors(answer: Json, count: number): (number[] | Float32Array)[] {
  const { data } = answer
  const vectors: (number[] | Float32Array)[] = []
  for (const [at, one] of (Array.isArray(data) ? data : []).entries()) {
    const { index, embedding } = (one ?? {}) as { index?: unknown; embedding?: unknown }
    const vector = typeof embedding === 'string' ? floatsOf(embedding) : embedding
    if (Array.isArray(vector) || vector instanceof Float32Array) {
      vectors[typeof index === 'number' ? index : at] = vector
    }
  }
  if (vectors.length === count && !vectors.includes(undefined as never)) return vectors
  throw unreadable(new Error(`${count} vectors were asked for, and others came`))
}

/** Little-endian, as OpenAI sends them, on machines of any kind. */
function floatsOf(base64: string): Float32Array {
  const bytes = readBase64(base64)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Float32Array.from({ length: bytes.byteLength >> 2 }, (_, at) =>
    view.getFloat32(at * 4, true),
  )
}
