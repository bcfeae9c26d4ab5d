import { describe, expect, it } from 'vitest'
import { ARN, greeter, stageApp } from './stage.ts'

const open = () => stageApp(greeter().chat).app

const ids = ['greeter', 'us.amazon.nova-micro-v1:0', 'openai/gpt-oss', ARN, 'painter']

describe('GET /v1/models', () => {
  it('lists every model as OpenAI does, with more beside', async () => {
    const response = await open().request('/v1/models')
    const list = (await response.json()) as { object: string; data: { id: string }[] }
    expect(list.object).toBe('list')
    expect(list.data.map(({ id }) => id)).toEqual(ids)
    expect(list.data[0]).toEqual({
      id: 'greeter',
      object: 'model',
      created: 1700000000,
      owned_by: 'somebody',
      name: 'The Greeter',
      provider: 'staged',
      input_modalities: ['text', 'image'],
      output_modalities: ['text'],
      streaming: true,
      tools: true,
      context_window: 1000,
      max_output_tokens: 100,
    })
    expect(list.data[1]).toMatchObject({ owned_by: 'somebody', regions: ['us-east-1'] })
  })
})

describe('GET /v1/models/{model}', () => {
  it.each(ids)('finds %s, raw and encoded', async (id) => {
    for (const path of [id, encodeURIComponent(id), encodeURI(id)]) {
      const response = await open().request(`/v1/models/${path}`)
      expect(response.status, path).toBe(200)
      expect(await response.json()).toMatchObject({ id, object: 'model' })
    }
  })

  it.each(['nobody', 'greeter/', '%zz', '%2F', 'a%20b'])('has no %s', async (path) => {
    const response = await open().request(`/v1/models/${path}`)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', param: 'model', code: 'model_not_found' },
    })
  })

  it('takes nothing but GET', async () => {
    const response = await open().request('/v1/models/greeter', { method: 'DELETE' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
  })
})
