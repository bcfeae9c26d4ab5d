import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { chunksOf, HELLO, type Json, MODELS, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

const PROFILE = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdef123456'

describe('bedrock_model', () => {
  it.each([MODELS.llama, 'amazon.nova-lite-v1:0', 'eu.amazon.nova-lite-v1:0'])(
    'wins over model: %s',
    async (bedrock_model) => {
      const response = await bedrock.open().ask({ model: 'gpt-4o', bedrock_model })
      expect(response.status).toBe(200)
      expect(response.headers.get('x-bedrock-model')).toBe(bedrock_model)
      expect(bedrock.fake.requests[0]?.path).toBe(
        `/model/${encodeURIComponent(bedrock_model)}/converse`,
      )
    },
  )

  it('may be an ARN', async () => {
    const env = { AWS_BEDROCK_ALLOW_APPLICATION_INFERENCE_PROFILE_ARN: 'true' }
    const response = await bedrock.open(env).ask({ bedrock_model: PROFILE })
    expect(response.headers.get('x-bedrock-model')).toBe(PROFILE)
  })

  it.each([
    [{ bedrock_model: PROFILE }, 'bedrock_model', PROFILE],
    [{ bedrock_model: 'amazon.titan-embed-text-v2:0' }, 'bedrock_model', 'titan-embed'],
    [{ bedrock_model: MODELS.claude, model_provider: 'meta' }, 'model_provider', MODELS.claude],
  ])('is what a refusal is about: %j', async (fields, param, named) => {
    const response = await bedrock.open().ask({ model: 'gpt-4o', ...fields })
    const { error } = (await response.json()) as { error: { param: string; message: string } }
    expect(response.status).toBe(400)
    expect(error.param).toBe(param)
    expect(error.message).not.toContain('gpt-4o')
    if (named !== PROFILE) expect(error.message).toContain(named)
  })
})

describe('model_provider', () => {
  it.each([
    [MODELS.claude, 'anthropic'],
    [MODELS.claude, 'Anthropic'],
    [MODELS.nova, 'amazon'],
    [MODELS.mistral, 'mistral'],
    [MODELS.llama, 'meta'],
    ['moonshotai.kimi-k2.5', 'moonshot'],
    [MODELS.nova, 'aws'],
  ])('agrees: %s is of %s', async (model, model_provider) => {
    expect((await bedrock.open().ask({ model, model_provider })).status).toBe(200)
  })

  it('is refused where it contradicts the model', async () => {
    const response = await bedrock.open().ask({ model: MODELS.nova, model_provider: 'anthropic' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', param: 'model_provider', code: 'invalid_value' },
    })
    expect(bedrock.sent()).toEqual([])
  })
})

describe('the headers of an answer', () => {
  it('tell who answered at what price', async () => {
    const response = await bedrock.open().ask({}, { 'x-request-id': 'mine' })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-request-id': 'mine',
      'x-bedrock-model': MODELS.nova,
      'x-outcrop-provider': 'aws',
      'x-outcrop-region': 'us-east-1',
      'x-outcrop-attempts': '1',
      'x-token-usage-input': '9',
      'x-token-usage-output': '4',
    })
  })

  it('are followed by trailers where a stream ends on Node', async () => {
    const { headers, trailers, text } = await overNode({ stream: true })
    expect(headers).toMatchObject({ trailer: 'x-token-usage-input, x-token-usage-output' })
    expect(trailers).toEqual({ 'x-token-usage-input': '9', 'x-token-usage-output': '4' })
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  })

  it('are followed by an estimate where a stream breaks off', async () => {
    bedrock.fake.script({ frames: [TEXT] })
    const { trailers, text } = await overNode({ stream: true })
    expect(chunksOf(text).at(-1)).toHaveProperty('error')
    expect(trailers).toEqual({ 'x-token-usage-input': '5', 'x-token-usage-output': '2' })
  })

  it('stand alone where no stream follows', async () => {
    const { headers, trailers } = await overNode({})
    expect(headers).not.toHaveProperty('trailer')
    expect(trailers).toEqual({})
  })
})

const TEXT = {
  event: 'contentBlockDelta',
  payload: { contentBlockIndex: 0, delta: { text: 'Hello..' } },
}

/** One request over a socket, with what only a socket shows. */
async function overNode(body: Json) {
  const { port, stop } = await bedrock.serve()
  try {
    return await new Promise<{ headers: Json; trailers: Json; text: string }>((resolve, reject) => {
      const asking = request(
        { port, path: '/v1/chat/completions', method: 'POST', agent: false },
        (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (piece: string) => {
            text += piece
          })
          response.on('error', reject)
          response.on('end', () =>
            resolve({ headers: response.headers, trailers: response.trailers, text }),
          )
        },
      )
      asking.on('error', reject)
      asking.end(JSON.stringify({ model: MODELS.nova, messages: HELLO, ...body }))
    })
  } finally {
    await stop()
  }
}
