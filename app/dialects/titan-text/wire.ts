import { z } from '@hono/zod-openapi'

const textGenerationConfig = z
  .looseObject({
    maxTokenCount: z.int().min(1).nullish().describe('Tokens of the answer.'),
    temperature: z.number().min(0).max(1).nullish(),
    topP: z.number().min(0).max(1).nullish(),
    stopSequences: z.array(z.string()).nullish().describe('Texts that end the answer.'),
  })
  .openapi('TitanTextGenerationConfig')

/**
 * The body of Titan Text (user guide, model-parameters-titan-text). `model` and `stream` stand in the
 * path on AWS's wire; the unified endpoint has them in the body, and a route adds them elsewhere.
 */
export const titanTextRequest = z
  .looseObject({
    model: z.string().min(1).describe('The model, by id, profile, ARN or alias.'),
    inputText: z
      .string()
      .min(1)
      .describe('The prompt; `User: ...` and `Bot: ...` lines that end with `Bot:` are turns.'),
    textGenerationConfig: textGenerationConfig.nullish(),
    stream: z.boolean().nullish(),
  })
  .openapi('TitanTextRequest')

export type WireRequest = z.infer<typeof titanTextRequest>
export type WireConfig = z.infer<typeof textGenerationConfig>

/** Every field the dialect itself understands; all others are extra. */
export const KNOWN_FIELDS: ReadonlySet<string> = new Set(Object.keys(titanTextRequest.shape))
export const KNOWN_CONFIG: ReadonlySet<string> = new Set(Object.keys(textGenerationConfig.shape))

const result = z.looseObject({
  tokenCount: z.number(),
  outputText: z.string(),
  completionReason: z.string().nullable(),
})

/** A whole answer, as InvokeModel gives it. */
export const titanTextReply = z
  .looseObject({ inputTextTokenCount: z.number(), results: z.array(result) })
  .openapi('TitanTextReply')

/** One piece of a streamed answer; counts and reason come with the last one (recorded for Titan Lite). */
export const titanTextChunk = z
  .looseObject({
    outputText: z.string(),
    index: z.number(),
    totalOutputTextTokenCount: z.number().nullable(),
    completionReason: z.string().nullable(),
    inputTextTokenCount: z.number().nullable(),
  })
  .openapi('TitanTextChunk')

export type WireReply = z.infer<typeof titanTextReply>
export type WireChunk = z.infer<typeof titanTextChunk>
