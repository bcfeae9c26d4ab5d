import { z } from '@hono/zod-openapi'
import { region } from './model-settings.ts'
import { blankIsAbsent, list, text } from './values.ts'

const baseId = z.string().regex(/^[0-9a-zA-Z]{10}$/, 'not the id of a knowledge base')

/** Which knowledge bases callers may use. */
export const knowledgeVariables = {
  KNOWLEDGE_BASES: list(z.union([baseId, z.literal('*')])).describe(
    'Bedrock knowledge bases that every caller may query, by id, comma separated; `*` means all in the account. By default callers may query only those they created through Outcrop.',
  ),
  KNOWLEDGE_BASE_CHANGES: z
    .preprocess(blankIsAbsent, z.enum(['off', 'own', 'listed']).default('own'))
    .describe(
      'What callers may create, sync and delete on AWS: `off` nothing, `own` the knowledge bases they created, `listed` those of KNOWLEDGE_BASES too.',
    ),
  KNOWLEDGE_BASE_REGION: z
    .preprocess(blankIsAbsent, region.optional())
    .describe('The AWS region of knowledge bases. Default: the first Bedrock region.'),
  DEFAULT_KNOWLEDGE_BASE_ID: z
    .preprocess(blankIsAbsent, baseId.optional())
    .describe('The knowledge base for `auto_kb` when a request names none.'),
  AWS_ENDPOINT_URL_BEDROCK_AGENT: text().describe(
    'The endpoint of the knowledge base control plane.',
  ),
  AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME: text().describe(
    'The endpoint for querying Bedrock knowledge bases.',
  ),
} as const
