import { z } from '@hono/zod-openapi'
import type { Conversation } from '../conversation/conversation.ts'
import type { ReplyEnd } from '../conversation/events.ts'
import type { KnowledgeReport } from '../conversation/knowledge.ts'
import { encodeCitation, knowledgeCitation } from './knowledge-words.ts'
import { decodeRetrievalConfig, retrievalConfig } from './retrieval-config.ts'

const id = () => z.string().min(1).max(2048).nullish()

/** By these names a knowledge base is asked for in a body of OpenAI's form, as the server of source-3 has them. */
export const knowledgeFields = {
  knowledge_base_id: id().describe('A knowledge base to answer from.'),
  knowledgeBaseId: id().describe('Another name of knowledge_base_id.'),
  kb_id: id().describe('Another name of knowledge_base_id.'),
  kbId: id().describe('Another name of knowledge_base_id.'),
  auto_kb: z
    .boolean()
    .nullish()
    .describe("Ask the server's own knowledge base when the last message seems to want it."),
  retrieval_config: retrievalConfig.nullish().describe('How the knowledge base is searched.'),
  citation_format: z
    .enum(['openai', 'bedrock'])
    .nullish()
    .describe(
      'How sources are told: `openai` lists them under the answer and annotates it, `bedrock` leaves the words alone and tells them in kb_metadata.',
    ),
} as const

type Fields = { [Name in keyof typeof knowledgeFields]?: z.infer<(typeof knowledgeFields)[Name]> }

const NAMES = ['knowledge_base_id', 'knowledgeBaseId', 'kb_id', 'kbId'] as const

const isAsked = (wire: Fields) => wire.auto_kb === true || NAMES.some((name) => wire[name])

/** The wish for a knowledge base; undefined where there is none. */
export function decodeKnowledge(wire: Fields): Pick<Conversation, 'knowledge'> | undefined {
  if (!isAsked(wire)) return undefined
  const name = NAMES.find((one) => wire[one])
  const base = name && wire[name]
  return {
    knowledge: {
      ...(base ? { base } : { auto: true }),
      ...decodeRetrievalConfig(wire.retrieval_config),
      citations: wire.citation_format === 'bedrock' ? 'apart' : 'inline',
      params: [...(wire.auto_kb ? ['auto_kb'] : []), ...detailsOf(wire)],
    },
  }
}

/** Names of fields that say how a knowledge base shall be asked where none is. */
export const idleKnowledge = (wire: Fields): string[] => (isAsked(wire) ? [] : detailsOf(wire))

const detailsOf = (wire: Fields): string[] => [
  ...(wire.retrieval_config ? ['retrieval_config'] : []),
  ...(wire.citation_format ? ['citation_format'] : []),
]

/** The member of an answer that rests on a knowledge base; for the documentation. */
export const knowledgeMembersSchema = {
  kb_metadata: z
    .looseObject({
      knowledge_base_used: z.boolean().describe('False where `auto_kb` saw no need.'),
      knowledge_base_id: z.string(),
      citations_count: z.int().describe('Passages the answer rests on.'),
      retrieved_count: z.int().nullable().describe('Passages the model was given.'),
      session_id: z.string().nullable(),
      citations: z
        .array(knowledgeCitation)
        .optional()
        .describe("In Bedrock's form, with `citation_format: bedrock`."),
    })
    .optional()
    .describe('Where a knowledge base was asked.'),
}

export function knowledgeMembers(
  report: KnowledgeReport | undefined,
): Record<string, unknown> | undefined {
  if (!report) return undefined
  const { base, used, retrieved, spans, citations, session } = report
  const cited = new Set(spans.flatMap(({ passages }) => passages))
  return {
    kb_metadata: {
      knowledge_base_used: used,
      knowledge_base_id: base,
      citations_count: cited.size,
      retrieved_count: retrieved ?? null,
      session_id: session ?? null,
      ...(citations === 'apart' && { citations: spans.map(encodeCitation) }),
    },
  }
}

/** The same as a member of a chunk. */
export function knowledgeMember({ knowledge }: ReplyEnd): string {
  return knowledge ? `,${JSON.stringify(knowledgeMembers(knowledge)).slice(1, -1)}` : ''
}
