import { createRoute } from '@hono/zod-openapi'
import { base64OfFloats, numbersOf } from '../../codecs/vectors.ts'
import { unknownFields } from '../../dialects/extras.ts'
import { GatewayError } from '../../errors.ts'
import { type Embedded, embed, type WrittenInput } from '../../gateway/operations/embed.ts'
import { reply } from '../../http/answers/reply.ts'
import { caller } from '../../http/caller.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import type { EmbeddedInput } from '../../ports/embeddings.ts'
import { answerHeaders } from '../answer-contract.ts'
import { attachment, fused, plainText, TRUNCATIONS } from '../embedding-input.ts'
import { jsonAnswer, jsonRequest } from '../json-contract.ts'
import { modelErrors } from './errors.ts'
import {
  type EmbedWire,
  embedByType,
  embedFloats,
  embedRequest1,
  embedRequest2,
  type Form,
} from './wire.ts'

const shared = {
  method: 'post' as const,
  tags: ['Embeddings'] as string[],
  summary: 'Embed texts and images',
}

export const embed2 = endpoint(
  createRoute({
    ...shared,
    path: '/cohere/v2/embed',
    operationId: 'cohere_embed',
    description:
      "Cohere's embed with any embedding model; vectors by type, floats when none is named.",
    request: { body: jsonRequest(embedRequest2) },
    responses: {
      200: { ...jsonAnswer('The vectors.', embedByType), headers: answerHeaders },
      ...modelErrors,
    },
  }),
  async (c) => {
    const body = c.req.valid('json')
    const result = await embedded(c, body)
    return reply(
      c,
      JSON.stringify({ ...told(c, body, { result, version: '2' }), ...byType(body, result) }),
      {
        headers: result.headers,
      },
    )
  },
)

export const embed1 = endpoint(
  createRoute({
    ...shared,
    path: '/cohere/v1/embed',
    operationId: 'cohere_embed_v1',
    description: "Cohere's first embed: a plain list of floats when no types are named.",
    request: { body: jsonRequest(embedRequest1) },
    responses: {
      200: {
        ...jsonAnswer(
          'The vectors, in one of two forms told apart by `response_type`.',
          embedFloats.or(embedByType),
        ),
        headers: answerHeaders,
      },
      ...modelErrors,
    },
  }),
  async (c) => {
    const body = c.req.valid('json')
    const result = await embedded(c, body)
    const vectors = body.embedding_types?.length
      ? byType(body, result)
      : {
          response_type: 'embeddings_floats',
          embeddings: result.embeddings.map(({ vector }) => numbersOf(vector)),
        }
    return reply(c, JSON.stringify({ ...told(c, body, { result, version: '1' }), ...vectors }), {
      headers: result.headers,
    })
  },
)

const KNOWN = new Set([
  'model',
  'texts',
  'images',
  'inputs',
  'input_type',
  'embedding_types',
  'output_dimension',
  'truncate',
  'priority',
])

const PARAMS = {
  inputs: 'texts',
  dimensions: 'output_dimension',
  purpose: 'input_type',
  forms: 'embedding_types',
}

/** Forms that are floats however they are written. */
const FLOATS: readonly Form[] = ['float', 'base64']

async function embedded(c: HttpContext, body: EmbedWire) {
  const { model, input_type: purpose, output_dimension: dimensions, truncate } = body
  const forms = (body.embedding_types ?? []).filter((form) => !FLOATS.includes(form))
  const fields = unknownFields(body, KNOWN)
  const order = {
    model,
    inputs: inputsOf(body),
    params: PARAMS,
    ...(forms.length > 0 && { forms }),
    ...(fields && { fields }),
    ...((body.priority ?? null) !== null && { unheard: ['priority'] }),
    ...(dimensions && { dimensions }),
    ...(purpose && { purpose }),
    ...(truncate && { truncate: TRUNCATIONS[truncate] }),
    // Cohere's default (its OpenAPI document), where Bedrock's models would refuse what is too long.
    ...(body.texts && { usualTruncate: 'end' as const }),
  }
  const { result, record, headers } = await embed(order, caller(c), c.get('services'))
  c.get('entry').record = record
  return { ...result, headers }
}

function inputsOf({ texts, images, inputs }: EmbedWire): WrittenInput[] {
  const given = [texts, images, inputs].filter((one) => one !== null && one !== undefined)
  if (given.length !== 1) {
    const found = given.length === 0 ? 'none' : 'several'
    throw new GatewayError(
      'invalid-request',
      `Exactly one of texts, images and inputs is needed, but ${found} of them is given.`,
      { param: 'texts' },
    )
  }
  if (texts) return texts.map((text, index) => plainText(text, `texts[${index}]`))
  if (images) return images.map((image, index) => attachment(image, `images[${index}]`))
  return inputs!.map((input, index) => fused(input, `inputs[${index}]`))
}

/** What both forms of the answer tell beside the vectors. */
function told(
  c: HttpContext,
  { texts }: EmbedWire,
  { result, version }: { result: Embedded; version: string },
) {
  const pieces = result.inputs.flatMap((input) => (input.type === 'fused' ? input.parts : [input]))
  const images = pieces.filter(({ type }) => type === 'image').length
  return {
    id: c.get('requestId'),
    texts: texts ?? [],
    meta: {
      api_version: { version },
      billed_units: { input_tokens: result.usage.input, ...(images > 0 && { images }) },
    },
  }
}

function byType({ embedding_types: types }: EmbedWire, { embeddings }: Embedded) {
  const wanted: readonly Form[] = types?.length ? types : ['float']
  const written = wanted.map((form) => [form, embeddings.map((one) => inForm(one, form))])
  return { response_type: 'embeddings_by_type', embeddings: Object.fromEntries(written) }
}

function inForm({ vector, forms }: EmbeddedInput, form: Form): string | readonly number[] {
  if (form === 'base64') return base64OfFloats(vector)
  return form === 'float' ? numbersOf(vector) : (forms?.[form] ?? [])
}
