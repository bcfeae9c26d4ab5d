import { readConfig } from '../../../../app/config.ts'
import type { Conversation } from '../../../../app/conversation/conversation.ts'
import type { KnowledgeCall } from '../../../../app/ports/knowledge.ts'
import { createAwsKnowledge } from '../../../../app/providers/aws/knowledge/index.ts'
import { createUndiciTransport } from '../../../../runtimes/calling/undici-transport.ts'
import { CREDENTIALS, type FakeKnowledge } from '../../../fakes/fake-knowledge.ts'

/** Bedrock's knowledge bases in front of a fake, as configured. */
export function open(fake: FakeKnowledge, env: Record<string, string> = {}) {
  const all = {
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_BEDROCK_AGENT: fake.url,
    AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME: fake.url,
    ...env,
  }
  return createAwsKnowledge({
    config: readConfig(all),
    runtime: {
      env: all,
      transport: createUndiciTransport(),
      log: { write: () => {} },
      credentials: { describe: 'test', current: () => CREDENTIALS },
    },
  })
}

export const callOf = (owner: string): KnowledgeCall => ({
  owner,
  signal: new AbortController().signal,
})

export const BASE = {
  roleArn: 'arn:aws:iam::123456789012:role/kb',
  knowledgeBaseConfiguration: {
    type: 'VECTOR',
    vectorKnowledgeBaseConfiguration: {
      embeddingModelArn: 'arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0',
    },
  },
  storageConfiguration: {
    type: 'PINECONE',
    pineconeConfiguration: { connectionString: 'https://x.pinecone.io' },
  },
}

export const SOURCE = {
  dataSourceConfiguration: {
    type: 'WEB',
    webConfiguration: {
      sourceConfiguration: { urlConfiguration: { seedUrls: [{ url: 'https://example.com' }] } },
    },
  },
}

/** A question to a knowledge base, as retrieve-and-generate hears it. */
export const question = (
  text: string,
  base: string,
  more: Partial<Conversation> = {},
): Conversation => ({
  model: 'amazon.nova-lite-v1:0',
  system: [],
  turns: [{ role: 'user', parts: [{ type: 'text', text }] }],
  tools: [],
  settings: {},
  stream: false,
  knowledge: { base, citations: 'apart', generation: {}, params: [] },
  ...more,
})
