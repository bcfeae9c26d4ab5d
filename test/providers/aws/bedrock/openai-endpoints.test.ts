import { describe, expect, it } from 'vitest'
import { createApp } from '../../../../app/app.ts'
import { MANTLE_MODELS } from '../../../../app/providers/aws/bedrock/data/openai-endpoints.ts'
import { recordings, sharedJson, sharedRoot } from '../../../fakes/shared.ts'
import { stagedRuntime } from '../../../http/stage.ts'
import { chunkOf, completionOf, framesOf, scriptedServer } from '../../openai/scripted-server.ts'
import { framesIn, unnamed } from '../../openai/stage.ts'

type Json = Record<string, unknown>

/** The app before an AWS that answers what it is told, and lists nothing. */
function open(env: Record<string, string> = {}) {
  const server = scriptedServer()
  const staged = stagedRuntime({
    AWS_REGION: 'us-east-1',
    AWS_BEARER_TOKEN_BEDROCK: 'ABSK-key',
    AWS_BEDROCK_CHECK_AVAILABILITY: 'false',
    STATE_DIR: 'memory',
    ...env,
  })
  const app = createApp({ ...staged.runtime, transport: server.transport })
  const post = (path: string, body: Json, headers: Record<string, string> = {}) =>
    app.request(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
  const chat = (body: Json, headers?: Record<string, string>) =>
    post('/v1/chat/completions', { messages: [{ role: 'user', content: 'Hi' }], ...body }, headers)
  const places = () =>
    server.asked
      .filter(({ method }) => method === 'POST')
      .map(({ origin, path, json }) => `${origin}${path} ${json['model'] ?? ''}`.trim())
  return { ...server, chat, post, places, log: staged.log }
}

const wish = (endpoints: object) => ({ AWS_BEDROCK_OPENAI_ENDPOINTS: JSON.stringify(endpoints) })
const MANTLE = 'https://bedrock-mantle.us-east-1.api.aws'
const RUNTIME = 'https://bedrock-runtime.us-east-1.amazonaws.com'

describe('Bedrock’s own OpenAI endpoints', () => {
  it('answer for models that are nowhere else, whoever asks', async () => {
    const stage = open()
    stage.answer({ body: completionOf({ content: 'Hello', reasoning: 'hm' }, { odd: 1 }) })
    const response = await stage.chat({ model: 'openai.gpt-oss-120b', odd_field: 7, stop: ['\n'] })
    expect(unnamed(await response.json())).toEqual(
      unnamed(completionOf({ content: 'Hello', reasoning: 'hm' }, { odd: 1 })),
    )
    expect(stage.places()).toEqual([`${MANTLE}/v1/chat/completions openai.gpt-oss-120b`])
    expect(stage.bodies().at(-1)).toEqual({
      model: 'openai.gpt-oss-120b',
      messages: [{ role: 'user', content: 'Hi' }],
      stop: ['\n'],
      odd_field: 7,
    })
    expect(stage.asked.at(-1)!.headers).toMatchObject({ authorization: 'Bearer ABSK-key' })
    const messages = await stage.post('/v1/messages', {
      model: 'zai.glm-4.6',
      max_tokens: 5,
      messages: [{ role: 'user', content: 'Hi' }],
    })
    expect(await messages.json()).toMatchObject({
      type: 'message',
      content: [{ thinking: 'hm' }, { text: 'Hello' }],
    })
    expect(stage.places().at(-1)).toBe(`${MANTLE}/v1/chat/completions zai.glm-4.6`)
  })

  it('are signed for, in their own name', async () => {
    const stage = open({
      AWS_BEARER_TOKEN_BEDROCK: '',
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_SECRET_ACCESS_KEY: 'secret',
    })
    stage.answer({ body: completionOf({}) })
    await stage.chat({ model: 'deepseek.v3.1' })
    expect(stage.asked.at(-1)!.headers['authorization']).toMatch(
      /Credential=AKIA\/\d{8}\/us-east-1\/bedrock-mantle\/aws4_request/,
    )
  })

  it('are asked in the regions that have the model, one after the other', async () => {
    const stage = open({ AWS_BEDROCK_REGIONS: 'ca-central-1,us-east-1,us-west-2' })
    stage.answer({ status: 429, body: { error: { message: 'slow' } } }, { body: completionOf({}) })
    const response = await stage.chat({ model: 'xai.grok-4.3' })
    expect(response.status).toBe(200)
    expect(stage.places()).toEqual([
      `${MANTLE}/v1/chat/completions xai.grok-4.3`,
      'https://bedrock-mantle.us-west-2.api.aws/v1/chat/completions xai.grok-4.3',
    ])
    const nowhere = open({ AWS_REGION: 'ca-central-1' })
    const refused = await nowhere.chat({ model: 'xai.grok-4.3' })
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain('us-east-1, us-east-2, us-west-2 only')
  })

  it('relay what Converse would translate, where the operator wants that', async () => {
    const stage = open(wish({ 'openai.gpt-oss': 'runtime', 'openai.gpt-oss-20b': 'mantle' }))
    const chunks = [chunkOf({ role: 'assistant', content: 'Hi', odd: 1 }), chunkOf({}, 'stop')]
    stage.answer({ reads: framesOf(...chunks, '[DONE]') })
    const streamed = await stage.chat({ model: 'openai.gpt-oss-120b-1:0', stream: true })
    expect(framesIn(await streamed.text()).map(unnamed)).toEqual(chunks.map(unnamed))
    await (await stage.chat({ model: 'openai.gpt-oss-20b-1:0', stream: true })).text()
    await stage.chat({ model: 'qwen.qwen3-32b-v1:0' })
    expect(stage.places()).toEqual([
      `${RUNTIME}/openai/v1/chat/completions openai.gpt-oss-120b-1:0`,
      `${MANTLE}/v1/chat/completions openai.gpt-oss-20b`,
      `${RUNTIME}/model/qwen.qwen3-32b-v1%3A0/converse`,
    ])
  })

  it('leave to Converse what only it can do, and callers of other dialects', async () => {
    const stage = open(wish({ 'openai.': 'runtime' }))
    const guarded = {
      'amazon-bedrock-guardrailConfig': { guardrailIdentifier: 'g', guardrailVersion: '1' },
    }
    await stage.chat({ model: 'openai.gpt-oss-120b-1:0', ...guarded })
    await stage.post('/v1/messages', {
      model: 'openai.gpt-oss-120b-1:0',
      max_tokens: 5,
      messages: [{ role: 'user', content: 'Hi' }],
    })
    expect(stage.places().map((place) => place.split('/').at(-1))).toEqual(['converse', 'converse'])
    const mantle = open()
    const refused = await mantle.chat({ model: 'openai.gpt-oss-120b', ...guarded })
    expect([refused.status, mantle.places()]).toEqual([400, []])
  })

  it('can be switched off', async () => {
    const stage = open(wish({ 'openai.gpt-oss': 'off' }))
    await stage.chat({ model: 'openai.gpt-oss-120b' })
    expect(stage.places()).toEqual([`${RUNTIME}/model/openai.gpt-oss-120b/converse`])
  })

  it('refuse in words that go on to the caller, and errors of our own that do not', async () => {
    const stage = open()
    stage.answer({
      status: 400,
      body: { error: { message: 'top_p is odd', type: 'invalid_request_error' } },
    })
    const refused = await stage.chat({ model: 'openai.gpt-oss-120b' })
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining('top_p is odd'),
    ])
    stage.answer({ status: 401, body: { error: { message: 'Invalid API key ABSK-key' } } })
    const denied = await stage.chat({ model: 'openai.gpt-oss-120b' })
    expect([denied.status, await denied.text()]).toEqual([502, expect.not.stringContaining('ABSK')])
  })

  it.skipIf(!sharedRoot())(
    'speak Responses for models that know nothing else, as recorded',
    async () => {
      const recorded = recordings('aws/Mantle.responses').filter(({ modelId }) =>
        modelId.includes('gpt-5'),
      )
      for (const { response, file } of recorded) {
        const stage = open()
        const { body, bodyText } = response
        stage.answer(bodyText ? { reads: [bodyText] } : { body })
        const answered = await stage.chat({
          model: 'openai.gpt-5.5',
          stream: bodyText !== undefined,
        })
        const text = await answered.text()
        expect(answered.status, file).toBe(200)
        expect(text).toMatch(/"finish_reason":"(stop|tool_calls)"/)
        expect(stage.places()).toEqual([`${MANTLE}/openai/v1/responses openai.gpt-5.5`])
      }
    },
  )

  it.skipIf(!sharedRoot())('are those of the model facts', () => {
    const { models } = sharedJson('specs/models.json') as {
      models: { id: string; endpoints: string[]; regions: string[]; provider: string }[]
    }
    const only = models.filter(
      ({ endpoints, id }) => endpoints.join() === 'bedrock-mantle' && !id.startsWith('anthropic.'),
    )
    expect(Object.keys(MANTLE_MODELS).sort()).toEqual(only.map(({ id }) => id).sort())
    for (const { id, regions } of only) {
      expect([...MANTLE_MODELS[id]!.regions].sort(), id).toEqual(regions.toSorted())
    }
  })
})
