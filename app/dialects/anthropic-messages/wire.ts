import { z } from '@hono/zod-openapi'
import { cacheControl, message, textBlock } from './wire-blocks.ts'
import { tool, toolChoice } from './wire-tools.ts'

const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const

/** Anthropic's own least (docs, extended thinking). */
const LEAST_BUDGET = 1024

/** zod says of a text where an integer belongs only that it is no number. */
const integer = () => z.int({ error: ({ code }) => (code === 'invalid_type' ? 'int' : undefined) })

const display = { display: z.string().nullish().describe('summarized, omitted or updates.') }

const thinking = z
  .discriminatedUnion('type', [
    z.looseObject({
      type: z.literal('enabled'),
      budget_tokens: integer().min(LEAST_BUDGET),
      ...display,
    }),
    z.looseObject({ type: z.literal('adaptive'), ...display }),
    z.looseObject({ type: z.literal('between_tools') }),
    z.looseObject({ type: z.literal('disabled') }),
  ])
  .openapi('MessagesThinking')

const jsonFormat = z.looseObject({
  type: z.literal('json_schema'),
  schema: z.record(z.string(), z.unknown()),
})

const outputConfig = z
  .looseObject({
    effort: z.enum(EFFORTS).nullish().describe('How much to do for the answer.'),
    format: jsonFormat.nullish().describe('The JSON schema the answer satisfies.'),
  })
  .openapi('MessagesOutputConfig')

/** What a request for an answer and one for a count have in common. */
const asked = {
  model: z.string().min(1).describe('The model, by id, profile, ARN or alias.'),
  messages: z.array(message).describe('The conversation so far; in a thread, what is new.'),
  system: z
    .union([z.string(), z.array(textBlock)], { error: 'Input should be a valid string or list' })
    .nullish()
    .describe('The system prompt.'),
  tools: z.array(tool).nullish().describe('What the model may call.'),
  tool_choice: toolChoice.nullish(),
  thinking: thinking.nullish(),
  output_config: outputConfig.nullish(),
  output_format: jsonFormat.nullish().describe('Older form of output_config.format.'),
  cache_control: cacheControl.nullish().describe('Marks the end of the request for the cache.'),
  context_management: z.record(z.string(), z.unknown()).nullish(),
  compaction: z.looseObject({ type: z.string() }).nullish(),
  mcp_servers: z.array(z.looseObject({})).nullish(),
  speed: z.string().nullish(),
  anthropic_version: z.string().nullish().describe('Of Bedrock; without effect here.'),
  anthropic_beta: z.array(z.string()).nullish().describe('Beta flags beside those of the header.'),
  betas: z.array(z.string()).nullish().describe('The same, as the SDKs call it.'),
  thread: z
    .discriminatedUnion('type', [
      z.looseObject({ type: z.literal('create') }),
      z.looseObject({ type: z.literal('continue'), previous_message_id: z.string().min(1) }),
    ])
    .nullish()
    .describe('A conversation that is kept here, so that the next request sends only what is new.'),
}

interface Messages {
  messages: readonly unknown[]
  thread?: { type: string } | null
}

/** Only a thread goes on without a word, where its last answer was paused. */
function requireMessages({ messages, thread }: Messages, context: z.RefinementCtx): void {
  if (messages.length > 0 || thread?.type === 'continue') return
  context.addIssue({
    code: 'too_small',
    origin: 'array',
    minimum: 1,
    inclusive: true,
    path: ['messages'],
    input: messages,
  })
}

/** What tunes an answer; a count reads it as well, so it must hold what it should there too. */
const tuned = {
  temperature: z.number().min(0).max(1).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: integer().min(0).nullish(),
  stop_sequences: z.array(z.string()).nullish().describe('Texts that end the answer.'),
  stream: z.boolean().nullish(),
  metadata: z.looseObject({ user_id: z.string().nullish() }).nullish(),
  service_tier: z.string().nullish().describe('auto or standard_only.'),
  container: z.union([z.string(), z.looseObject({})]).nullish(),
  inference_geo: z.string().nullish(),
  billing_policy: z.looseObject({}).nullish(),
  fallback_credit_token: z.union([z.string(), z.looseObject({})]).nullish(),
  diagnostics: z.looseObject({}).nullish(),
  user_profile_id: z.string().nullish(),
  workspace_id: z.string().nullish(),
}

/**
 * The body of `POST /v1/messages`: Anthropic's MessageCreateParams with its betas, and the members that
 * Bedrock has in the body. Loose: what is not named here passes and is for the model to know.
 */
export const messagesRequest = z
  .looseObject({
    ...asked,
    max_tokens: integer().min(0).describe('Tokens of answer and thought.'),
    ...tuned,
  })
  .superRefine(requireMessages)
  .openapi('CreateMessageRequest')

/** The body of `POST /v1/messages/count_tokens`; a whole request for an answer is taken as well. */
export const countTokensRequest = z
  .looseObject({ ...asked, ...tuned, max_tokens: z.number().nullish() })
  .superRefine(requireMessages)
  .openapi('CountMessageTokensRequest')

export const countTokensReply = z
  .looseObject({ input_tokens: z.number() })
  .openapi('MessageTokensCount')

export type WireRequest = z.infer<typeof messagesRequest>
export type WireThinking = z.infer<typeof thinking>
export type WireOutputConfig = z.infer<typeof outputConfig>

/** Every field the dialect itself understands; all others are extra. */
export const KNOWN_FIELDS: ReadonlySet<string> = new Set(Object.keys(messagesRequest.shape))
