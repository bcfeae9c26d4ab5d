import { z } from '@hono/zod-openapi'
import { blankIsAbsent, flag, list, number } from './values.ts'

/** Anthropic's surface. */
export const anthropicVariables = {
  ANTHROPIC_ROUTES_PREFIX: z
    .preprocess(
      blankIsAbsent,
      z
        .string()
        .regex(/^(\/[\w.-]+)+\/?$/, 'not a path like /anthropic')
        .default('/anthropic'),
    )
    .transform((path) => path.replace(/\/$/, ''))
    .describe(
      "Below this path stand all of Anthropic's routes. `/v1/messages` stands at the root as well, and what OpenAI has there under the same path is Anthropic's for requests with `anthropic-version`.",
    ),
  ANTHROPIC_BETA_FILTER: flag(true).describe(
    'Leave out beta flags that Bedrock does not take for a model, and the fields that need them.',
  ),
  ANTHROPIC_BETA_ALLOWLIST: list().describe(
    'Beta flags that are sent to every Claude, beside those known for the model, comma separated.',
  ),
  MESSAGE_THREADS: flag(true).describe(
    'Keep message threads, so that clients send only what is new. `false` asks them to send everything.',
  ),
  MESSAGE_THREADS_DAYS: number(7, 0.001, 3650).describe(
    'Days a message thread is kept after its last answer.',
  ),
} as const
