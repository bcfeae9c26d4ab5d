import { z } from '@hono/zod-openapi'
import { knowledgeCitation } from '../knowledge-words.ts'
import { retrievalConfig } from '../retrieval-config.ts'

const textInferenceConfig = z.looseObject({
  maxTokens: z.int().min(0).max(65536).nullish(),
  temperature: z.number().min(0).max(1).nullish(),
  topP: z.number().min(0).max(1).nullish(),
  stopSequences: z.array(z.string().min(1)).max(4).nullish(),
})

/** The body of retrieve-and-generate; the knowledge base stands in the path. Names are Bedrock's own, as in source-3's server. */
export const generateRequest = z
  .looseObject({
    query: z.string().min(1).describe('The question.'),
    model: z.string().min(1).nullish().describe('The model that answers, by any of its names.'),
    modelArn: z.string().min(1).nullish().describe('The same, by id or ARN.'),
    stream: z.boolean().nullish().describe('Answer with server-sent events.'),
    retrieval_config: retrievalConfig.nullish(),
    retrievalConfiguration: retrievalConfig.nullish().describe('The same.'),
    generationConfiguration: z
      .looseObject({
        guardrailConfiguration: z
          .looseObject({ guardrailId: z.string().min(1), guardrailVersion: z.string().min(1) })
          .nullish(),
        inferenceConfig: z
          .looseObject({ textInferenceConfig: textInferenceConfig.nullish() })
          .nullish(),
      })
      .nullish()
      .describe('As Bedrock has it: inferenceConfig, guardrailConfiguration, promptTemplate.'),
    sessionId: z
      .string()
      .regex(/^[0-9a-zA-Z._:-]{2,100}$/)
      .nullish()
      .describe('That of an earlier answer, to go on from it.'),
  })
  .refine(({ model, modelArn }) => model != null || modelArn != null, {
    path: ['model'],
    error: 'the model that shall answer is missing',
  })
  .openapi('RetrieveAndGenerateRequest')

/** A whole answer. */
export const generateResponse = z
  .looseObject({
    output: z.string(),
    citations: z.array(knowledgeCitation),
    sessionId: z.string().nullable().describe('Null where nobody remembers sessions.'),
    guardrailAction: z.enum(['INTERVENED', 'NONE']).optional(),
  })
  .openapi('RetrieveAndGenerateResponse')

/** One event of a streamed answer; `[DONE]` follows the last. */
export const generateEvent = z
  .discriminatedUnion('type', [
    z.looseObject({ type: z.literal('output'), text: z.string() }),
    z.looseObject({ type: z.literal('citation'), citation: knowledgeCitation }),
    z.looseObject({
      type: z.literal('end'),
      sessionId: z.string().nullable(),
      guardrailAction: z.enum(['INTERVENED', 'NONE']).optional(),
    }),
  ])
  .openapi('RetrieveAndGenerateEvent')

export type WireGenerateRequest = z.infer<typeof generateRequest>
export type WireGenerateResponse = z.infer<typeof generateResponse>
