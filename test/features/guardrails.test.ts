import { describe, expect, it } from 'vitest'
import { families } from '../../app/providers/aws/bedrock/families/index.ts'
import type { FakeFrame } from '../fakes/fake-bedrock-frames.ts'
import { chunksOf, HELLO, ignoredBy, type Json, MODELS, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

const SERVER = { AWS_BEDROCK_GUARDRAIL_IDENTIFIER: 'house', AWS_BEDROCK_GUARDRAIL_VERSION: '3' }
const HOUSE = { guardrailIdentifier: 'house', guardrailVersion: '3' }
const OPEN = { ...SERVER, AWS_BEDROCK_ALLOW_GUARDRAIL_OVERRIDE: 'true' }
const BODY = {
  'amazon-bedrock-guardrailConfig': { guardrailIdentifier: 'mine', guardrailVersion: '1' },
}
const HEADERS = {
  'X-Amzn-Bedrock-GuardrailIdentifier': 'theirs',
  'X-Amzn-Bedrock-GuardrailVersion': '7',
  'X-Amzn-Bedrock-Trace': 'ENABLED',
  'X-Amzn-Bedrock-GuardrailStreamProcessingMode': 'async',
}

async function guarded(env: Record<string, string>, body: Json = {}, headers = {}) {
  const response = await bedrock.open(env).ask(body, headers)
  return { config: bedrock.sent().at(-1)?.['guardrailConfig'], ignored: ignoredBy(response) }
}

describe('a guardrail', () => {
  it('is on every request of a server that has one', async () => {
    expect((await guarded({})).config).toBeUndefined()
    expect((await guarded(SERVER)).config).toEqual(HOUSE)
    const traced = { ...SERVER, AWS_BEDROCK_GUARDRAIL_TRACE: 'enabled_full' }
    expect((await guarded(traced)).config).toEqual({ ...HOUSE, trace: 'enabled_full' })
    const draft = { AWS_BEDROCK_GUARDRAIL_IDENTIFIER: 'house' }
    expect((await guarded(draft)).config).toEqual({ ...HOUSE, guardrailVersion: 'DRAFT' })
  })

  it('may be chosen by a request where the server has none', async () => {
    const mine = { guardrailIdentifier: 'mine', guardrailVersion: '1' }
    expect(await guarded({}, BODY)).toEqual({ config: mine, ignored: [] })
    expect(await guarded({}, {}, HEADERS)).toEqual({
      config: { guardrailIdentifier: 'theirs', guardrailVersion: '7', trace: 'enabled' },
      ignored: [],
    })
    const { config } = await guarded({}, {}, { 'x-amzn-bedrock-guardrailidentifier': 'theirs' })
    expect(config).toEqual({ guardrailIdentifier: 'theirs', guardrailVersion: 'DRAFT' })
  })

  it('of the server stays where a request may not choose', async () => {
    const { config, ignored } = await guarded(SERVER, BODY, HEADERS)
    expect(config).toEqual(HOUSE)
    expect(ignored).toEqual([
      'amazon-bedrock-guardrailConfig',
      'x-amzn-bedrock-guardrailidentifier',
      'x-amzn-bedrock-guardrailversion',
      'x-amzn-bedrock-trace',
      'x-amzn-bedrock-guardrailstreamprocessingmode',
    ])
  })

  it('of the server can be opened and closed to choice', async () => {
    const mine = { guardrailIdentifier: 'mine', guardrailVersion: '1' }
    expect((await guarded(OPEN, BODY)).config).toEqual(mine)
    expect((await guarded(OPEN, {}, { 'x-amzn-bedrock-trace': 'enabled' })).config).toEqual({
      ...HOUSE,
      trace: 'enabled',
    })
    const closed = { AWS_BEDROCK_ALLOW_GUARDRAIL_OVERRIDE: 'false' }
    expect(await guarded(closed, BODY)).toEqual({
      config: undefined,
      ignored: ['amazon-bedrock-guardrailConfig'],
    })
  })

  it('lets the body overrule the headers', async () => {
    expect((await guarded({}, BODY, HEADERS)).config).toEqual({
      guardrailIdentifier: 'mine',
      guardrailVersion: '1',
      trace: 'enabled',
    })
  })

  it.each(['guardrailConfig', 'guardrail_config', 'guardrailIdentifier'])(
    'is never lost under another name: %s',
    async (param) => {
      const response = await bedrock.open().ask({ [param]: { guardrailIdentifier: 'mine' } })
      expect({ status: response.status, body: await response.json() }).toMatchObject({
        status: 400,
        body: {
          error: {
            code: 'unsupported_parameter',
            param,
            message: `'${param}' is not understood here. A guardrail is asked for by 'amazon-bedrock-guardrailConfig'.`,
          },
        },
      })
      expect(bedrock.sent()).toEqual([])
    },
  )

  it("is not left out in LiteLLM's words, but for a list that names none", async () => {
    const refused = await bedrock.open().ask({ guardrails: ['pii'] })
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({
      error: { code: 'unsupported_parameter', param: 'guardrails' },
    })
    expect(bedrock.sent()).toEqual([])
    const answered = await bedrock.open().ask({ guardrails: [] })
    expect([answered.status, ignoredBy(answered)]).toEqual([200, ['guardrails']])
  })

  it('is not left out because AWS does not know it where it stands', async () => {
    const message =
      'Malformed input request: #: extraneous key [guardrailConfig] is not permitted, please reformat your input and try again.'
    bedrock.fake.script({ status: 400, errorType: 'ValidationException', body: { message } })
    const { app } = bedrock.open()
    const response = await app.request(`/model/${encodeURIComponent(MODELS.nova)}/converse`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
        additionalModelRequestFields: { guardrailConfig: { guardrailIdentifier: 'mine' } },
      }),
    })
    expect(response.status).toBe(400)
    expect(bedrock.sent()).toHaveLength(1)
  })

  it('is told how to look at a stream, and only then', async () => {
    const response = await bedrock.open().ask({ stream: true }, HEADERS)
    await response.text()
    expect(bedrock.sent()[0]).toMatchObject({
      guardrailConfig: { guardrailIdentifier: 'theirs', streamProcessingMode: 'async' },
    })
  })

  it('is told so in the body of InvokeModel, in that one’s words', async () => {
    const body = { model: MODELS.claude, max_tokens: 9, messages: HELLO }
    const { app } = bedrock.open()
    const told = async (more: Json) => {
      const text = JSON.stringify({ ...body, ...more })
      await app.request('/v1/messages', { method: 'POST', body: text, headers: HEADERS })
      return bedrock.sent().at(-1)!['amazon-bedrock-guardrailConfig']
    }
    expect(await told({ stream: true })).toEqual({ streamProcessingMode: 'ASYNCHRONOUS' })
    expect(await told({})).toBeUndefined()
  })
})

const TRACE = { guardrail: { modelOutput: ['Sorry.'], actionReason: 'Guardrail blocked.' } }
const USAGE = { inputTokens: 5, outputTokens: 2, totalTokens: 7 }

describe('an intervention', () => {
  it('ends the answer with content_filter and shows the trace', async () => {
    bedrock.fake.script({
      body: {
        output: { message: { role: 'assistant', content: [{ text: 'Sorry.' }] } },
        stopReason: 'guardrail_intervened',
        usage: USAGE,
        trace: TRACE,
      },
    })
    const response = await bedrock.open(SERVER).ask({})
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: 'Sorry.' }, finish_reason: 'content_filter' }],
      'amazon-bedrock-guardrailAction': 'INTERVENED',
      'amazon-bedrock-trace': TRACE,
    })
  })

  it('ends a stream the same way', async () => {
    const frames: FakeFrame[] = [
      { event: 'messageStart', payload: { role: 'assistant' } },
      { event: 'contentBlockDelta', payload: { contentBlockIndex: 0, delta: { text: 'Sorry.' } } },
      { event: 'contentBlockStop', payload: { contentBlockIndex: 0 } },
      { event: 'messageStop', payload: { stopReason: 'guardrail_intervened' } },
      { event: 'metadata', payload: { usage: USAGE, trace: TRACE } },
    ]
    bedrock.fake.script({ frames })
    const response = await bedrock.open(SERVER).ask({ stream: true })
    expect(chunksOf(await response.text()).at(-1)).toMatchObject({
      choices: [{ finish_reason: 'content_filter' }],
      'amazon-bedrock-guardrailAction': 'INTERVENED',
      'amazon-bedrock-trace': TRACE,
    })
  })

  it('that did not happen is told as such where a trace was asked for', async () => {
    bedrock.fake.script({
      body: { ...(bedrock.reply('Hello.') as Json), trace: { guardrail: { modelOutput: [] } } },
    })
    const response = await bedrock.open(SERVER).ask({})
    expect(await response.json()).toMatchObject({
      choices: [{ finish_reason: 'stop' }],
      'amazon-bedrock-guardrailAction': 'NONE',
    })
  })
})

describe('a model that cannot be guarded', () => {
  it('is not asked on a server with a guardrail', async () => {
    const response = await bedrock
      .open({ ...SERVER, PROVIDER: 'embedded' })
      .ask({ model: 'gpt-4o' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { code: 'unsupported_parameter', param: 'model' },
    })
  })

  it('is not asked with a guardrail of the request', async () => {
    const { ask } = bedrock.open({ PROVIDER: 'embedded' })
    const response = await ask({ model: 'gpt-4o', messages: HELLO, ...BODY })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { code: 'unsupported_parameter', param: 'amazon-bedrock-guardrailConfig' },
    })
  })

  it('is none of those that chat on Bedrock', () => {
    const generations = families.flatMap((family) => family.chat)
    expect(generations.filter(({ traits }) => !traits.guardrails)).toEqual([])
  })
})
