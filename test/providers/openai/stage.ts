import { createApp } from '../../../app/app.ts'
import { stagedRuntime } from '../../http/stage.ts'
import { scriptedServer } from './scripted-server.ts'

export const OPENAI_MODELS = [
  { id: 'gpt-4o', object: 'model', created: 1715367049, owned_by: 'system' },
  { id: 'text-embedding-3-small', object: 'model', created: 1705948997, owned_by: 'system' },
  { id: 'omni-moderation-latest', object: 'model', created: 1731689265, owned_by: 'system' },
]

type Json = Record<string, unknown>

/** The whole app before servers that do as they are told. */
export function openStage(
  env: Record<string, string> = {},
  models: unknown[] | undefined = OPENAI_MODELS,
) {
  const server = scriptedServer(models)
  const staged = stagedRuntime({
    OPENAI_API_KEY: 'sk-secret-of-ours',
    STATE_DIR: 'memory',
    EMBEDDED_TOKENS_PER_SECOND: '0',
    ...env,
  })
  const app = createApp({ ...staged.runtime, transport: server.transport })
  const post = (path: string, body: Json, headers: Record<string, string> = {}) =>
    app.request(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
  return {
    ...server,
    app,
    log: staged.log,
    lines: staged.lines,
    post,
    chat: (body: Json) =>
      post('/v1/chat/completions', {
        model: 'gpt-4o',
        messages: [{ role: 'user', content: 'Hi' }],
        ...body,
      }),
    get: async (path: string) => (await app.request(path)).json() as Promise<Json>,
  }
}

/** The JSON of every frame, and the last frame as it is. */
export function framesIn(text: string): Json[] {
  return text
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: ') && frame !== 'data: [DONE]')
    .map((frame) => JSON.parse(frame.slice('data: '.length)))
}

/** Without the names an answer has on the outside, which are this server's. */
export function unnamed(body: unknown): Json {
  const { id: _, created: __, model: ___, ...rest } = body as Json
  return rest
}
