import { describe, expect, it } from 'vitest'
import { HELLO, type Json, MODELS, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

const DEFAULT_MODEL_PARAMS = JSON.stringify({
  'amazon.nova': { temperature: 0.2, stop_sequences: ['END'], own: 1 },
  'anthropic.claude': { temperature: 0.2, stop_sequences: ['END'], own: 1 },
  'amazon.titan-embed': { own: 1 },
})

const SPOKEN = [{ role: 'user', content: [{ text: 'Hi' }] }]
const CLAUDES = {
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 9,
  messages: HELLO,
}

async function sentFor(path: string, body: Json): Promise<Json> {
  const { app } = bedrock.open({ DEFAULT_MODEL_PARAMS })
  await app.request(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
  return bedrock.sent()[0]!
}

describe('what the operator sets for a model', () => {
  const asked = (model: string): [string, string, Json][] => [
    ['chat', '/v1/chat/completions', { model, messages: HELLO }],
    ['messages', '/v1/messages', { model, max_tokens: 9, messages: HELLO }],
    ['responses', '/v1/responses', { model, input: 'Hi' }],
    ['completions', '/v1/completions', { model, prompt: 'Hi' }],
    ['Converse', `/model/${model}/converse`, { messages: SPOKEN }],
    ['InvokeModel', `/model/${model}/invoke`, CLAUDES],
    ['InvokeModel of another form', `/model/${model}/invoke`, { inputText: 'Hi' }],
  ]

  it.each(asked(MODELS.nova))('is asked for in %s', async (_, path, body) => {
    expect(await sentFor(path, body)).toMatchObject({
      inferenceConfig: { temperature: 0.2, stopSequences: ['END'] },
      additionalModelRequestFields: { own: 1 },
    })
  })

  it.each(asked(MODELS.claude))('is asked for in %s on Claude', async (_, path, body) => {
    const sent = await sentFor(path, body)
    if ('anthropic_version' in sent) {
      expect(sent).toMatchObject({ temperature: 0.2, stop_sequences: ['END'], own: 1 })
    } else {
      expect(sent).toMatchObject({
        inferenceConfig: { temperature: 0.2, stopSequences: ['END'] },
        additionalModelRequestFields: { own: 1 },
      })
    }
  })

  it('is left alone where the caller says it', async () => {
    const own = { inferenceConfig: { temperature: 0.9, stopSequences: ['X'] } }
    const path = `/model/${MODELS.nova}/converse`
    expect(await sentFor(path, { messages: SPOKEN, ...own })).toMatchObject(own)
  })

  it('is about conversations: nothing of it is said to a model that embeds', async () => {
    const model = 'amazon.titan-embed-text-v2:0'
    expect(await sentFor('/v1/embeddings', { model, input: 'Hi' })).not.toHaveProperty('own')
  })
})
