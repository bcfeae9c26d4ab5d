import { describe, expect, it } from 'vitest'
import { chunkOf, framesOf } from './scripted-server.ts'
import { framesIn, openStage, unnamed } from './stage.ts'

const VLLM = {
  OPENAI_API_KEY: '',
  OPENAI_UPSTREAMS: JSON.stringify([
    { name: 'vllm', base_url: 'http://127.0.0.1:8001/v1', models: ['*'] },
  ]),
}

const logprobs = (...tokens: string[]) => ({
  tokens,
  token_logprobs: tokens.map(() => -0.5),
  top_logprobs: tokens.map((token) => ({ [token]: -0.5, other: -1.25 })),
  text_offset: tokens.map((_, index) => index),
})

/** As vLLM answers, with everything it knows beyond OpenAI. */
const said = (choice: object) => ({
  id: 'cmpl-up',
  object: 'text_completion',
  created: 1,
  model: 'llama',
  system_fingerprint: 'fp_1',
  choices: [{ index: 0, finish_reason: 'stop', stop_reason: null, ...choice }],
  usage: { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5, prompt_tokens_details: null },
  service_tier: 'default',
})

type Choice = { index: number; text: string; logprobs: unknown; finish_reason: string | null }
const choicesOf = (body: unknown) => (body as { choices: Choice[] }).choices

describe('a completion of an upstream that completes', () => {
  it('comes back with every member', async () => {
    const stage = openStage(VLLM)
    const upstream = said({ text: ' once', logprobs: logprobs(' on', 'ce'), prompt_logprobs: null })
    stage.answer({ body: upstream })
    const body = { model: 'llama', prompt: 'I said', logprobs: 2, prompt_logprobs: 1 }
    const response = await stage.post('/v1/completions', body)
    expect(unnamed(await response.json())).toEqual(unnamed(upstream))
    expect(stage.bodies()).toEqual([body])
    expect(response.headers.get('x-outcrop-ignored-params')).toBeNull()
  })

  it('tells of the tokens of each prompt and answer', async () => {
    const stage = openStage(VLLM)
    stage.answer(...['a', 'b'].map((text) => ({ body: said({ text, logprobs: logprobs(text) }) })))
    const response = await stage.post('/v1/completions', {
      model: 'llama',
      prompt: ['x', 'y'],
      logprobs: 0,
    })
    const choices = choicesOf(await response.json())
    expect(choices.map(({ index }) => index)).toEqual([0, 1])
    for (const { text, logprobs: told } of choices) expect(told).toEqual(logprobs(text))
    expect(stage.bodies().map(({ logprobs: asked }) => asked)).toEqual([0, 0])
  })

  it('streams them with their pieces of text', async () => {
    const stage = openStage(VLLM)
    const chunk = (choice: object) => ({
      ...said({ finish_reason: null, ...choice }),
      usage: null,
    })
    const usage = { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 }
    stage.answer({
      reads: framesOf(
        chunk({ text: ' on', logprobs: logprobs(' on') }),
        chunk({ text: '', logprobs: logprobs('bytes:\\xe2') }),
        chunk({ text: 'ce', logprobs: logprobs('ce'), token_ids: [7] }),
        chunk({ text: '!', logprobs: logprobs('!'), finish_reason: 'length', stop_reason: 9 }),
        { ...chunk({}), choices: [], usage },
        '[DONE]',
      ),
    })
    const response = await stage.post('/v1/completions', {
      model: 'llama',
      prompt: 'x',
      logprobs: 1,
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = framesIn(await response.text())
    const going = { index: 0, finish_reason: null }
    expect(chunks.map((one) => choicesOf(one)[0])).toEqual([
      { ...going, text: ' on', logprobs: logprobs(' on') },
      { ...going, text: '', logprobs: logprobs('bytes:\\xe2') },
      { ...going, text: 'ce', logprobs: logprobs('ce'), token_ids: [7] },
      { ...going, text: '!', logprobs: logprobs('!') },
      { index: 0, text: '', logprobs: null, finish_reason: 'length', stop_reason: 9 },
      undefined,
    ])
    expect(chunks.at(-2)).toMatchObject({ system_fingerprint: 'fp_1', service_tier: 'default' })
    expect(chunks.at(-1)!['usage']).toEqual(usage)
  })

  it('that breaks in its stream is told up to there, wherever the network cuts', async () => {
    const frames = framesOf(said({ text: ' once', finish_reason: null }), {
      error: { message: 'out of memory', code: 500 },
    })
    for (const reads of [frames, [frames.join('')]]) {
      const stage = openStage(VLLM)
      stage.answer({ reads })
      const response = await stage.post('/v1/completions', {
        model: 'llama',
        prompt: 'x',
        stream: true,
      })
      const [chunk, failure, ...others] = framesIn(await response.text())
      expect(choicesOf(chunk)[0]!.text).toBe(' once')
      expect(failure).toMatchObject({ error: { type: 'server_error' } })
      expect(others).toEqual([])
    }
  })

  it('is given the prompt to rate where it shall be shown', async () => {
    const stage = openStage(VLLM)
    const upstream = said({ text: 'I said', logprobs: logprobs('I', ' said') })
    stage.answer({ body: upstream })
    const body = { model: 'llama', prompt: 'I said', logprobs: 1, echo: true, max_tokens: 0 }
    const response = await stage.post('/v1/completions', body)
    expect(unnamed(await response.json())).toEqual(unnamed(upstream))
    expect(stage.bodies()).toEqual([body])
  })

  it('streams the prompt as it was rated, and once', async () => {
    const stage = openStage(VLLM)
    const chunk = (text: string, finish_reason: string | null = null) =>
      said({ text, logprobs: logprobs(text), finish_reason })
    stage.answer({ reads: framesOf(chunk('I'), chunk(' said'), chunk(' no', 'stop'), '[DONE]') })
    const body = { model: 'llama', prompt: 'I said', logprobs: 1, echo: true, stream: true }
    const chunks = framesIn(await (await stage.post('/v1/completions', body)).text())
    const texts = chunks.map((one) => choicesOf(one)[0]!.text)
    expect(texts).toEqual(['I', ' said', ' no', ''])
    expect(choicesOf(chunks[0])[0]!.logprobs).toEqual(logprobs('I'))
  })

  it('shows the prompt all the same where nothing is rated', async () => {
    const stage = openStage(VLLM)
    stage.answer({ body: said({ text: ' no', logprobs: null }) })
    const body = { model: 'llama', prompt: 'I said', echo: true }
    const response = await stage.post('/v1/completions', body)
    expect(choicesOf(await response.json())[0]).toMatchObject({ text: 'I said no', logprobs: null })
    expect(stage.bodies()[0]).not.toHaveProperty('echo')
  })

  it('is asked of OpenAI as such for the models that complete', async () => {
    const stage = openStage()
    const upstream = said({ text: '4', logprobs: logprobs('4') })
    stage.answer({ body: upstream })
    const body = { model: 'gpt-3.5-turbo-instruct', prompt: '2+2=', logprobs: 5, suffix: '!' }
    const response = await stage.post('/v1/completions', body)
    expect(unnamed(await response.json())).toEqual(unnamed(upstream))
    expect(stage.asked.map(({ path }) => path)).toEqual(['/v1/completions'])
    expect(stage.bodies()).toEqual([body])
  })
})

describe('a completion of a model that chats', () => {
  const token = (text: string, ...others: string[]) => ({
    token: text,
    logprob: -0.25,
    bytes: null,
    top_logprobs: others.map((other) => ({ token: other, logprob: -1.5, bytes: null })),
  })
  const told = {
    tokens: ['😀', ' Hi'],
    token_logprobs: [-0.25, -0.25],
    top_logprobs: [
      { No: -1.5, '😀': -0.25 },
      { Hi: -1.5, ' Hi': -0.25 },
    ],
    text_offset: [4, 5],
  }
  const asked = { model: 'gpt-4o', prompt: 'Say ', logprobs: 1, echo: true }

  it('tells of its tokens in the older form', async () => {
    const stage = openStage()
    const message = { role: 'assistant', content: '😀 Hi' }
    const content = [token('😀', 'No'), token(' Hi', 'Hi')]
    stage.answer({
      body: { choices: [{ message, finish_reason: 'stop', logprobs: { content, refusal: null } }] },
    })
    const response = await stage.post('/v1/completions', asked)
    expect(choicesOf(await response.json())).toEqual([
      { text: 'Say 😀 Hi', index: 0, logprobs: told, finish_reason: 'stop' },
    ])
    expect(stage.asked[0]!.path).toBe('/v1/chat/completions')
    expect(stage.bodies()[0]).toMatchObject({ logprobs: true, top_logprobs: 1 })
    expect(response.headers.get('x-outcrop-ignored-params')).toBeNull()
  })

  it('streams them', async () => {
    const stage = openStage()
    const piece = (content: string, ...tokens: object[]) => {
      const chunk = chunkOf({ content })
      return { ...chunk, choices: [{ ...chunk.choices[0], logprobs: { content: tokens } }] }
    }
    stage.answer({
      reads: framesOf(
        piece('😀', token('😀', 'No')),
        piece(' Hi', token(' Hi', 'Hi')),
        chunkOf({}, 'stop'),
        '[DONE]',
      ),
    })
    const response = await stage.post('/v1/completions', { ...asked, stream: true })
    const choices = framesIn(await response.text()).flatMap(choicesOf)
    expect(choices.map(({ text }) => text)).toEqual(['Say ', '😀', ' Hi', ''])
    expect(choices.map(({ logprobs: one }) => one)).toEqual([
      null,
      {
        tokens: ['😀'],
        token_logprobs: [-0.25],
        top_logprobs: [told.top_logprobs[0]],
        text_offset: [4],
      },
      {
        tokens: [' Hi'],
        token_logprobs: [-0.25],
        top_logprobs: [told.top_logprobs[1]],
        text_offset: [5],
      },
      null,
    ])
  })
})
