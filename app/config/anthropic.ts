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
      "The path prefix of Anthropic's routes. `/v1/messages` is also at the root; a path that OpenAI's API has too is answered as Anthropic's when the request has `anthropic-version`.",
    ),
  ANTHROPIC_BETA_FILTER: flag(true).describe(
    'Drop beta flags that Bedrock does not accept for a model, and the fields that need them.',
  ),
  ANTHROPIC_BETA_ALLOWLIST: list().describe(
    'Beta flags sent to every Claude model, besides those known for it, comma separated.',
  ),
  MESSAGE_THREADS: flag(true).describe(
    'Store message threads, so that clients send only new messages. `false` asks them to send everything.',
  ),
  MESSAGE_THREADS_DAYS: number(7, 0.001, 3650).describe(
    'Days a message thread is stored after its last answer.',
  ),
} as const
