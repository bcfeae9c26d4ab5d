import { z } from '@hono/zod-openapi'
import { blankIsAbsent, milliseconds, number, seconds } from './values.ts'

/** Where a model is asked that several regions have. */
export const regionRoutingVariables = {
  AWS_BEDROCK_REGION_ROUTING: z
    .preprocess(
      blankIsAbsent,
      z.enum(['ordered', 'lowest_latency', 'round_robin', 'disabled']).default('ordered'),
    )
    .describe(
      'Which region is called first when several have the model; `disabled` uses only one.',
    ),
  AWS_BEDROCK_REGION_ROUTING_QUOTA_BACKOFF_SECONDS: number(60, 0.001).describe(
    'Seconds a region is tried last after it throttled a model; doubles each time.',
  ),
  AWS_BEDROCK_REGION_ROUTING_MAX_QUOTA_BACKOFF_SECONDS: number(3600, 0.001).describe(
    'The upper limit of that doubling.',
  ),
  AWS_BEDROCK_REGION_ROUTING_UNAVAILABLE_BACKOFF_SECONDS: number(30, 0.001).describe(
    'Seconds a region is tried last after it failed.',
  ),
  AWS_BEDROCK_ATTEMPT_TIMEOUT: seconds(60, 0.001).describe(
    'Seconds a region has to begin a stream before the next one is tried. A whole answer has half of AI_RESPONSE_TIMEOUT; the last region has all the time that is left.',
  ),
  AWS_BEDROCK_HEDGE_MS: milliseconds(0).describe(
    'Milliseconds after which a second region is called too if the first has not begun; the slower call is cancelled. 0 disables hedging.',
  ),
} as const
