import { z } from '@hono/zod-openapi'
import { blankIsAbsent, text, yesOrNo } from './values.ts'

/** What every answer of a model goes through. */
export const guardrailVariables = {
  AWS_BEDROCK_GUARDRAIL_IDENTIFIER: text().describe(
    'The Bedrock guardrail every answer of a model goes through. What goes to models that only take texts, for vectors, order or speech, is judged by ApplyGuardrail first; any other model it cannot be applied to is then refused.',
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
    .describe('Whether answers tell what that guardrail found.'),
  AWS_BEDROCK_ALLOW_GUARDRAIL_OVERRIDE: yesOrNo.describe(
    'Whether a request may name a guardrail of its own. Default: only where none is configured.',
  ),
} as const
