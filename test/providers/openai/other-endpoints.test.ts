import { describe, expect, it } from 'vitest'
import { framesOf } from './scripted-server.ts'
import { framesIn, openStage } from './stage.ts'

const LOCAL = {
  OPENAI_API_KEY: '',
  OPENAI_UPSTREAMS: JSON.stringify([
    {
      name: 'local',
      base_url: 'http://127.0.0.1:8001/v1',
      models: ['*'],
      completion_models: ['base-*'],
    },
  ]),
}

const completed = (text: string) => ({
  id: 'cmpl-1',
  object: 'text_completion',
  model: 'm',
  choices: [{ index: 0, text, finish_reason: 'length', logprobs: null }],
  usage: { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 },
})

it('a turn that holds only thoughts has an empty text, for OpenAI refuses null without calls', async () => {
  const stage = openStage()
  const message = { role: 'assistant', content: 'x' }
  stage.answer({ body: { choices: [{ message, finish_reason: 'stop' }] } })
  const user = { role: 'user', content: 'Hi' }
  const thought = { type: 'thinking', thinking: 'Hm.', signature: 's' }
  const messages = [user, { role: 'assistant', content: [thought] }, user]
  await stage.post('/v1/messages', { model: 'gpt-4o', max_tokens: 9, messages })
  expect(stage.bodies()[0]!['messages']).toEqual([user, { role: 'assistant', content: '' }, user])
})

describe('completions', () => {
  it('go to the older endpoint of who has it, prompt by prompt', async () => {
    const stage = openStage(LOCAL)
    stage.answer({ body: completed(' once') }, { body: completed(' twice') })
    const response = await stage.post('/v1/completions', {
      model: 'llama',
      prompt: ['I said', 'You said'],
      max_tokens: 3,
      stop: '\n',
      suffix: '!',
      logprobs: 2,
      best_of: 2,
      min_p: 0.1,
    })
    const { choices } = (await response.json()) as {
      choices: { text: string; finish_reason: string }[]
    }
    expect(choices.map(({ text }) => text).sort()).toEqual([' once', ' twice'])
    expect(choices[0]!.finish_reason).toBe('length')
    expect(stage.asked.map(({ path }) => path)).toEqual(['/v1/completions', '/v1/completions'])
    expect(stage.bodies()[0]).toEqual({
      model: 'llama',
      prompt: 'I said',
      max_tokens: 3,
      stop: '\n',
      suffix: '!',
      logprobs: 2,
      best_of: 2,
      min_p: 0.1,
    })
    expect(response.headers.get('x-outcrop-ignored-params')).toBeNull()
  })

  it('stream', async () => {
    const stage = openStage(LOCAL)
    const chunk = (text: string, finish_reason: string | null = null) => ({
      ...completed(text),
      usage: null,
      choices: [{ index: 0, text, finish_reason, logprobs: null }],
    })
    const last = { ...completed(''), choices: [] }
    stage.answer({ reads: framesOf(chunk('a'), chunk('b'), chunk('', 'stop'), last, '[DONE]') })
    const response = await stage.post('/v1/completions', {
      model: 'base-7b',
      prompt: 'x',
      stream: true,
    })
    const frames = framesIn(await response.text())
    const texts = frames.flatMap(({ choices }) => choices as { text: string }[])
    expect(texts.map(({ text }) => text).join('')).toBe('ab')
    stage.answer({ reads: framesOf(chunk('a')) })
    const cut = await stage.post('/v1/completions', { model: 'base-7b', prompt: 'x', stream: true })
    expect(framesIn(await cut.text()).at(-1)).toMatchObject({
      error: { code: 'stream_incomplete' },
    })
  })

  it('of models that chat with OpenAI are chats', async () => {
    const stage = openStage()
    stage.answer({
      body: { choices: [{ message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }] },
    })
    await stage.post('/v1/completions', { model: 'gpt-4o', prompt: 'Hi' })
    expect(stage.asked[0]!.path).toBe('/v1/chat/completions')
  })

  it('give a file without a name one, for OpenAI refuses it otherwise', async () => {
    const stage = openStage()
    const message = { role: 'assistant', content: 'x' }
    stage.answer({ body: { choices: [{ message, finish_reason: 'stop' }] } })
    const pdf = 'data:application/pdf;base64,JVBERi0xLjQ='
    await stage.post('/v1/completions', { model: 'gpt-4o', prompt: ['Summarise', pdf] })
    const content = [
      { type: 'text', text: 'Summarise' },
      { type: 'file', file: { filename: 'document', file_data: pdf } },
    ]
    expect(stage.bodies()).toEqual([{ model: 'gpt-4o', messages: [{ role: 'user', content }] }])
  })

  it('are all that some models can', async () => {
    const stage = openStage(LOCAL)
    const response = await stage.chat({ model: 'base-7b' })
    expect([response.status, stage.asked]).toEqual([400, []])
  })
})

describe('responses', () => {
  const said = {
    id: 'resp_up',
    model: 'm',
    status: 'completed',
    output: [
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'E' },
      { type: 'message', content: [{ type: 'output_text', text: 'Hi', annotations: [] }] },
    ],
    usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
  }

  it('are asked for by who asks for them, with their thoughts', async () => {
    const stage = openStage()
    stage.answer({ body: said })
    const first = await stage.post('/v1/responses', { model: 'gpt-4o', input: 'Hi', store: false })
    const { output } = (await first.json()) as { output: Record<string, unknown>[] }
    await stage.post('/v1/responses', {
      model: 'gpt-4o',
      store: false,
      input: [{ role: 'user', content: 'Hi' }, ...output, { role: 'user', content: 'And?' }],
    })
    expect(stage.asked.map(({ path }) => path)).toEqual(['/v1/responses', '/v1/responses'])
    expect((stage.bodies()[1]!['input'] as unknown[])[1]).toEqual({
      type: 'reasoning',
      id: 'rs_1',
      summary: [],
      encrypted_content: 'E',
    })
  })

  it('are all that some models know', async () => {
    const stage = openStage()
    stage.answer({ body: said })
    for (const model of [
      'o3-pro',
      'gpt-5-codex',
      'gpt-5-pro-2025-10-06',
      'o4-mini-deep-research',
    ]) {
      const response = await stage.chat({ model })
      expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'Hi' } }] })
    }
    expect(new Set(stage.asked.map(({ path }) => path))).toEqual(new Set(['/v1/responses']))
  })
})

describe('embeddings', () => {
  const vectors = (...embeddings: number[][]) => ({
    data: embeddings.map((embedding, index) => ({ index, embedding })),
    usage: { prompt_tokens: 4, total_tokens: 4 },
  })
  const model = 'text-embedding-3-small'

  it.each([
    ['one text', { input: [1, 2, 3] }, [[1, 2, 3]], [[0.5]]],
    ['several', { input: [[1, 2], 'a', [3]] }, [[1, 2], 'a', [3]], [[0.5], [1], [2]]],
  ])('are of OpenAI’s own tokens where its models read them: %s', async (_, body, sent, found) => {
    const stage = openStage()
    stage.answer({ body: vectors(...found) })
    const response = await stage.post('/v1/embeddings', { model, user: 'u', ...body })
    const { data } = (await response.json()) as { data: { embedding: number[] }[] }
    expect(data.map(({ embedding }) => embedding)).toEqual(found)
    expect(stage.asked[0]!.json).toEqual({
      model,
      input: sent,
      user: 'u',
      encoding_format: 'base64',
    })
  })

  it('are estimated where the server does not count', async () => {
    const stage = openStage()
    const { usage: _, ...uncounted } = vectors([0.5])
    stage.answer({ body: uncounted })
    const response = await stage.post('/v1/embeddings', { model, input: 'Hi' })
    expect(await response.json()).toMatchObject({ usage: { prompt_tokens: 5, total_tokens: 5 } })
    const [line] = stage.log().filter(({ type }) => type === 'request')
    expect(line.usage).toMatchObject({ input_tokens: 5, estimated: true })
  })

  it.each([
    ['no tokens', { input: [[1], []] }, 'input[1]'],
    ['a token among texts', { input: ['a', 1] }, 'input[1]'],
  ])('are refused of %s', async (_, body, param) => {
    const stage = openStage()
    const response = await stage.post('/v1/embeddings', { model, ...body })
    const { error } = (await response.json()) as { error: object }
    expect([response.status, error]).toEqual([400, expect.objectContaining({ param })])
    expect(stage.asked).toEqual([])
  })
})

describe('health', () => {
  it('tells of every server by its last answer', async () => {
    const stage = openStage(LOCAL)
    const services = async () => JSON.stringify(await stage.get('/health'))
    expect(await services()).toContain('"local"')
    stage.answer({ status: 401 })
    await stage.chat({ model: 'llama' })
    const told = await services()
    expect(told).toContain('unavailable')
    expect(stage.asked).toHaveLength(1)
  })
})
