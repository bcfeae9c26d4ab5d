import { describe, expect, it } from 'vitest'
import { createEmbeddedProvider } from '../../../app/providers/embedded/index.ts'
import { ask, call, chatModel, conversation } from './asking.ts'

const provider = createEmbeddedProvider({ config: { EMBEDDED_TOKENS_PER_SECOND: 0 } })
const find = async (name: string) => await provider.find(name)

describe('the embedded models', () => {
  it('are listed, those in trouble included', async () => {
    const cards = await provider.list()
    expect(cards.map((card) => card.id)).toEqual([
      'embedded-chat',
      'embedded-reasoner',
      'embedded-embedding',
      'embedded-speech',
      'embedded-transcription',
      'embedded-reranker',
      'embedded-image',
      'embedded-throttled',
      'embedded-overloaded',
      'embedded-slow',
      'embedded-broken-stream',
    ])
    for (const card of cards) expect((await find(card.id))?.card).toEqual(card)
  })

  it('answer to every name that sounds like chat', async () => {
    const names = [
      'gpt-4o',
      'gpt-4o-audio-preview',
      'claude-sonnet-4-5',
      'us.anthropic.claude-3-haiku-20240307-v1:0',
      'arn:aws:bedrock:us-east-1:123456789012:inference-profile/x',
      'anything at all',
      'constructor',
      '__proto__',
      'embedded-other',
    ]
    for (const name of names) {
      expect((await find(name))?.card).toMatchObject({
        id: name,
        provider: 'embedded',
        owner: 'outcrop',
        output: ['text'],
        streaming: true,
      })
      const { reply, served } = await chatModel(name).reply(conversation({ text: 'Hi' }), call())
      expect(reply.end.reason).toBe('end-turn')
      expect(served).toEqual({ provider: 'embedded', model: name, attempts: 1, ignored: [] })
    }
  })

  it('do not chat under names of another kind', async () => {
    const names = [
      'text-embedding-3-small',
      'cohere.embed-english-v3',
      'dall-e-3',
      'gpt-image-1',
      'gpt-4o-mini-tts',
      'whisper-1',
      'gpt-4o-transcribe',
      'cohere.rerank-v3-5:0',
      'omni-moderation-latest',
    ]
    for (const name of names) {
      const found = await find(name)
      expect(found?.card.id).toBe(name)
      expect(found?.chat).toBeUndefined()
    }
  })

  it('are not found under no name, nor where one is missing on purpose', async () => {
    expect(await find('')).toBeUndefined()
    expect(await find('embedded-missing')).toBeUndefined()
  })

  it('name the settings that change nothing', async () => {
    const settings = { temperature: 0.5, topP: 0.9, maxTokens: 5, seed: 1, stop: ['.'] }
    const { served } = await chatModel().reply(conversation({ text: 'Hi', settings }), call())
    expect(served.ignored).toEqual(['temperature', 'topP'])
  })

  it('repeat the name they were called by', async () => {
    expect((await ask({ text: 'Hi', model: 'gpt-4o' })).model).toBe('gpt-4o')
  })
})
