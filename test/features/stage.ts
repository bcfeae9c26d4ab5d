import { afterAll, beforeAll, beforeEach } from 'vitest'
import { createApp } from '../../app/app.ts'
import type { Runtime } from '../../app/ports/runtime.ts'
import type { AppOptions } from '../../app/services.ts'
import { createUndiciTransport } from '../../runtimes/calling/undici-transport.ts'
import { nodeStreamOut } from '../../runtimes/serving/node-stream-out.ts'
import { serveNode } from '../../runtimes/serving/serve-node.ts'
import { type FakeBedrock, type SeenRequest, startFakeBedrock } from '../fakes/fake-bedrock.ts'
import { textReply } from '../fakes/fake-bedrock-frames.ts'
import { stagedRuntime } from '../http/stage.ts'

/** One model of each kind of family, by the name the table of features uses. */
export const MODELS = {
  claude: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  nova: 'us.amazon.nova-2-lite-v1:0',
  'gpt-oss': 'openai.gpt-oss-120b-1:0',
  llama: 'us.meta.llama3-3-70b-instruct-v1:0',
  mistral: 'mistral.mistral-large-3-675b-instruct',
} as const

export type FamilyName = keyof typeof MODELS
export const FAMILIES = Object.keys(MODELS) as FamilyName[]

export type Json = Record<string, unknown>

export const HELLO = [{ role: 'user', content: 'Hi' }]

/** A Bedrock for the tests of one file. */
export function useFakeBedrock() {
  const stand = {} as { fake: FakeBedrock }
  beforeAll(async () => {
    stand.fake = await startFakeBedrock()
  })
  beforeEach(() => {
    stand.fake.forget()
    stand.fake.requests.length = 0
  })
  afterAll(() => stand.fake.close())

  const runtimeOf = (env: Record<string, string>) => {
    const staged = stagedRuntime({
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: stand.fake.url,
      AWS_BEARER_TOKEN_BEDROCK: 'ABSK',
      ...env,
    })
    const runtime: Runtime = {
      ...staged.runtime,
      instance: 'here:1',
      transport: createUndiciTransport(),
    }
    return { ...staged, runtime }
  }

  /** The whole app in front of it. */
  const open = (
    env: Record<string, string> = {},
    options: AppOptions = {},
    brought: Partial<Runtime> = {},
  ) => {
    const { runtime, log } = runtimeOf(env)
    const app = createApp({ ...runtime, ...brought }, options)
    const ask = (body: Json, headers: Record<string, string> = {}) =>
      app.request('/v1/chat/completions', {
        method: 'POST',
        body: JSON.stringify({ model: MODELS.nova, messages: HELLO, ...body }),
        headers: { 'content-type': 'application/json', ...headers },
      })
    return { app, ask, log }
  }

  /** The same behind a socket of Node's own server. */
  const serve = (env: Record<string, string> = {}) =>
    serveNode(createApp({ ...runtimeOf(env).runtime, streamOut: nodeStreamOut }), '127.0.0.1', 0)

  return Object.assign(stand, {
    open,
    serve,
    /** An answer of Converse that says `text`. */
    reply: (text: string) => textReply(text),
    /** The bodies AWS got, without the gateway's labels. */
    sent: () => stand.fake.requests.map(bodyOf),
  })
}

/** The body of one request without its labels, which hold a fresh id every time. */
export function bodyOf({ json }: SeenRequest): Json {
  const { requestMetadata: _, ...body } = json as Json
  return body
}

/** The names in `x-outcrop-ignored-params`. */
export function ignoredBy(response: Response): string[] {
  return response.headers.get('x-outcrop-ignored-params')?.split(', ') ?? []
}

/** The chunks of a streamed answer; `[DONE]` is left out. */
export function chunksOf(text: string): Json[] {
  return text
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: ') && frame !== 'data: [DONE]')
    .map((frame) => JSON.parse(frame.slice('data: '.length)))
}

interface Delta {
  content?: string | null
  tool_calls?: { index: number; id?: string; function?: { name?: string; arguments?: string } }[]
}

/** What the chunks of the first choice say, and how they end. */
export function spokenIn(chunks: Json[]) {
  const choices = chunks.flatMap(
    (chunk) => chunk['choices'] as { delta: Delta; finish_reason: string | null }[],
  )
  return {
    content: choices.map(({ delta }) => delta.content ?? '').join(''),
    finish: choices.find(({ finish_reason }) => finish_reason)?.finish_reason,
  }
}
