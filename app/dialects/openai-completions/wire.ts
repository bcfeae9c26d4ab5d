import { z } from '@hono/zod-openapi'
import { guardrail } from '../openai-guardrail.ts'
import { performanceConfig, seed, serviceTier, stop, streamOptions } from '../openai-settings.ts'

const integer = () => z.int()

/** Most prompts of one request, and most answers to all of them. */
export const MOST_ANSWERS = 2048

// Tokens pass here, so that they can be refused by name.
const item = z.union([z.string(), z.number(), z.array(z.number())], { error: 'a string' })

const prompt = z.union([z.string(), z.array(item).min(1).max(MOST_ANSWERS)], {
  error: 'one of a string or an array of strings',
})

/**
 * The body of `POST /v1/completions`: OpenAI's CreateCompletionRequest, and what chat completions know of
 * Bedrock. Loose: what is not named here passes and is for the model to know.
 */
export const completionRequest = z
  .looseObject({
    model: z.string().min(1).describe('The model, by id, profile, ARN or alias.'),
    prompt: prompt
      .nullable()
      .describe(
        'A text or the address of a file (`https://`, `s3://`, `data:`, `file-id:`), or a list of them. A list of exactly one text and some files is one prompt; any other list is one prompt an element. `null` is an empty text.',
      ),

    n: integer().min(1).max(128).nullish().describe('How many answers to give to each prompt.'),
    max_tokens: integer()
      .min(0)
      .nullish()
      .describe('Tokens of each answer; as many as the model can when absent.'),
    temperature: z.number().min(0).max(2).nullish(),
    top_p: z.number().min(0).max(1).nullish(),
    top_k: integer().min(0).nullish().describe('Not of OpenAI: sample among the k likeliest.'),
    frequency_penalty: z.number().min(-2).max(2).nullish(),
    presence_penalty: z.number().min(-2).max(2).nullish(),
    stop: stop.nullish().describe('Texts that end an answer; blank ones are dropped.'),
    seed,
    logit_bias: z.record(z.string(), z.number().min(-100).max(100)).nullish(),
    logprobs: integer()
      .min(0)
      .max(5)
      .nullish()
      .describe(
        'Tell how likely each token was, and that many of the likeliest in its place. For servers with the API of OpenAI; ignored by all others.',
      ),
    best_of: integer()
      .min(0)
      .max(20)
      .nullish()
      .describe('For servers that speak completions; ignored by all others.'),
    echo: z.boolean().nullish().describe('Whether answers begin with the text of their prompt.'),
    suffix: z
      .string()
      .nullish()
      .describe(
        'For servers that speak completions; ignored by all others: no model on Bedrock fills in the middle.',
      ),

    service_tier: serviceTier,
    user: z.string().nullish().describe('The end user; older form of safety_identifier.'),
    safety_identifier: z.string().max(64).nullish(),

    stream: z.boolean().nullish(),
    stream_options: streamOptions,

    bedrock_model: z.string().min(1).nullish().describe('An upstream id that wins over model.'),
    model_provider: z.string().min(1).nullish().describe('Narrows what model may resolve to.'),
    'amazon-bedrock-guardrailConfig': guardrail.nullish().describe('A Bedrock guardrail.'),
    performanceConfig,
  })
  .openapi('CreateCompletionRequest')

export type WireRequest = z.infer<typeof completionRequest>
export type WirePrompt = WireRequest['prompt']

/** Every field the dialect itself understands; all others are extra. */
export const KNOWN_FIELDS: ReadonlySet<string> = new Set(Object.keys(completionRequest.shape))
