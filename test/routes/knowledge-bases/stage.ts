import { createApp } from '../../../app/app.ts'
import { createUndiciTransport } from '../../../runtimes/calling/undici-transport.ts'
import type { FakeBedrock } from '../../fakes/fake-bedrock.ts'
import { CREDENTIALS, type FakeKnowledge } from '../../fakes/fake-knowledge.ts'
import { stagedRuntime } from '../../http/stage.ts'

export type Json = Record<string, unknown>

/** The whole app without AWS; files live in memory. */
export function embeddedApp(env: Record<string, string> = {}) {
  const { runtime } = stagedRuntime({
    PROVIDER: 'embedded',
    FILES_DIR: 'memory',
    EMBEDDED_TOKENS_PER_SECOND: '0',
    ...env,
  })
  return callsOf(createApp(runtime))
}

/** The whole app in front of a fake Bedrock and fake knowledge bases. */
export function awsApp(
  { bedrock, knowledge }: { bedrock: FakeBedrock; knowledge: FakeKnowledge },
  env: Record<string, string> = {},
) {
  const { runtime, log } = stagedRuntime({
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL: bedrock.url,
    AWS_ENDPOINT_URL_BEDROCK_AGENT: knowledge.url,
    AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME: knowledge.url,
    KNOWLEDGE_BASES: '*',
    ...env,
  })
  return { ...callsOf(createApp({ ...runtime, transport: createUndiciTransport() })), log }
}

function callsOf(app: ReturnType<typeof createApp>) {
  const send = (method: string, path: string, body?: Json) =>
    app.request(path, { method, ...(body && { body: JSON.stringify(body) }) })
  /** The status and the answer. */
  const ask = async (method: string, path: string, body?: Json): Promise<[number, Json]> => {
    const response = await send(method, path, body)
    return [response.status, (await response.json()) as Json]
  }
  const chat = (body: Json) => send('POST', '/v1/chat/completions', body)
  return { app, send, ask, chat }
}

/** The events of a stream: parsed, but for `[DONE]`. */
export const eventsOf = (text: string): (Json | '[DONE]')[] =>
  text
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: '))
    .map((frame) => frame.slice('data: '.length))
    .map((data) => (data === '[DONE]' ? data : (JSON.parse(data) as Json)))

interface Chunk {
  choices: { delta: { content?: string; annotations?: Json[] }; finish_reason: string | null }[]
  kb_metadata?: Json
}

/** What a streamed chat completion says in all. */
export function spoken(text: string) {
  const events = eventsOf(text)
  const chunks = events.filter((event) => event !== '[DONE]') as unknown as Chunk[]
  const choices = chunks.flatMap((chunk) => chunk.choices)
  return {
    content: choices.map(({ delta }) => delta.content ?? '').join(''),
    annotations: choices.flatMap(({ delta }) => delta.annotations ?? []),
    metadata: chunks.find((chunk) => chunk.kb_metadata)?.kb_metadata,
    done: events.at(-1) === '[DONE]',
  }
}
