import { z } from '@hono/zod-openapi'
import { blankIsAbsent, text, yesOrNo } from './values.ts'

/** What every answer of a model goes through. */
export const guardrailVariables = {
  AWS_BEDROCK_GUARDRAIL_IDENTIFIER: text().describe(
    'The Bedrock guardrail applied to every model call. For models that only take text (embeddings, reranking, speech), ApplyGuardrail checks the text first. A model it cannot be applied to is refused.',
  ),
  AWS_BEDROCK_GUARDRAIL_VERSION: z
    .preprocess(
      blankIsAbsent,
      z
        .string()
        .regex(/^([1-9]\d{0,7}|DRAFT)$/, 'not a number or DRAFT')
        .default('DRAFT'),
    )
    .describe('The version of that guardrail: a number or DRAFT.'),
  AWS_BEDROCK_GUARDRAIL_TRACE: z
    .preprocess(blankIsAbsent, z.enum(['disabled', 'enabled', 'enabled_full']).optional())
    .describe('Whether answers include what that guardrail found.'),
  AWS_BEDROCK_ALLOW_GUARDRAIL_OVERRIDE: yesOrNo.describe(
    'Whether a request may name its own guardrail. Default: only when none is configured.',
  ),
} as const
