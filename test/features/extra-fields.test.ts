import { describe, expect, it } from 'vitest'
import { bodyOf, ignoredBy, type Json, MODELS, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

async function passed(body: Json, env: Record<string, string> = {}) {
  const response = await bedrock.open(env).ask({ model: MODELS['gpt-oss'], ...body })
  const seen = bedrock.fake.requests.at(-1)
  return {
    status: response.status,
    fields: seen && bodyOf(seen)['additionalModelRequestFields'],
    ignored: ignoredBy(response),
    response,
  }
}

describe('unknown fields of a request', () => {
  it('go on to the model', async () => {
    const { fields, ignored } = await passed({ repetition_penalty: 1.1, own: { deep: [1] } })
    expect(fields).toEqual({ repetition_penalty: 1.1, own: { deep: [1] } })
    expect(ignored).toEqual([])
  })

  it('are joined with what the gateway itself tells the model', async () => {
    const { fields } = await passed({ reasoning_effort: 'high', own: 1 })
    expect(fields).toEqual({ reasoning_effort: 'high', own: 1 })
  })

  it.each([
    'drop_params',
    'api_base',
    'api_key',
    'mock_response',
    'num_retries',
    'fallbacks',
    'caching',
    'litellm_metadata',
    'custom_llm_provider',
    'timeout',
    'extra_headers',
    'aws_secret_access_key',
  ])('stay here when another gateway is meant: %s', async (name) => {
    const { fields, ignored, status } = await passed({ [name]: 'secret', own: 1 })
    expect({ fields, ignored, status }).toEqual({
      fields: { own: 1 },
      ignored: [name],
      status: 200,
    })
  })

  it('stay here when they tell OpenRouter where to ask', async () => {
    const steering = {
      provider: { order: ['a'] },
      models: ['a', 'b'],
      route: 'fallback',
      transforms: ['middle-out'],
      plugins: [{ id: 'web' }],
      usage: { include: true },
    }
    const { fields, ignored } = await passed({ ...steering, own: 1 })
    expect({ fields, ignored }).toEqual({ fields: { own: 1 }, ignored: Object.keys(steering) })
  })

  it('stay here when the operator says so', async () => {
    const env = { EXTRA_MODEL_PARAMS_DENYLIST: 'own, theirs' }
    const { fields, ignored } = await passed({ own: 1, theirs: 2, drop_params: true, ours: 3 }, env)
    expect(fields).toEqual({ ours: 3 })
    expect(ignored).toEqual(['own', 'theirs', 'drop_params'])
  })

  it('all stay here when the operator says so', async () => {
    const { fields, ignored } = await passed(
      { own: 1, top_k: 4 },
      { EXTRA_MODEL_PARAMS_DROP_ALL: 'true' },
    )
    expect(fields).toEqual({ top_k: 4 })
    expect(ignored).toEqual(['own'])
  })

  it('are refused by name under STRICT_INPUT_VALIDATION', async () => {
    const { status, response } = await passed({ own: 1 }, { STRICT_INPUT_VALIDATION: 'true' })
    expect(status).toBe(400)
    expect(await response.json()).toEqual({
      error: {
        message: "Unknown parameter: 'own'.",
        type: 'invalid_request_error',
        param: 'own',
        code: 'unknown_parameter',
        details: "Field 'own': unknown parameter",
      },
    })
    expect(bedrock.fake.requests).toEqual([])
  })

  it.each([
    [{ messages: [{ role: 'user', content: 'Hi', zork: 1 }] }, 'messages[0].zork'],
    [
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi', zork: 1 }] }] },
      'messages[0].content[0].zork',
    ],
    [{ tools: [{ type: 'function', function: { name: 'f', zork: 1 } }] }, 'tools[0].function.zork'],
    [{ stream_options: { zork: true } }, 'stream_options.zork'],
  ])(
    'are refused by name under STRICT_INPUT_VALIDATION within the request: %j',
    async (body, param) => {
      const { status, response } = await passed(body, { STRICT_INPUT_VALIDATION: 'true' })
      expect(status).toBe(400)
      expect(await response.json()).toMatchObject({ error: { param, code: 'unknown_parameter' } })
    },
  )

  it.each([
    { metadata: { zork: '1' } },
    { tools: [{ type: 'function', function: { name: 'f', parameters: { zork: 1 } } }] },
    { tools: [{ type: 'nova_grounding', zork: 1 }] },
  ])('are let through where they are anybody’s own: %j', async (body) => {
    const { response } = await passed(body, { STRICT_INPUT_VALIDATION: 'true' })
    expect(JSON.stringify(await response.json())).not.toContain('unknown_parameter')
  })

  it('do no harm under STRICT_INPUT_VALIDATION when all is known', async () => {
    const known = { top_k: 4, service_tier: 'flex', thinking_budget: 2000 }
    expect((await passed(known, { STRICT_INPUT_VALIDATION: 'true' })).status).toBe(200)
  })

  it('are not the members of a reply, which clients send back as it came', async () => {
    const func = { name: 'f', arguments: '{}', parsed_arguments: {} }
    const reply = {
      role: 'assistant',
      content: 'Look.',
      refusal: null,
      annotations: [],
      images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } }],
      parsed: null,
      tool_calls: [{ index: 0, id: 'c', type: 'function', function: func }],
    }
    const result = { role: 'tool', tool_call_id: 'c', content: 'No.', is_error: true }
    const body = {
      messages: [{ role: 'user', content: 'Hi' }, reply, result],
      tools: [{ type: 'function', function: { name: 'f' } }],
    }
    expect((await passed(body, { STRICT_INPUT_VALIDATION: 'true' })).status).toBe(200)
  })

  it('are the operator’s own to add', async () => {
    const env = {
      STRICT_INPUT_VALIDATION: 'true',
      DEFAULT_MODEL_PARAMS: '{"openai.gpt-oss": {"own": 1}}',
    }
    expect(await passed({}, env)).toMatchObject({ status: 200, fields: { own: 1 }, ignored: [] })
  })

  it('are left out once a model has refused one of them, and named', async () => {
    bedrock.fake.script({
      status: 400,
      errorType: 'ValidationException',
      body: { message: 'Malformed input request: #: extraneous key [own] is not permitted' },
    })
    bedrock.fake.script({ body: bedrock.reply('Hello.') })
    const response = await bedrock.open().ask({ own: 1 })
    expect(response.status).toBe(200)
    expect(bedrock.sent().map((body) => body['additionalModelRequestFields'])).toEqual([
      { own: 1 },
      undefined,
    ])
    expect(ignoredBy(response)).toEqual(['own'])
    expect(response.headers.get('x-outcrop-attempts')).toBe('2')
  })

  it('name themselves in the header such that it stays one', async () => {
    const { ignored, status } = await passed({ 'Set-Cookie: a\r\nb é': 1 }, DROPPED)
    expect(status).toBe(200)
    expect(ignored).toEqual(['Set-Cookie: a??b ?'])
    const many = Object.fromEntries(Array.from({ length: 900 }, (_, at) => [`own${at}`, at]))
    expect((await passed(many, DROPPED)).ignored).toHaveLength(51)
  })
})

const DROPPED = { EXTRA_MODEL_PARAMS_DROP_ALL: 'true' }

it('an embedded model names what means nothing to it', async () => {
  const { ask } = bedrock.open({ PROVIDER: 'embedded', EMBEDDED_TOKENS_PER_SECOND: '0' })
  const response = await ask({
    model: 'gpt-4o',
    own: 1,
    top_k: 4,
    web_search_options: {},
    moderation: { model: 'omni-moderation-latest' },
  })
  expect(response.status).toBe(200)
  expect(ignoredBy(response)).toEqual(['top_k', 'web_search_options', 'moderation', 'own'])
})
