import { describe, expect, it } from 'vitest'
import { type FakeFrame, textFrames, toolCallFrames } from '../fakes/fake-bedrock-frames.ts'
import { chunksOf, HELLO, type Json, MODELS, spokenIn, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

const OBJECT = { response_format: { type: 'json_object' } }
const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
}
const FORMED = {
  response_format: { type: 'json_schema', json_schema: { name: 'a', schema: SCHEMA } },
}
const ROME = '{"city":"Rome"}'
const WEATHER = { type: 'function', function: { name: 'weather', parameters: SCHEMA } }

async function answered(body: Json, ...texts: string[]) {
  for (const text of texts) bedrock.fake.script({ body: bedrock.reply(text) })
  const response = await bedrock.open().ask({ ...OBJECT, ...body })
  return { response, json: (await response.json()) as Json }
}

const contentOf = (json: Json) =>
  (json['choices'] as { message: { content: unknown } }[]).map(({ message }) => message.content)

describe('json_object', () => {
  it('is asked for in words and answered as it came', async () => {
    const { json } = await answered({}, ROME)
    expect(bedrock.sent()).toMatchObject([
      { system: [{ text: 'Answer with one JSON object and nothing else.' }] },
    ])
    expect(contentOf(json)).toEqual([ROME])
  })

  it('with a schema, as Instructor and others write it, is held to that', async () => {
    const response_format = { type: 'json_object', schema: SCHEMA }
    await answered({ model: MODELS.claude, response_format }, ROME)
    await answered({ model: MODELS.claude, ...FORMED }, ROME)
    const [ours, formed] = bedrock.sent().map((body) => body['outputConfig']) as Json[]
    expect(ours).toMatchObject({
      textFormat: { structure: { jsonSchema: { name: 'response' } } },
    })
    expect(JSON.parse(JSON.stringify(ours).replace('"response"', '"a"'))).toEqual(formed)
  })

  it.each([
    ['a fence', '```json\n{"city":"Rome"}\n```'],
    ['words before', 'Here you are: {"city":"Rome"}'],
    ['words after', '{"city":"Rome"}\n\nAnything else?'],
    ['a bracket in the words', 'As [1] says, {so}: {"city":"Rome"}'],
    ['a fence among words', 'Sure!\n```\n{"city":"Rome"}\n```\nThere.'],
  ])('is freed of %s', async (_, text) => {
    const { json } = await answered({}, text)
    expect(contentOf(json)).toEqual([ROME])
    expect(bedrock.sent()).toHaveLength(1)
  })

  it('is asked for once more when it is none, and both are billed', async () => {
    const { json, response } = await answered({}, 'The city is Rome.', ROME)
    expect(contentOf(json)).toEqual([ROME])
    expect(bedrock.sent()[1]?.['messages']).toEqual([
      { role: 'user', content: [{ text: 'Hi' }] },
      { role: 'assistant', content: [{ text: 'The city is Rome.' }] },
      { role: 'user', content: [{ text: expect.stringContaining('not valid JSON') }] },
    ])
    expect(json).toMatchObject({ usage: { prompt_tokens: 18, completion_tokens: 8 } })
    expect(response.headers.get('x-outcrop-attempts')).toBe('2')
  })

  it('is given up after the second time', async () => {
    const { json, response } = await answered({}, 'Rome.', 'Rome!')
    expect(response.status).toBe(502)
    expect(json).toMatchObject({ error: { type: 'server_error', code: 'invalid_json_answer' } })
    // Or OpenAI's SDKs have it asked six times.
    expect(response.headers.get('x-should-retry')).toBe('false')
    expect(bedrock.sent()).toHaveLength(2)
  })

  it('is on the bill also when it is given up', async () => {
    for (const text of ['Rome.', 'Rome!']) bedrock.fake.script({ body: bedrock.reply(text) })
    const { app, ask, log } = bedrock.open({ METRICS: 'open' })
    expect((await ask(OBJECT)).status).toBe(502)
    const billed = { input_tokens: 18, output_tokens: 8 }
    expect(log().at(-1)).toMatchObject({
      status_code: 502,
      provider: 'aws',
      region: 'us-east-1',
      attempts: 2,
      usage: billed,
    })
    const used = await (await app.request('/v1/usage')).json()
    expect(used['total']).toMatchObject({ requests: 1, failed_requests: 1, ...billed })
    const metrics = await (await app.request('/metrics')).text()
    expect(metrics).toMatch(/output.*\} 8$/m)
  })

  it('is on the bill also when nobody may be asked again', async () => {
    bedrock.fake.script({ body: bedrock.reply('Rome.') })
    bedrock.fake.script({ status: 429, errorType: 'ThrottlingException', body: {} })
    const { ask, log } = bedrock.open()
    expect((await ask(OBJECT)).status).toBe(429)
    expect(log().at(-1)).toMatchObject({ usage: { input_tokens: 9, output_tokens: 4 } })
  })

  it('is on the bill also when another choice fails', async () => {
    bedrock.fake.script({ body: bedrock.reply(ROME) })
    bedrock.fake.script({ status: 500, errorType: 'InternalServerException', body: {} })
    const { ask, log } = bedrock.open({ MAX_CONCURRENT_PROMPTS: '1' })
    expect((await ask({ n: 2 })).status).toBe(502)
    expect(log().at(-1)).toMatchObject({ usage: { input_tokens: 9, output_tokens: 4 } })
  })

  it('is left alone where the answer was cut off or goes on with tools', async () => {
    const cut = { ...(bedrock.reply('{"city":"Ro') as Json), stopReason: 'max_tokens' }
    bedrock.fake.script({ body: cut })
    const response = await bedrock.open().ask({ ...OBJECT, max_tokens: 3 })
    expect(contentOf((await response.json()) as Json)).toEqual(['{"city":"Ro'])
    expect(bedrock.sent()).toHaveLength(1)
  })

  it('is had of every choice', async () => {
    const { json } = await answered({ n: 2 }, ROME)
    expect(contentOf(json)).toEqual([ROME, ROME])
  })
})

async function streamed(body: Json, frames: FakeFrame[]) {
  bedrock.fake.script({ frames })
  const response = await bedrock.open().ask({ stream: true, ...body })
  return chunksOf(await response.text())
}

describe('json_object as a stream', () => {
  it.each([
    ['bare', ['{"ci', 'ty":"Ro', 'me"}']],
    ['in a fence', ['```js', 'on\n{"city"', ':"Rome"}\n', '```']],
    ['among words', ['Sure: ', '{"city":"Rome"} Any', 'thing else?']],
    ['letter by letter', [...`Well {"city":"Rome"} !`]],
  ])('comes without what is around it: %s', async (_, pieces) => {
    expect(spokenIn(await streamed(OBJECT, textFrames(pieces)))).toEqual({
      content: ROME,
      finish: 'stop',
    })
  })

  it('keeps brackets and quotes inside strings', async () => {
    const tricky = JSON.stringify({ a: '}{"\\', b: [{}, '```'] })
    const pieces = [...`x ${tricky} y`]
    expect(spokenIn(await streamed(OBJECT, textFrames(pieces))).content).toBe(tricky)
  })

  it('loses nothing where there is no JSON', async () => {
    const chunks = await streamed(OBJECT, textFrames(['The city ', 'is Rome.']))
    expect(spokenIn(chunks)).toEqual({ content: 'The city is Rome.', finish: 'stop' })
  })

  it.each([
    ['words before it', ['Here it is: ', ROME, ' Well?'], ROME],
    ['a piece each', ['{"city":', '{"of":1}', '}'], '{"city":{"of":1}}'],
    ['one of two', [ROME, '{"city":"Bonn"}'], ROME],
    ['no JSON', ['The city ', 'is Rome.'], 'The city is Rome.'],
  ])('is one text, though it came in several: %s', async (_, texts, content) => {
    const [start, ...rest] = textFrames([])
    const blocks = texts.flatMap((text, contentBlockIndex) => [
      { event: 'contentBlockDelta', payload: { contentBlockIndex, delta: { text } } },
      { event: 'contentBlockStop', payload: { contentBlockIndex } },
    ])
    const chunks = await streamed(OBJECT, [start!, ...blocks, ...rest.slice(1)])
    expect(spokenIn(chunks)).toEqual({ content, finish: 'stop' })
  })

  it('keeps the source of words in front of it', async () => {
    const web = { url: 'https://a.example/', domain: 'a.example' }
    const deltas = [{ text: 'As told: ' }, { citation: { location: { web } } }, { text: ROME }]
    const [start, ...rest] = textFrames([])
    const blocks = deltas.map((delta) => ({
      event: 'contentBlockDelta',
      payload: { contentBlockIndex: 0, delta },
    }))
    const chunks = await streamed(OBJECT, [start!, ...blocks, ...rest])
    expect(spokenIn(chunks)).toEqual({ content: ROME, finish: 'stop' })
    expect(JSON.stringify(chunks)).toContain(web.url)
  })

  it('keeps words in front of a call', async () => {
    const [start, ...call] = toolCallFrames('t1', 'weather', ['{}'])
    const words = { contentBlockIndex: 7, delta: { text: 'Let me see.' } }
    const chunks = await streamed({ ...OBJECT, tools: [WEATHER] }, [
      start!,
      { event: 'contentBlockDelta', payload: words },
      { event: 'contentBlockStop', payload: { contentBlockIndex: 7 } },
      ...call,
    ])
    expect(spokenIn(chunks)).toEqual({ content: 'Let me see.', finish: 'tool_calls' })
    const text = JSON.stringify(chunks)
    expect(text.indexOf('Let me see.')).toBeLessThan(text.indexOf('"weather"'))
  })

  it('keeps a list the answer begins with', async () => {
    const chunks = await streamed(OBJECT, textFrames(['```json\n[', '{"a":1}', ',2]\n```']))
    expect(spokenIn(chunks).content).toBe('[{"a":1},2]')
  })
})

const CALL = (name: string, input: unknown) => ({
  output: {
    message: {
      role: 'assistant',
      content: [{ text: 'Let me see.' }, { toolUse: { toolUseId: 't1', name, input } }],
    },
  },
  stopReason: 'tool_use',
  usage: { inputTokens: 9, outputTokens: 4, totalTokens: 13 },
})
describe('json_schema on a model without structured output', () => {
  it('is the input of a hidden tool, and looks like content', async () => {
    bedrock.fake.script({ body: CALL('final_answer', { city: 'Rome' }) })
    const response = await bedrock.open().ask(FORMED)
    const json = (await response.json()) as Json
    expect(json).toMatchObject({
      choices: [{ message: { content: ROME }, finish_reason: 'stop' }],
    })
    expect(JSON.stringify(json)).not.toContain('tool_calls')
  })

  it('looks like content in a stream', async () => {
    const frames = toolCallFrames('t1', 'final_answer', ['{"ci', 'ty":"Rome"}'])
    const chunks = await streamed(FORMED, frames)
    expect(spokenIn(chunks)).toEqual({ content: ROME, finish: 'stop' })
    expect(JSON.stringify(chunks)).not.toContain('tool_calls')
  })

  it('is the first of several in a stream too', async () => {
    const [start, ...first] = toolCallFrames('t1', 'final_answer', [ROME])
    const [, begin, piece, stop] = toolCallFrames('t2', 'final_answer', ['{"city":"Bonn"}'])
    const again = [begin, piece, stop].map((frame) => {
      const payload = { ...(frame!.payload as object), contentBlockIndex: 1 }
      return { event: (frame as { event: string }).event, payload }
    })
    const frames = [start!, ...first.slice(0, 3), ...again, ...first.slice(3)]
    expect(spokenIn(await streamed(FORMED, frames))).toEqual({ content: ROME, finish: 'stop' })
  })

  it('stands beside real tools: one of them is to be called', async () => {
    bedrock.fake.script({ body: CALL('weather', { city: 'Rome' }) })
    const response = await bedrock.open().ask({ ...FORMED, tools: [WEATHER] })
    expect(bedrock.sent()[0]).toMatchObject({
      toolConfig: {
        tools: [{ toolSpec: { name: 'weather' } }, { toolSpec: { name: 'final_answer' } }],
        toolChoice: { any: {} },
      },
    })
    expect(await response.json()).toMatchObject({
      choices: [
        {
          message: { tool_calls: [{ function: { name: 'weather', arguments: ROME } }] },
          finish_reason: 'tool_calls',
        },
      ],
    })
  })

  it('stands beside thinking, which forbids some models to be forced', async () => {
    const model = 'us.anthropic.claude-opus-5'
    const asked = { ...FORMED, model, thinking: { type: 'adaptive' } }
    bedrock.fake.script({ body: CALL('final_answer', { city: 'Rome' }) })
    const response = await bedrock.open().ask(asked)
    const [body] = bedrock.sent()
    expect(body).toMatchObject({
      additionalModelRequestFields: { thinking: { type: 'adaptive' } },
      toolConfig: { tools: [{ toolSpec: { name: 'final_answer' } }] },
      system: [{ text: expect.stringContaining('final_answer') }],
    })
    expect(body?.['toolConfig']).not.toHaveProperty('toolChoice')
    expect(contentOf((await response.json()) as Json)).toEqual([ROME])
  })

  it('is mended where the model wrote words instead of calling', async () => {
    bedrock.fake.script({ body: bedrock.reply('It is {"city":"Rome"}.') })
    const response = await bedrock.open().ask({ ...FORMED, model: MODELS.llama })
    expect(contentOf((await response.json()) as Json)).toEqual([ROME])
  })
})

describe('json_schema on a model with structured output', () => {
  it('is asked for natively, also beside real tools', async () => {
    bedrock.fake.script({ body: bedrock.reply(ROME) })
    const { ask } = bedrock.open()
    const response = await ask({ ...FORMED, model: MODELS.claude, tools: [WEATHER] })
    expect(bedrock.sent()[0]).toMatchObject({
      outputConfig: { textFormat: { type: 'json_schema' } },
      toolConfig: { tools: [{ toolSpec: { name: 'weather' } }] },
    })
    expect(contentOf((await response.json()) as Json)).toEqual([ROME])
  })

  it('comes as a stream as the model writes it', async () => {
    const chunks = await streamed(
      { ...FORMED, model: MODELS.claude, messages: HELLO },
      textFrames(['{"city":', '"Rome"}']),
    )
    expect(chunks.filter((chunk) => JSON.stringify(chunk).includes('content":"{'))).toHaveLength(1)
    expect(spokenIn(chunks).content).toBe(ROME)
  })
})
