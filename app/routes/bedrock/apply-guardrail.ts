import { createRoute, z } from '@hono/zod-openapi'
import { judge } from '../../gateway/operations/judge.ts'
import { reply } from '../../http/answers/reply.ts'
import { bodyText } from '../../http/bodies/body-limit.ts'
import { bodyForm, checkedBody, parsedBody } from '../../http/bodies/json-body.ts'
import { caller } from '../../http/caller.ts'
import { endpoint } from '../../http/endpoint.ts'
import { jsonAnswer, jsonRequest } from '../json-contract.ts'
import { modelErrors } from './contract.ts'

const text = z.looseObject({
  text: z.string(),
  qualifiers: z.array(z.enum(['grounding_source', 'query', 'guard_content'])).optional(),
})
const image = z.looseObject({
  format: z.enum(['png', 'jpeg']),
  source: z.looseObject({ bytes: z.string().min(1) }),
})
const block = z
  .looseObject({ text: text.optional(), image: image.optional() })
  .refine((one) => (one.text === undefined) !== (one.image === undefined), 'not a text or an image')

/** Service model of bedrock-runtime, ApplyGuardrailRequest. */
const request = z
  .looseObject({
    source: z.enum(['INPUT', 'OUTPUT']).describe('Whether a caller said it, or a model.'),
    content: z.array(block),
    outputScope: z.enum(['INTERVENTIONS', 'FULL']).optional(),
  })
  .openapi('ApplyGuardrailRequest')

const verdict = z
  .looseObject({
    action: z.enum(['NONE', 'GUARDRAIL_INTERVENED']),
    actionReason: z.string().optional(),
    outputs: z.array(z.looseObject({ text: z.string().optional() })),
    assessments: z.array(z.looseObject({})),
    usage: z.looseObject({}).describe('Units by policy.'),
  })
  .openapi('ApplyGuardrailResponse')

const FORM = bodyForm(request)

export const applyGuardrail = endpoint(
  createRoute({
    method: 'post',
    path: '/guardrail/{guardrailIdentifier}/version/{guardrailVersion}/apply',
    operationId: 'bedrock_apply_guardrail',
    summary: 'Apply a guardrail to content',
    description:
      "Bedrock's ApplyGuardrail, request and answer as they are: the guardrail of this server, or another where requests may name one. The embedded provider lets everything pass, and says so.",
    tags: ['Bedrock'],
    request: {
      params: z.object({
        guardrailIdentifier: z
          .string()
          .describe('Its id, or its ARN, percent-encoded or raw.')
          .openapi({ example: 'gr1234567890' }),
        guardrailVersion: z.string().describe('A number, or DRAFT.').openapi({ example: 'DRAFT' }),
      }),
      body: jsonRequest(request),
    },
    responses: { 200: jsonAnswer('The verdict.', verdict), ...modelErrors },
  }),
  async (c) => {
    const { guardrailIdentifier: id, guardrailVersion: version } = c.req.valid('param')
    const services = c.get('services')
    const body = await bodyText(c, services.config.MAX_BODY_BYTES)
    c.set('bodyText', body)
    checkedBody(c, await parsedBody(c), FORM)
    const judged = await judge({ id, version, body }, caller(c), services)
    return reply(c, judged.body, {
      headers: { ...judged.headers, 'x-amzn-requestid': c.get('requestId') },
    })
  },
  {
    path: '/guardrail/:guardrailIdentifier{.+}/version/:guardrailVersion/apply',
    readsItself: true,
  },
)
