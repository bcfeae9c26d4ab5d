import { createApp } from '../../../app/app.ts'
import type { Reply, ReplyEvent } from '../../../app/conversation/events.ts'
import { GatewayError } from '../../../app/errors.ts'
import type { Served } from '../../../app/ports/call.ts'
import type { ChatModel, Provider } from '../../../app/ports/models.ts'
import { stagedRuntime } from '../../http/stage.ts'
import { card } from '../openai/stage.ts'

export const KEYS = {
  alice: 'alice-key-0123456789',
  bob: 'bob-key-0123456789',
  admin: 'admin-key-0123456789',
}

const served: Served = {
  provider: 'staged',
  model: 'eu.teller-v1',
  region: 'eu-west-3',
  attempts: 1,
  ignored: [],
}
const usage = { input: 100, output: 20, cacheRead: 50, cacheWrite: 10 }
const end = { reason: 'end-turn', usage, serviceTier: 'flex' } as const

/** Says something, is metered, and stops where a test wants it to. */
function teller() {
  const reply: Reply = { parts: [{ type: 'text', text: 'Hello you.' }], end }
  const events: ReplyEvent[][] = [
    [{ type: 'reply-start' }, { type: 'part-start', index: 0, part: { type: 'text' } }],
    [{ type: 'part-delta', index: 0, text: 'Hello you.' }],
    [
      { type: 'part-end', index: 0 },
      { type: 'reply-end', ...end },
    ],
  ]
  const asked: string[] = []
  const chat: ChatModel = {
    reply: async ({ model }) => {
      asked.push(model)
      if (model === 'broken') throw new GatewayError('upstream', 'It broke.')
      return { reply, served }
    },
    stream: async ({ model }) => {
      asked.push(model)
      const left = [...events]
      let stop = () => {}
      const stopped = new Promise<undefined>((resolve) => {
        stop = () => resolve(undefined)
      })
      const isEndless = model === 'endless'
      const read = async () => (isEndless && left.length === 1 ? stopped : left.shift())
      return { events: { read, cancel: stop }, served }
    },
  }
  return { chat, asked }
}

const MODELS = ['teller', 'endless', 'broken', 'unpriced']

/** The whole app over a model with a price, for three keys. */
export function stageMetering(
  env: Record<string, string> = {},
  policies: { alice?: object; bob?: object } = {},
) {
  const { chat, asked } = teller()
  const { runtime, log } = stagedRuntime({
    STATE_DIR: 'memory',
    ADMIN_KEY: KEYS.admin,
    API_KEYS: JSON.stringify({
      alice: { key: KEYS.alice, ...policies.alice },
      bob: { key: KEYS.bob, tenant: 'acme', ...policies.bob },
    }),
    MODEL_PRICES: JSON.stringify({
      'eu.teller': { input: 10, output: 100, cache_read: 1, cache_write: 20 },
      teller: { input: 10, output: 100 },
      endless: { input: 10, output: 100 },
      broken: { input: 10, output: 100 },
    }),
    ...env,
  })
  const provider: Provider = {
    name: 'staged',
    list: async () => MODELS.map((id) => card(id)),
    find: (name) => (MODELS.includes(name) ? { card: card(name), chat } : undefined),
  }
  const app = createApp(runtime, { providers: [provider] })
  const headersOf = (who: keyof typeof KEYS) => ({
    'content-type': 'application/json',
    authorization: `Bearer ${KEYS[who]}`,
  })
  const post = (path: string, who: keyof typeof KEYS, body: object) =>
    app.request(path, { method: 'POST', headers: headersOf(who), body: JSON.stringify(body) })
  const messages = [{ role: 'user', content: 'Hi there.' }]
  return {
    app,
    asked,
    log,
    chat: (who: keyof typeof KEYS, more: object = {}) =>
      post('/v1/chat/completions', who, { model: 'teller', messages, max_tokens: 100, ...more }),
    message: (who: keyof typeof KEYS, more: object = {}) =>
      post('/anthropic/v1/messages', who, { model: 'teller', messages, max_tokens: 100, ...more }),
    get: (path: string, who: keyof typeof KEYS) => app.request(path, { headers: headersOf(who) }),
  }
}

export const json = async (answer: Response | Promise<Response>) =>
  (await (await answer).json()) as Record<string, unknown> & { data: Record<string, unknown>[] }
