import { z } from '@hono/zod-openapi'
import { region } from './model-settings.ts'
import { blankIsAbsent, list, text } from './values.ts'

const baseId = z.string().regex(/^[0-9a-zA-Z]{10}$/, 'not the id of a knowledge base')

/** Which knowledge bases callers may use. */
export const knowledgeVariables = {
  KNOWLEDGE_BASES: list(z.union([baseId, z.literal('*')])).describe(
    "Bedrock knowledge bases that every caller may ask, by id, comma separated; `*` means all of the account's. By default a caller may ask only those they created here themselves.",
  ),
  KNOWLEDGE_BASE_CHANGES: z
    .preprocess(blankIsAbsent, z.enum(['off', 'own', 'listed']).default('own'))
    .describe(
      'What callers may create, sync and delete on AWS: nothing, knowledge bases of their own, or those of KNOWLEDGE_BASES as well.',
    ),
  KNOWLEDGE_BASE_REGION: z
    .preprocess(blankIsAbsent, region.optional())
    .describe('The AWS region of knowledge bases. Default: the first Bedrock region.'),
  DEFAULT_KNOWLEDGE_BASE_ID: z
    .preprocess(blankIsAbsent, baseId.optional())
    .describe('The knowledge base that `auto_kb` asks when a request names none.'),
  AWS_ENDPOINT_URL_BEDROCK_AGENT: text().describe(
    'The endpoint of the control plane of Bedrock knowledge bases.',
  ),
  AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME: text().describe(
    'The endpoint that Bedrock knowledge bases are asked at.',
  ),
} as const
