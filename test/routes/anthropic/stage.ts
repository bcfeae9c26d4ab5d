import { createApp } from '../../../app/app.ts'
import { createUndiciTransport } from '../../../runtimes/calling/undici-transport.ts'
import type { FakeBedrock } from '../../fakes/fake-bedrock.ts'
import { stagedRuntime } from '../../http/stage.ts'

export const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
export const NOVA = 'amazon.nova-lite-v1:0'

type Json = Record<string, unknown>

/** The whole app, in this process, over an AWS of its own. */
export function stageAws(fake: FakeBedrock, env: Record<string, string> = {}) {
  const { runtime, log } = stagedRuntime({
    AWS_ENDPOINT_URL: fake.url,
    AWS_REGION: 'us-east-1',
    AWS_BEARER_TOKEN_BEDROCK: 'ABSK',
    ...env,
  })
  const app = createApp({ ...runtime, transport: createUndiciTransport() })
  const send = async (path: string, body: unknown, headers: Record<string, string> = {}) =>
    app.request(path, { method: 'POST', body: JSON.stringify(body), headers })
  return {
    app,
    log,
    /** Asks for an answer. */
    ask: (body: Json, headers?: Record<string, string>) =>
      send('/anthropic/v1/messages', { model: CLAUDE, max_tokens: 100, ...body }, headers),
    count: (body: Json, headers?: Record<string, string>) =>
      send('/anthropic/v1/messages/count_tokens', { model: CLAUDE, ...body }, headers),
    send,
    get: async (path: string, headers: Record<string, string> = {}) =>
      app.request(path, { headers }),
  }
}

export const HELLO = [{ role: 'user', content: 'Hello' }]

export const jsonOf = async (answer: Response): Promise<Json> => (await answer.json()) as Json

/** The events of a streamed answer, each with the name it was sent under. */
export async function eventsOf(answer: Response): Promise<{ event: string; data: Json }[]> {
  const frames = (await answer.text()).split('\n\n').filter((frame) => frame !== '')
  return frames.map((frame) => {
    const [event = '', data = ''] = frame.split('\n')
    return {
      event: event.replace('event: ', ''),
      data: JSON.parse(data.replace('data: ', '')) as Json,
    }
  })
}

/** What the fake was sent last, and under which path. */
export function lastAsked(fake: FakeBedrock): { path: string; body: Json; headers: Json } {
  const { path, json, headers } = fake.requests.at(-1)!
  return { path, body: json as Json, headers }
}
