import { describe, expect, it } from 'vitest'
import { textFrames } from '../fakes/fake-bedrock-frames.ts'
import { chunksOf, HELLO, type Json, MODELS, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

/** Sixteen characters, and so about four tokens. */
const SAID = 'eight characters'
/** What `Hi` is taken for, with its frame. */
const READ = 5

const converse = (usage?: Json) => ({
  output: { message: { role: 'assistant', content: [{ text: SAID }] } },
  stopReason: 'end_turn',
  ...(usage && { usage }),
})
const message = (usage?: Json) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content: [{ type: 'text', text: SAID }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  ...(usage && { usage }),
})

function open() {
  const { app, ask, log } = bedrock.open()
  const post = (path: string, body: Json) =>
    app.request(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
  return { ask, post, billed: () => log().at(-1).usage }
}

const estimate = (input: number, output: number) => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: input + output,
  estimated: true,
})

// All three are recorded: answers of Converse without `usage` and with an empty one, and of Claude's own form.
describe('an answer whose model did not count', () => {
  it.each([
    ['not at all', undefined, READ, 4],
    ['nothing', {}, READ, 4],
    ['what it read alone', { inputTokens: 9 }, 9, 4],
    ['what it wrote alone', { outputTokens: 7 }, READ, 7],
    ['what it wrote and the cache gave', { outputTokens: 7, cacheReadInputTokens: 3 }, 5, 7],
  ])('is estimated in chat: %s', async (_, usage, input, output) => {
    bedrock.fake.script({ body: converse(usage) })
    const { ask, billed } = open()
    const response = await ask({})
    expect(await response.json()).toMatchObject({
      usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
    })
    expect(response.headers.get('x-token-usage-input')).toBe(String(input))
    expect(response.headers.get('x-token-usage-output')).toBe(String(output))
    expect(billed()).toMatchObject(estimate(input, output))
  })

  it('is estimated for each choice, and where JSON is asked for once more', async () => {
    bedrock.fake.script({ body: converse() })
    const several = open()
    const json = (await (await several.ask({ n: 2 })).json()) as Json
    expect(json).toMatchObject({ usage: { prompt_tokens: READ, completion_tokens: 8 } })
    expect(several.billed()).toMatchObject(estimate(2 * READ, 8))
    const formed = open()
    await formed.ask({ response_format: { type: 'json_object' } })
    expect(formed.billed()).toMatchObject({ output_tokens: 8, estimated: true })
  })

  it('is estimated in responses', async () => {
    bedrock.fake.script({ body: converse() })
    const { post, billed } = open()
    const answer = await post('/v1/responses', { model: MODELS.nova, input: 'Hi' })
    expect(await answer.json()).toMatchObject({
      usage: { input_tokens: READ, output_tokens: 4, total_tokens: 9 },
    })
    expect(billed()).toMatchObject(estimate(READ, 4))
  })

  it.each([
    ['not at all', undefined, READ, 4],
    ['what it read alone', { input_tokens: 9 }, 9, 4],
  ])('is estimated in messages on Claude: %s', async (_, usage, input, output) => {
    bedrock.fake.script({ body: message(usage) })
    const { post, billed } = open()
    const asked = { model: MODELS.claude, max_tokens: 9, messages: HELLO }
    expect(await (await post('/v1/messages', asked)).json()).toMatchObject({
      usage: { input_tokens: input, output_tokens: output },
    })
    expect(billed()).toMatchObject(estimate(input, output))
  })

  it('goes on as it came to who speaks Converse, and is billed all the same', async () => {
    bedrock.fake.script({ body: converse() })
    const { post, billed } = open()
    const asked = { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] }
    const answer = await post(`/model/${MODELS.nova}/converse`, asked)
    expect(await answer.json()).toEqual(converse())
    expect(billed()).toMatchObject(estimate(READ, 4))
  })

  it('is estimated as a stream as far as it is open', async () => {
    const frames = textFrames([SAID]).slice(0, -1)
    const metadata = { event: 'metadata', payload: { usage: { inputTokens: 9 } } }
    bedrock.fake.script({ frames: [...frames, metadata] })
    const { ask, billed } = open()
    const response = await ask({ stream: true, stream_options: { include_usage: true } })
    expect(chunksOf(await response.text()).at(-1)).toMatchObject({
      usage: { prompt_tokens: 9, completion_tokens: 4 },
    })
    expect(billed()).toMatchObject(estimate(9, 4))
  })
})
