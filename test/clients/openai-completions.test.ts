import { APIError } from 'openai'
import { describe, expect, it } from 'vitest'
import { textFrames } from '../fakes/fake-bedrock-frames.ts'
import { MODELS } from '../features/stage.ts'
import { useOpenaiClient } from './openai-client.ts'

const stand = useOpenaiClient()
const { bedrock } = stand

describe('completions.create()', () => {
  it('answers whole', async () => {
    const prompt = ['The capital of France is', 'The capital of Spain is']
    const { id, choices, usage } = await stand.client.completions.create({
      model: MODELS.nova,
      prompt,
      n: 2,
      echo: true,
    })
    expect(id).toMatch(/^cmpl-/)
    expect(choices).toEqual(
      [0, 1, 2, 3].map((index) => ({
        text: `${prompt[Math.floor(index / 2)]}Hello there.`,
        index,
        logprobs: null,
        finish_reason: 'stop',
      })),
    )
    expect(usage).toMatchObject({ prompt_tokens: 18, completion_tokens: 16, total_tokens: 34 })
  })

  it('answers as a stream', async () => {
    bedrock.fake.script({ frames: textFrames(['Paris', '.']) })
    const stream = await stand.client.completions.create({
      model: MODELS.nova,
      prompt: ['The capital of France is', 'And again:'],
      stream: true,
      stream_options: { include_usage: true },
    })
    const texts = ['', '']
    let tokens: number | undefined
    for await (const { choices, usage } of stream) {
      for (const { index, text } of choices) texts[index] += text
      tokens = usage?.total_tokens
    }
    expect(texts).toEqual(['Paris.', 'Paris.'])
    expect(tokens).toBe(26)
  })

  it('throws what went wrong, before a stream and within it', async () => {
    const asking = stand.client.completions.create({ model: MODELS.nova, prompt: [1, 2, 3] })
    const refused = await asking.catch((thrown: unknown) => thrown)
    expect(refused).toBeInstanceOf(APIError)
    expect(refused).toMatchObject({ status: 400, param: 'prompt', code: 'unsupported_parameter' })

    bedrock.fake.script({ frames: textFrames(['Paris', '.']).slice(0, 2) })
    const stream = await stand.client.completions.create({
      model: MODELS.nova,
      prompt: 'The capital of France is',
      stream: true,
    })
    const reading = (async () => {
      for await (const _ of stream);
    })()
    await expect(reading).rejects.toMatchObject({ code: 'stream_incomplete' })
  })
})
