import { createRoute, z } from '@hono/zod-openapi'
import { withBetas } from '../../dialects/anthropic-messages/betas.ts'
import { exchange } from '../../gateway/exchange.ts'
import { respond } from '../../http/answers/respond.ts'
import { bodyText } from '../../http/bodies/body-limit.ts'
import { checkedBody, parsedBody } from '../../http/bodies/json-body.ts'
import { caller } from '../../http/caller.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import { requestHeader } from '../../http/request-header.ts'
import { jsonAnswer, jsonRequest } from '../json-contract.ts'
import { invokeHeaders } from './answer-headers.ts'
import { EVENT_STREAM, eventStream, modelErrors, modelParams, modelPath } from './contract.ts'
import { invokeBeside } from './invoke-beside.ts'
import { type InvokeForm, invokeForm, isConversation } from './invoke-forms.ts'
import { writtenLabels } from './labels.ts'

const anyBody = z.looseObject({}).openapi('InvokeModelBody')

const optionHeaders = z.object({
  'x-amzn-bedrock-guardrailidentifier': z.string().optional(),
  'x-amzn-bedrock-guardrailversion': z.string().optional(),
  'x-amzn-bedrock-trace': z.string().optional().describe('ENABLED, DISABLED, ENABLED_FULL.'),
  'x-amzn-bedrock-performanceconfig-latency': z.string().optional(),
  'x-amzn-bedrock-service-tier': z.string().optional(),
  'x-amzn-bedrock-request-metadata': z.string().optional().describe('Labels, as a JSON object.'),
})

const request = {
  params: modelParams,
  headers: optionHeaders,
  body: jsonRequest(anyBody),
}

export const invokeModel = endpoint(
  createRoute({
    method: 'post',
    path: '/model/{modelId}/invoke',
    operationId: 'bedrock_invoke_model',
    summary: 'Invoke a model with its native body',
    description:
      "Bedrock's InvokeModel. Bodies of Claude, of Titan Text and of OpenAI's chat completions are answered in their own form by whatever model is named. Models of vectors, rankings and pictures take their makers' bodies, which go to AWS and come back as they are.",
    tags: ['Bedrock'],
    request,
    responses: {
      200: jsonAnswer('The answer, in the form of the body.', anyBody),
      ...modelErrors,
    },
  }),
  (c) => answer(c, c.req.valid('param').modelId, false),
  { path: modelPath('invoke'), readsItself: true },
)

export const invokeModelStream = endpoint(
  createRoute({
    method: 'post',
    path: '/model/{modelId}/invoke-with-response-stream',
    operationId: 'bedrock_invoke_model_with_response_stream',
    summary: 'Invoke a model with its native body, streamed',
    description:
      "Bedrock's InvokeModelWithResponseStream: every event of the answer as one `chunk` of an AWS event stream. Models that do not chat do not stream.",
    tags: ['Bedrock'],
    request,
    responses: {
      200: {
        description: 'Chunks; an exception frame where it breaks off.',
        content: { [EVENT_STREAM]: { schema: eventStream } },
      },
      ...modelErrors,
    },
  }),
  (c) => answer(c, c.req.valid('param').modelId, true),
  { path: modelPath('invoke-with-response-stream'), readsItself: true },
)

async function answer(c: HttpContext, modelId: string, stream: boolean): Promise<Response> {
  const entry = c.get('entry')
  entry.model = modelId
  const text = await bodyText(c, c.get('services').config.MAX_BODY_BYTES)
  c.set('bodyText', text)
  const value = await parsedBody(c)
  // A body may hold a member `model`, which is not the one that is asked.
  entry.model = modelId
  if (!isConversation(value)) {
    const beside = await invokeBeside(c, { modelId, body: { ...value }, text, stream })
    if (beside) return beside
  }
  const form = invokeForm(value)
  // Model and stream stand in the path; Bedrock refuses them in the body, clients of its kin write them.
  const named = { ...value, model: modelId, stream }
  const body = withBetas(
    checkedBody(c, named, { schema: form.schema, words: form.dialect.server.validationWords }),
    requestHeader(c, 'anthropic-beta'),
  )
  const heard = { dialect: labelled(form, c), body, binary: true, ...caller(c) }
  const answered = await exchange(heard, c.get('services'))
  return respond(c, answered, invokeHeaders(c, answered))
}

/** The form, with the caller's labels, for which bodies of models have no member. */
function labelled({ dialect }: InvokeForm, c: HttpContext): InvokeForm['dialect'] {
  const metadata = writtenLabels(c)
  if (metadata === undefined) return dialect
  const decodeRequest = (body: unknown) => ({ ...dialect.server.decodeRequest(body), metadata })
  return { ...dialect, server: { ...dialect.server, decodeRequest } }
}
