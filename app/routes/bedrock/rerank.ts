import { createRoute, z } from '@hono/zod-openapi'
import { rerank } from '../../gateway/operations/rerank.ts'
import { reply } from '../../http/answers/reply.ts'
import { caller } from '../../http/caller.ts'
import { endpoint } from '../../http/endpoint.ts'
import { answerHeaders } from '../answer-contract.ts'
import { jsonAnswer, jsonRequest } from '../json-contract.ts'
import { modelErrors } from './contract.ts'

const text = z.looseObject({ text: z.string().min(1).max(32_000) })

/** Of its two documents the one that `type` names. */
const source = z
  .looseObject({
    type: z.literal('INLINE'),
    inlineDocumentSource: z.discriminatedUnion('type', [
      z.looseObject({ type: z.literal('TEXT'), textDocument: text }),
      z.looseObject({
        type: z.literal('JSON'),
        jsonDocument: z.record(z.string(), z.unknown()),
      }),
    ]),
  })
  .openapi('BedrockRerankSource')

/** Service model of bedrock-agent-runtime, RerankRequest. */
const request = z
  .looseObject({
    queries: z.array(z.looseObject({ type: z.literal('TEXT'), textQuery: text })).length(1),
    sources: z.array(source).min(1).max(1000),
    rerankingConfiguration: z.looseObject({
      type: z.literal('BEDROCK_RERANKING_MODEL'),
      bedrockRerankingConfiguration: z.looseObject({
        numberOfResults: z.int().min(1).max(1000).optional(),
        modelConfiguration: z.looseObject({
          modelArn: z.string().min(1).max(2048).describe('The ARN of the model, or its id.'),
          additionalModelRequestFields: z.record(z.string(), z.unknown()).optional(),
        }),
      }),
    }),
    nextToken: z
      .string()
      .refine(() => false, 'every answer is whole, so that none has another page')
      .optional(),
  })
  .openapi('BedrockRerankRequest')

const answer = z
  .looseObject({
    results: z.array(
      z.object({
        index: z.int().describe('The place of the source.'),
        relevanceScore: z.number().describe('Between 0 and 1.'),
      }),
    ),
  })
  .openapi('BedrockRerankResponse')

/** AWS's clients name a model of everybody's by an ARN with the region they are set to, and no account. */
const EVERYBODYS = /^arn:aws[a-z-]*:bedrock:[a-z0-9-]*::foundation-model\/(.+)$/

export const rerankSources = endpoint(
  createRoute({
    method: 'post',
    path: '/rerank',
    operationId: 'bedrock_rerank',
    summary: 'Rerank sources by relevance to a query',
    description:
      "Rerank of Bedrock's agents, with any reranker. The ARN of a foundation model means the model in the regions of this server, unless requests may name such ARNs.",
    tags: ['Bedrock'],
    request: { body: jsonRequest(request) },
    responses: {
      200: {
        ...jsonAnswer('The sources in their order, the best first.', answer),
        headers: answerHeaders,
      },
      ...modelErrors,
    },
  }),
  async (c) => {
    const { queries, sources, rerankingConfiguration } = c.req.valid('json')
    const { modelConfiguration, numberOfResults: top } =
      rerankingConfiguration.bedrockRerankingConfiguration
    const { modelArn, additionalModelRequestFields: extras } = modelConfiguration
    const services = c.get('services')
    const isTaken = services.config.AWS_BEDROCK_ALLOW_FOUNDATION_MODEL_ARN
    const asked = {
      model: isTaken ? modelArn : modelArn.replace(EVERYBODYS, '$1'),
      query: queries[0]!.textQuery.text,
      documents: sources.map(({ inlineDocumentSource: one }) =>
        one.type === 'TEXT' ? one.textDocument.text : one.jsonDocument,
      ),
      ...(top !== undefined && { top }),
      ...(extras && { extras }),
    }
    const { result, record, headers } = await rerank(asked, caller(c), services)
    c.get('entry').record = record
    const results = result.results.map(({ index, score }) => ({ index, relevanceScore: score }))
    return reply(c, JSON.stringify({ results }), {
      headers: { ...headers, 'x-amzn-requestid': c.get('requestId') },
    })
  },
)
