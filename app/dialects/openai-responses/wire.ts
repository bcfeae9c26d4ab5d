import { z } from '@hono/zod-openapi'
import { EFFORTS } from '../openai-effort.ts'
import { guardrail } from '../openai-guardrail.ts'
import { cacheFields } from '../openai-prompt-cache.ts'
import { performanceConfig, serviceTier } from '../openai-settings.ts'
import { inputItem } from './wire-items.ts'
import { tool, toolChoice } from './wire-tools.ts'

const SUMMARIES = ['auto', 'concise', 'detailed'] as const

const textFormat = z
  .discriminatedUnion('type', [
    z.looseObject({ type: z.literal('text') }),
    z.looseObject({ type: z.literal('json_object') }),
    z.looseObject({
      type: z.literal('json_schema'),
      name: z
        .string()
        .max(64)
        .regex(/^[a-zA-Z0-9_-]+$/),
      description: z.string().nullish(),
      schema: z.record(z.string(), z.unknown()),
      strict: z.boolean().nullish(),
    }),
  ])
  .openapi('ResponseTextFormat')

const text = z.looseObject({
  format: textFormat.nullish().describe('The form the answer must have.'),
  verbosity: z.enum(['low', 'medium', 'high']).nullish(),
})

const reasoning = z.looseObject({
  effort: z.enum(EFFORTS).nullish().describe('How much to think.'),
  summary: z.enum(SUMMARIES).nullish().describe('Thoughts come as summaries, not as plain text.'),
  generate_summary: z.enum(SUMMARIES).nullish().describe('The older name of summary.'),
  context: z.string().nullish(),
  mode: z.string().nullish(),
})

/** The caller's own labels. */
export const metadata = z.record(z.string().max(64), z.string().max(512))

const input = z.union([z.string(), z.array(inputItem)], {
  error: 'one of a string or array of objects',
})

const conversation = z.union([z.string(), z.looseObject({ id: z.string() })], {
  error: 'one of a string or an object',
})

/** What counting, compacting and answering have in common. */
const question = {
  model: z.string().min(1).describe('The model, by id, profile, ARN or alias.'),
  input: input.nullish().describe('What is asked: a text, or items of a conversation.'),
  instructions: z.string().nullish().describe('A system prompt for this response alone.'),
  previous_response_id: z
    .string()
    .nullish()
    .describe('A stored response whose conversation goes on.'),
}

const tools = {
  tools: z.array(tool).nullish().describe('What the model may call.'),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
}

const form = {
  text: text.nullish(),
  reasoning: reasoning.nullish(),
  truncation: z
    .enum(['auto', 'disabled'])
    .nullish()
    .describe('`auto` drops the oldest turns of what is too long for the model.'),
}

/** What OpenAI lets a caller ask for beside the answer (specification, IncludeEnum). */
const INCLUDABLE = [
  'file_search_call.results',
  'web_search_call.results',
  'web_search_call.action.sources',
  'message.input_image.image_url',
  'computer_call_output.output.image_url',
  'code_interpreter_call.outputs',
  'reasoning.encrypted_content',
  'message.output_text.logprobs',
] as const

/**
 * The body of `POST /v1/responses`: OpenAI's CreateResponse, and what this server adds on every route.
 * Loose: what is not named here passes and is for the model to know.
 */
export const responseRequest = z
  .looseObject({
    ...question,
    conversation: conversation
      .nullish()
      .describe('A conversation whose items come first, and which gets those of this response.'),
    ...tools,
    ...form,
    max_output_tokens: z.int().min(1).nullish().describe('Tokens of answer and thought.'),
    max_tool_calls: z.int().min(0).nullish(),
    temperature: z.number().min(0).max(2).nullish(),
    top_p: z.number().min(0).max(1).nullish(),
    top_logprobs: z.int().min(0).max(20).nullish(),
    include: z.array(z.enum(INCLUDABLE)).nullish().describe('More of what would be left out.'),

    store: z.boolean().nullish().describe('Keep the response; true when absent.'),
    background: z.boolean().nullish().describe('Answer at once, and work on.'),
    stream: z.boolean().nullish(),
    stream_options: z.looseObject({ include_obfuscation: z.boolean().nullish() }).nullish(),
    metadata: metadata.nullish().describe("The caller's own labels, at most 16."),
    user: z.string().nullish().describe('The end user; older form of safety_identifier.'),
    safety_identifier: z.string().max(64).nullish(),
    service_tier: serviceTier,
    ...cacheFields,
    prompt: z
      .looseObject({ id: z.string() })
      .nullish()
      .describe('Prompts kept at OpenAI: refused.'),
    moderation: z.looseObject({}).nullish(),
    context_management: z.array(z.looseObject({ type: z.string() })).nullish(),
    client_metadata: z.looseObject({}).nullish(),

    bedrock_model: z.string().min(1).nullish().describe('An upstream id that wins over model.'),
    model_provider: z.string().min(1).nullish().describe('Narrows what model may resolve to.'),
    'amazon-bedrock-guardrailConfig': guardrail.nullish().describe('A Bedrock guardrail.'),
    performanceConfig,
  })
  .openapi('CreateResponseRequest')

/** The body of `POST /v1/responses/input_tokens`; a whole request for a response is taken as well. */
export const countRequest = z
  .looseObject({
    ...responseRequest.shape,
    personality: z.string().nullish(),
  })
  .openapi('CountResponseTokensRequest')

/** The body of `POST /v1/responses/compact`; the same holds for it. */
export const compactRequest = z.looseObject(responseRequest.shape).openapi('CompactResponseRequest')

export type WireRequest = z.infer<typeof responseRequest>

/** Every field the dialect itself understands; all others are extra. */
export const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys(responseRequest.shape),
  ...Object.keys(countRequest.shape),
])
