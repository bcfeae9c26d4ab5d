import { describe, expect, it } from 'vitest'
import { createApp } from '../../../../app/app.ts'
import { stagedRuntime } from '../../../http/stage.ts'

const KEY = 'your-api-key'
const app = createApp(
  stagedRuntime({ API_KEY: KEY, PROVIDER: 'embedded', EMBEDDED_TOKENS_PER_SECOND: '0' }).runtime,
)
const HELLO = [{ role: 'user', content: 'Hello!' }]

async function errorOf(body: object, { key = KEY, query = '' } = {}) {
  const answer = await app.request(`/v1/chat/completions${query}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { authorization: `Bearer ${key}` },
  })
  const { error } = (await answer.json()) as { error: Record<string, unknown> }
  return { status: answer.status, ...error } as Record<string, unknown>
}

// The types are those OpenAI's server was recorded with, where the document names others; docs/unified-endpoint.md tells.
describe("the document's errors", () => {
  it('400: what is missing, and which field', async () => {
    expect(await errorOf({ model: 'm' })).toEqual({
      status: 400,
      type: 'invalid_request_error',
      message: expect.stringContaining("Missing required parameter: 'messages'"),
      param: 'messages',
      code: 'missing_required_parameter',
      details: 'Missing required field: messages',
    })
  })

  it('401: a wrong key, without details', async () => {
    expect(await errorOf({ model: 'm', messages: HELLO }, { key: 'wrong' })).toEqual({
      status: 401,
      type: 'invalid_request_error',
      message: expect.stringContaining('not valid'),
      param: null,
      code: 'invalid_api_key',
    })
  })

  it('404: an unknown model', async () => {
    expect(await errorOf({ model: 'embedded-missing', messages: HELLO })).toMatchObject({
      status: 404,
      param: 'model',
      code: 'model_not_found',
      details: 'GET /v1/models lists the models that can be called',
    })
  })

  it('422: is a 400 here, as it is with OpenAI', async () => {
    expect(await errorOf({ model: 'm', messages: HELLO, max_tokens: 0 })).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      param: 'max_tokens',
      code: 'integer_below_min_value',
      details: "Field 'max_tokens': integer below min value",
    })
  })

  it('429: how long to wait', async () => {
    expect(await errorOf({ model: 'embedded-throttled', messages: HELLO })).toMatchObject({
      status: 429,
      type: 'rate_limit_error',
      code: 'rate_limit_exceeded',
      details: 'Please try again in 2 seconds',
    })
  })

  it.each([
    ['embedded-overloaded', 503],
    ['embedded-broken-stream', 502],
  ])('%s: %i, to be tried again', async (model, status) => {
    expect(await errorOf({ model, messages: HELLO })).toMatchObject({
      status,
      details: 'Please try again later',
    })
  })
})

describe('bodies of no format', () => {
  it.each([{}, { model: 'm' }, { model: 'm', prompt: 'Hi' }, { max_tokens: 5 }])(
    'are refused with what was looked for: %j',
    async (body) => {
      const { status, message } = await errorOf(body)
      expect(status).toBe(400)
      for (const sign of ['`messages`', '`anthropic_version`', '`inputText`']) {
        expect(message).toContain(sign)
      }
    },
  )

  it('and so are unknown target formats', async () => {
    const asked = { model: 'm', messages: HELLO }
    expect(await errorOf(asked, { query: '?target_format=gemini' })).toMatchObject({
      status: 400,
      param: 'target_format',
      code: 'invalid_value',
      message: expect.stringContaining("'openai', 'bedrock_claude', and 'bedrock_titan'"),
    })
  })

  it.each([
    '?target_format=openai&target_format=bedrock_claude',
    '?target_format=bedrock_titan&target_format=bedrock_titan',
    '?target_format=openai&target_format=',
  ])('and so are several of them: %s', async (query) => {
    expect(await errorOf({ model: 'm', messages: HELLO }, { query })).toMatchObject({
      status: 400,
      param: 'target_format',
      code: 'invalid_value',
      message: expect.stringContaining('2 times'),
    })
  })

  it('faults of a format are named in it', async () => {
    const claude = { anthropic_version: 'bedrock-2023-05-31', model: 'm', messages: HELLO }
    expect(await errorOf(claude)).toMatchObject({ status: 400, param: 'max_tokens' })
    const titan = { model: 'm', inputText: 'Hi', textGenerationConfig: { temperature: 3 } }
    expect(await errorOf(titan)).toMatchObject({
      status: 400,
      param: 'textGenerationConfig.temperature',
    })
    expect(await errorOf({ textGenerationConfig: {}, model: 'm' })).toMatchObject({
      status: 400,
      param: 'inputText',
    })
    expect(await errorOf({ inputText: 'Hi' })).toMatchObject({ status: 400, param: 'model' })
  })
})

describe('a stream that breaks', () => {
  const brokenIn = async (format: string) => {
    const answer = await app.request(`/v1/chat/completions?target_format=${format}`, {
      method: 'POST',
      body: JSON.stringify({ model: 'embedded-broken-stream', messages: HELLO, stream: true }),
      headers: { authorization: `Bearer ${KEY}` },
    })
    return (await answer.text()).trimEnd().split('\n\n').at(-1)!
  }

  it("says so in the answer's own format", async () => {
    expect(await brokenIn('openai')).toMatch(/^data: \{"error":\{"message":"The stream broke/)
    expect(await brokenIn('bedrock_claude')).toMatch(/^event: error\ndata: \{"type":"error"/)
    expect(await brokenIn('bedrock_titan')).toMatch(
      /^event: modelStreamErrorException\ndata: \{"message":"The stream broke/,
    )
  })
})
