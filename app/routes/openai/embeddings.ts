import { createRoute } from '@hono/zod-openapi'
import { base64OfFloats, numbersOf } from '../../codecs/vectors.ts'
import type { Usage } from '../../conversation/events.ts'
import { unknownFields } from '../../dialects/extras.ts'
import { GatewayError } from '../../errors.ts'
import { type EmbeddingOrder, embed, type WrittenInput } from '../../gateway/operations/embed.ts'
import { reply } from '../../http/answers/reply.ts'
import { caller } from '../../http/caller.ts'
import { endpoint } from '../../http/endpoint.ts'
import type { EmbeddedInput, Vector } from '../../ports/embeddings.ts'
import { answerHeaders } from '../answer-contract.ts'
import { fused, TRUNCATIONS, textOrAddress } from '../embedding-input.ts'
import { jsonAnswer, jsonRequest } from '../json-contract.ts'
import {
  type EmbeddingWire,
  embeddingList,
  embeddingRequest,
  type WireEmbeddingList,
} from './embedding-contract.ts'
import { modelErrors } from './error-contract.ts'

const contract = createRoute({
  method: 'post',
  path: '/v1/embeddings',
  operationId: 'create_embedding',
  summary: 'Embed texts and media',
  description:
    "OpenAI's embeddings with any embedding model. Inputs keep their order; what the model takes one at a time is asked for some at the same time. Unknown fields (`normalize`, `embeddingPurpose`) go to the model.",
  tags: ['Embeddings'],
  request: { body: jsonRequest(embeddingRequest) },
  responses: {
    200: { ...jsonAnswer('One vector for each input.', embeddingList), headers: answerHeaders },
    ...modelErrors,
  },
})

export const createEmbedding = endpoint(contract, async (c) => {
  const body = c.req.valid('json')
  const write = writer(body)
  const items: string[] = []
  // Numbers take long to write: that is done while others are still waited for.
  const onEmbedded = (embedded: EmbeddedInput, index: number) => {
    items[index] = write(embedded, index)
  }
  const order = { ...orderOf(body), onEmbedded }
  const { result, record, headers } = await embed(order, caller(c), c.get('services'))
  c.get('entry').record = record
  const data = result.embeddings.map((one, index) => items[index] ?? write(one, index))
  const rest = JSON.stringify(restOf(body, result.usage))
  return reply(c, `{"object":"list","data":[${data.join()}],${rest.slice(1)}`, { headers })
})

const KNOWN = new Set([
  'model',
  'input',
  'encoding_format',
  'dimensions',
  'user',
  'input_type',
  'truncate',
])

/** Other vendors' words for forms of vectors, for which this answer has no place. */
const FORMS = ['embedding_types', 'embeddingTypes', 'output_dtype']

function orderOf(body: EmbeddingWire): EmbeddingOrder {
  const { model, dimensions, user, input_type: purpose, truncate } = body
  const fields = unknownFields(body, KNOWN)
  const form = FORMS.find((name) => fields && name in fields)
  if (form) {
    throw new GatewayError(
      'unsupported-parameter',
      `Unsupported parameter: '${form}'. This answer holds floats alone; POST /cohere/v2/embed gives other forms.`,
      { param: form },
    )
  }
  return {
    model,
    inputs: inputsOf(body.input),
    params: { inputs: 'input', purpose: 'input_type' },
    ...(fields && { fields }),
    ...(dimensions && { dimensions }),
    ...(purpose && { purpose }),
    ...(truncate && { truncate: TRUNCATIONS[truncate] }),
    ...(user && { user }),
  }
}

function inputsOf(input: EmbeddingWire['input']): WrittenInput[] {
  if (typeof input === 'string') return [textOrAddress(input, 'input')]
  if (input.every((item) => typeof item === 'number')) return [ofTokens(input, 'input')]
  return input.map((item, index) => {
    const param = `input[${index}]`
    if (typeof item === 'string') return textOrAddress(item, param)
    if (Array.isArray(item)) return ofTokens(item, param)
    if (typeof item === 'object') return fused(item, param)
    throw new GatewayError(
      'invalid-request',
      `Invalid '${param}': a token alone is no input. Send texts, or lists of tokens.`,
      { param, reason: 'invalid_type' },
    )
  })
}

/** A text of OpenAI's tokens, which only models that share them can read. */
function ofTokens(tokens: readonly number[], param: string): WrittenInput {
  if (tokens.length > 0) return { type: 'text', text: '', tokens, param }
  throw new GatewayError('invalid-request', `Invalid '${param}': input cannot be an empty array.`, {
    param,
    reason: 'empty_array',
  })
}

type Item = WireEmbeddingList['data'][number]

/** Writes one item of the answer. */
function writer({ encoding_format: format }: EmbeddingWire) {
  const written = (vector: Vector) =>
    format === 'base64' ? base64OfFloats(vector) : numbersOf(vector)
  return ({ vector, segments }: EmbeddedInput, index: number): string => {
    const item: Item = {
      object: 'embedding',
      index,
      embedding: written(vector),
      ...(segments && { segments: segments.map((one) => segmentOf(one, written)) }),
    }
    return JSON.stringify(item)
  }
}

/** What stands behind the vectors. */
const restOf = (
  { model }: EmbeddingWire,
  { input }: Usage,
): Pick<WireEmbeddingList, 'model' | 'usage'> => ({
  model,
  usage: { prompt_tokens: input, total_tokens: input },
})

function segmentOf(
  { vector, about }: NonNullable<EmbeddedInput['segments']>[number],
  written: (vector: Vector) => string | number[],
) {
  const named = Object.entries(about).map(([name, value]) => [snakeCase(name), value])
  return { ...Object.fromEntries(named), embedding: written(vector) }
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
