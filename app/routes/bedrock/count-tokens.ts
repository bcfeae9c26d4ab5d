import { createRoute, z } from '@hono/zod-openapi'
import { decodeBase64Text } from '../../codecs/bytes/base64.ts'
import { heardBedrockConverse } from '../../dialects/bedrock-converse/index.ts'
import { converseRequest } from '../../dialects/bedrock-converse/request-schema.ts'
import { GatewayError } from '../../errors.ts'
import type { Heard } from '../../gateway/answer.ts'
import { countTokens as count } from '../../gateway/count-tokens.ts'
import { reply } from '../../http/answers/reply.ts'
import { checkedBody, parsedJson } from '../../http/bodies/json-body.ts'
import { caller } from '../../http/caller.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import { COUNTED_BY } from '../answer-contract.ts'
import { jsonAnswer, jsonRequest } from '../json-contract.ts'
import { modelErrors, modelParams, modelPath } from './contract.ts'
import { invokeForm } from './invoke-forms.ts'

const countRequest = z
  .looseObject({
    input: z.looseObject({
      converse: converseRequest.optional(),
      invokeModel: z
        .looseObject({ body: z.string().describe('The body of InvokeModel, in base64.') })
        .optional(),
    }),
  })
  .openapi('CountTokensRequest')

/** As CountTokens, and for models AWS does not count for as well. */
export const countTokens = endpoint(
  createRoute({
    method: 'post',
    path: '/model/{modelId}/count-tokens',
    operationId: 'bedrock_count_tokens',
    summary: 'Count the tokens of a request',
    description:
      'Counted by the model where AWS counts for it, else estimated by the length of the texts: the header says which.',
    tags: ['Bedrock'],
    request: {
      params: modelParams,
      body: jsonRequest(countRequest),
    },
    responses: {
      200: {
        ...jsonAnswer(
          'The tokens the model would read.',
          z.object({ inputTokens: z.int() }).openapi('CountTokensResponse'),
        ),
        headers: z.object({ [COUNTED_BY]: z.enum(['model', 'estimate']) }),
      },
      ...modelErrors,
    },
  }),
  async (c) => {
    const { modelId } = c.req.valid('param')
    c.get('entry').model = modelId
    const asked = { ...understood(c, c.req.valid('json'), modelId), ...caller(c) }
    const { tokens, estimated } = await count(asked, c.get('services'))
    return reply(c, JSON.stringify({ inputTokens: tokens }), {
      headers: {
        'x-amzn-requestid': c.get('requestId'),
        [COUNTED_BY]: estimated ? 'estimate' : 'model',
      },
    })
  },
  { path: modelPath('count-tokens') },
)

function understood(
  c: HttpContext,
  { input }: z.infer<typeof countRequest>,
  modelId: string,
): Pick<Heard, 'dialect' | 'body'> {
  if (input.converse) {
    return { dialect: heardBedrockConverse, body: { ...input.converse, modelId } }
  }
  if (!input.invokeModel) throw missing('input')
  const value = bodyIn(input.invokeModel.body)
  const { dialect, schema } = invokeForm(value)
  return { dialect, body: checkedBody(c, { max_tokens: 1, ...value, model: modelId }, { schema }) }
}

function bodyIn(base64: string): object {
  try {
    const value: unknown = parsedJson(decodeBase64Text(base64))
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Told below, whatever is wrong with it.
  }
  throw missing('input.invokeModel.body')
}

const missing = (param: string) =>
  new GatewayError('invalid-request', `${param} holds no request to count.`, { param })
