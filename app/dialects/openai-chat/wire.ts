import { z } from '@hono/zod-openapi'
import { EFFORTS } from '../openai-effort.ts'
import { guardrail } from '../openai-guardrail.ts'
import { knowledgeFields } from '../openai-knowledge.ts'
import { cacheFields } from '../openai-prompt-cache.ts'
import { performanceConfig, seed, serviceTier, stop, streamOptions } from '../openai-settings.ts'
import { message, textPart } from './wire-messages.ts'
import { legacyFunction, legacyFunctionCall, tool, toolChoice } from './wire-tools.ts'

const integer = () => z.int()

const responseFormat = z
  .discriminatedUnion('type', [
    z.looseObject({ type: z.literal('text') }),
    z.looseObject({ type: z.literal('json_object') }),
    z.looseObject({
      type: z.literal('json_schema'),
      json_schema: z.looseObject({
        name: z
          .string()
          .max(64)
          .regex(/^[a-zA-Z0-9_-]+$/),
        description: z.string().nullish(),
        schema: z.record(z.string(), z.unknown()).nullish(),
        strict: z.boolean().nullish(),
      }),
    }),
  ])
  .openapi('ChatResponseFormat')

const audio = z.looseObject({
  voice: z.union([z.string(), z.looseObject({ id: z.string() })], {
    error: 'one of a string or an object',
  }),
  format: z.enum(['wav', 'aac', 'mp3', 'flac', 'opus', 'pcm16']),
})

const prediction = z.looseObject({
  type: z.literal('content'),
  content: z.union([z.string(), z.array(textPart)], {
    error: 'one of a string or array of objects',
  }),
})

const moderationSide = z.looseObject({ mode: z.enum(['score', 'block']) }).nullish()

const moderation = z.looseObject({
  model: z.string(),
  policy: z.looseObject({ input: moderationSide, output: moderationSide }).nullish(),
})

const webSearchOptions = z.looseObject({
  search_context_size: z.enum(['low', 'medium', 'high']).nullish(),
  user_location: z
    .looseObject({
      type: z.literal('approximate'),
      approximate: z.looseObject({
        country: z.string().nullish(),
        region: z.string().nullish(),
        city: z.string().nullish(),
        timezone: z.string().nullish(),
      }),
    })
    .nullish(),
})

const reasoning = z.looseObject({
  effort: z.enum(EFFORTS).nullish(),
  max_tokens: integer().min(0).nullish(),
  enabled: z.boolean().nullish(),
  exclude: z.boolean().nullish(),
})

const thinking = z.looseObject({
  type: z.enum(['enabled', 'disabled', 'adaptive']),
  budget_tokens: integer().min(0).nullish(),
  display: z.string().nullish(),
})

/**
 * The body of `POST /v1/chat/completions`: OpenAI's CreateChatCompletionRequest, and the widely used
 * extensions of other servers. Loose: what is not named here passes and is for the model to know.
 */
export const chatCompletionRequest = z
  .looseObject({
    model: z.string().min(1).describe('The model, by id, profile, ARN or alias.'),
    messages: z.array(message).min(1).describe('The conversation so far.'),

    n: integer().min(1).max(128).nullish().describe('How many answers to give.'),
    max_completion_tokens: integer().min(1).nullish().describe('Tokens of answer and thought.'),
    max_tokens: integer().min(1).nullish().describe('The older name of max_completion_tokens.'),
    temperature: z.number().min(0).max(2).nullish(),
    top_p: z.number().min(0).max(1).nullish(),
    top_k: integer().min(0).nullish().describe('Not of OpenAI: sample among the k likeliest.'),
    frequency_penalty: z.number().min(-2).max(2).nullish(),
    presence_penalty: z.number().min(-2).max(2).nullish(),
    stop: stop.nullish().describe('Texts that end the answer; blank ones are dropped.'),
    seed,
    logit_bias: z.record(z.string(), integer().min(-100).max(100)).nullish(),
    logprobs: z.boolean().nullish(),
    top_logprobs: integer().min(0).max(20).nullish(),

    response_format: responseFormat.nullish().describe('The form the answer must have.'),
    modalities: z.array(z.enum(['text', 'audio'])).nullish(),
    audio: audio.nullish().describe('Voice and format of a spoken answer.'),
    verbosity: z.enum(['low', 'medium', 'high']).nullish(),
    prediction: prediction.nullish().describe('Text much of the answer is expected to repeat.'),

    reasoning_effort: z.enum(EFFORTS).nullish().describe('How much to think.'),
    reasoning: reasoning.nullish().describe("OpenRouter's form of reasoning_effort."),
    include_reasoning: z.boolean().nullish().describe('Whether thoughts are shown.'),
    thinking: thinking.nullish().describe("Anthropic's form of reasoning_effort."),
    enable_thinking: z.boolean().nullish().describe("Qwen's form of reasoning_effort."),
    thinking_budget: integer().min(0).nullish().describe("Qwen's token budget for thought."),

    tools: z.array(tool).nullish().describe('What the model may call.'),
    tool_choice: toolChoice.nullish(),
    parallel_tool_calls: z.boolean().nullish(),
    functions: z.array(legacyFunction).min(1).max(128).nullish().describe('Older form of tools.'),
    function_call: legacyFunctionCall.nullish().describe('Older form of tool_choice.'),
    web_search_options: webSearchOptions.nullish().describe('The model may search the web.'),

    service_tier: serviceTier,
    ...cacheFields,
    metadata: z
      .record(z.string().max(64), z.string().max(512))
      .nullish()
      .describe("The caller's own labels, at most 16."),
    store: z.boolean().nullish().describe('Keep the exchange for later retrieval.'),
    user: z.string().nullish().describe('The end user; older form of safety_identifier.'),
    safety_identifier: z.string().max(64).nullish(),
    moderation: moderation.nullish(),

    stream: z.boolean().nullish(),
    stream_options: streamOptions,

    file_ids: z
      .array(z.string().min(1))
      .max(100)
      .nullish()
      .describe('Stored files to be read with the first message of the user.'),
    ...knowledgeFields,
    bedrock_model: z.string().min(1).nullish().describe('An upstream id that wins over model.'),
    model_provider: z.string().min(1).nullish().describe('Narrows what model may resolve to.'),
    'amazon-bedrock-guardrailConfig': guardrail.nullish().describe('A Bedrock guardrail.'),
    performanceConfig,
  })
  .openapi('CreateChatCompletionRequest')

export type WireRequest = z.infer<typeof chatCompletionRequest>

/** Every field the dialect itself understands; all others are extra. */
export const KNOWN_FIELDS: ReadonlySet<string> = new Set(Object.keys(chatCompletionRequest.shape))
