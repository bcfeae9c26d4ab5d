import OpenAI from 'openai'
import { zodTextFormat } from 'openai/helpers/zod'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Listening } from '../../runtimes/serving/serve-node.ts'
import { textFrames, textReply, toolCallFrames } from '../fakes/fake-bedrock-frames.ts'
import { type Json, MODELS, useFakeBedrock } from '../features/stage.ts'

const bedrock = useFakeBedrock()
let server: Listening
let client: OpenAI

beforeAll(async () => {
  server = await bedrock.serve({ FILES_DIR: 'memory' })
  const baseURL = `http://127.0.0.1:${server.port}/v1`
  client = new OpenAI({ apiKey: 'k', baseURL, maxRetries: 0 })
})
afterAll(() => server.stop())

const model = MODELS.claude

/** An answer of Converse with these blocks. */
const blocks = (content: Json[], stopReason = 'end_turn') => ({
  body: {
    output: { message: { role: 'assistant', content } },
    stopReason,
    usage: { inputTokens: 5, outputTokens: 7, totalTokens: 12 },
  },
})

const messages = () => bedrock.sent().at(-1)!['messages'] as { role: string; content: Json[] }[]

const said = (text: string) => ({ role: 'user', content: [{ text }] })
const answered = (text: string) => ({ role: 'assistant', content: [{ text }] })

const WEATHER = {
  type: 'function' as const,
  name: 'get_weather',
  description: 'Tells the weather.',
  strict: true,
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
}

describe('responses.create()', () => {
  it('gathers the text', async () => {
    bedrock.fake.script({ body: textReply('Hello there.') })
    const response = await client.responses.create({ model, input: 'Hi' })
    expect(response.output_text).toBe('Hello there.')
    expect(response.status).toBe('completed')
  })

  it('tells an answer that was cut off', async () => {
    bedrock.fake.script(blocks([{ text: 'Once upon' }], 'max_tokens'))
    const response = await client.responses.create({ model, input: 'Hi', max_output_tokens: 16 })
    expect(response).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ type: 'message', status: 'incomplete' }],
    })
  })

  it('brings a signed thought back between calls, with store off as Codex has it', async () => {
    const thought = { reasoningText: { text: 'Let me see.', signature: 'c2ln' } }
    const call = { toolUse: { toolUseId: 't1', name: 'get_weather', input: { city: 'Paris' } } }
    bedrock.fake.script(blocks([{ reasoningContent: thought }, call], 'tool_use'))
    bedrock.fake.script({ body: textReply('Sunny.') })
    const ask = {
      model,
      tools: [WEATHER],
      store: false,
      include: ['reasoning.encrypted_content' as const],
      reasoning: { effort: 'low' as const, summary: 'auto' as const },
    }
    const question = { role: 'user' as const, content: 'Weather in Paris?' }
    const first = await client.responses.create({ ...ask, input: [question] })
    expect(first.output).toMatchObject([
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Let me see.' }] },
      { type: 'function_call', call_id: 't1', arguments: '{"city":"Paris"}' },
    ])
    const result = { type: 'function_call_output' as const, call_id: 't1', output: 'sunny' }
    // What Codex keeps of a thought is its summary and what is sealed.
    const earlier = first.output as OpenAI.Responses.ResponseInputItem[]
    await client.responses.create({ ...ask, input: [question, ...earlier, result] })
    expect(messages()).toEqual([
      said('Weather in Paris?'),
      { role: 'assistant', content: [{ reasoningContent: thought }, call] },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 't1', content: [{ text: 'sunny' }], status: 'success' } },
        ],
      },
    ])
  })

  it('goes on from a response that is kept', async () => {
    bedrock.fake.script({ body: textReply('Hello Bob.') })
    bedrock.fake.script({ body: textReply('Bob.') })
    const first = await client.responses.create({ model, input: 'I am Bob.' })
    const next = await client.responses.create({
      model,
      input: 'Who am I?',
      previous_response_id: first.id,
    })
    expect(next.previous_response_id).toBe(first.id)
    expect(messages()).toEqual([said('I am Bob.'), answered('Hello Bob.'), said('Who am I?')])
  })

  it('puts items in the place of references', async () => {
    bedrock.fake.script({ body: textReply('Hello Bob.') })
    const first = await client.responses.create({ model, input: 'I am Bob.' })
    await client.responses.create({
      model,
      input: [
        { type: 'item_reference', id: first.output[0]!.id! },
        { role: 'user', content: 'Who am I?' },
      ],
      store: false,
    })
    expect(messages()).toMatchObject([{ role: 'user' }, answered('Hello Bob.'), said('Who am I?')])
  })

  it('throws the SDK’s own errors', async () => {
    const unknown = client.responses.create({ model, input: 'Hi', previous_response_id: 'resp_x' })
    await expect(unknown).rejects.toMatchObject({
      status: 400,
      code: 'previous_response_not_found',
      param: 'previous_response_id',
    })
    bedrock.fake.script({ status: 429, errorType: 'ThrottlingException', body: {} })
    const throttled = client.responses.create({ model, input: 'Hi' })
    await expect(throttled).rejects.toThrow(OpenAI.RateLimitError)
  })
})

describe('responses.stream()', () => {
  it('gathers text as it comes', async () => {
    bedrock.fake.script({ frames: textFrames(['Hello', ' there', '.']), cutEvery: 31 })
    const stream = client.responses.stream({ model, input: 'Hi' })
    const heard: string[] = []
    stream.on('response.output_text.delta', ({ delta }) => heard.push(delta))
    const response = await stream.finalResponse()
    expect(response.output_text).toBe('Hello there.')
    expect(heard).toEqual(['Hello', ' there', '.'])
    const kept = await client.responses.retrieve(response.id)
    expect(kept.output).toEqual(plain(response.output))
  })

  it('gathers the arguments of calls', async () => {
    bedrock.fake.script({ frames: toolCallFrames('t1', 'get_weather', ['{"city":', '"Rome"}']) })
    const stream = client.responses.stream({ model, input: 'Rome?', tools: [WEATHER] })
    const { output } = await stream.finalResponse()
    expect(output).toMatchObject([
      { type: 'function_call', name: 'get_weather', parsed_arguments: { city: 'Rome' } },
    ])
  })

  it('tells of a stream that broke off, and keeps what there was', async () => {
    bedrock.fake.script({
      frames: [
        ...textFrames(['Hel']).slice(0, 2),
        { exception: 'throttlingException', payload: { message: 'slow down' } },
      ],
    })
    const stream = await client.responses.create({ model, input: 'Hi', stream: true })
    const events: OpenAI.Responses.ResponseStreamEvent[] = []
    for await (const event of stream) events.push(event)
    expect(events.map(({ type }) => type).slice(-3)).toEqual([
      'response.output_text.delta',
      'error',
      'response.failed',
    ])
    const failed = events.at(-1) as OpenAI.Responses.ResponseFailedEvent
    expect(failed.response).toMatchObject({
      status: 'failed',
      error: { code: 'rate_limit_exceeded', message: expect.stringContaining('slow down') },
    })
    await expect
      .poll(() => client.responses.retrieve(failed.response.id))
      .toMatchObject({ status: 'failed', output_text: 'Hel' })
  })

  it('keeps what there was when its reader leaves, and stops the model', async () => {
    bedrock.fake.script({ frames: textFrames(Array(50).fill('more ')), stallAfter: 3 })
    const stream = await client.responses.create({ model, input: 'Hi', stream: true })
    let id = ''
    for await (const event of stream) {
      if (event.type === 'response.created') id = event.response.id
      if (event.type === 'response.output_text.delta') break
    }
    await bedrock.fake.waitForAbort()
    await expect
      .poll(() => client.responses.retrieve(id).catch(() => undefined))
      .toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'caller_left' } })
  })
})

/** Without what the SDK adds. */
const plain = (output: unknown) =>
  JSON.parse(JSON.stringify(output, (key, value) => (key === 'parsed' ? undefined : value)))

describe('responses.parse()', () => {
  it('reads an answer of the form that was asked for', async () => {
    const City = z.object({ city: z.string() })
    bedrock.fake.script({ body: textReply('{"city":"Paris"}') })
    const response = await client.responses.parse({
      model,
      input: 'What is the capital of France?',
      text: { format: zodTextFormat(City, 'city') },
    })
    expect(response.output_parsed).toEqual({ city: 'Paris' })
  })
})

function firstText(item: object): unknown {
  return 'content' in item && Array.isArray(item.content) ? item.content[0]?.text : undefined
}

describe('what is kept of a response', () => {
  it('is listed page by page, counted, and deleted', async () => {
    bedrock.fake.script({ body: textReply('One.') })
    const first = await client.responses.create({ model, input: 'First' })
    const second = await client.responses.create({
      model,
      input: [{ role: 'user', content: 'Second' }],
      previous_response_id: first.id,
    })
    const texts: unknown[] = []
    const items = client.responses.inputItems.list(second.id, { order: 'asc', limit: 2 })
    for await (const item of items) texts.push(firstText(item))
    expect(texts).toEqual(['First', 'One.', 'Second'])

    await client.responses.delete(first.id)
    await expect(client.responses.retrieve(first.id)).rejects.toThrow(OpenAI.NotFoundError)
    await expect(client.responses.inputItems.list(first.id)).rejects.toThrow(OpenAI.NotFoundError)
  })

  it('is streamed again from any event', async () => {
    bedrock.fake.script({ body: textReply('One.') })
    const { id } = await client.responses.create({ model, input: 'Hi' })
    const stream = await client.responses.retrieve(id, { stream: true, starting_after: 4 })
    const events: [string, number][] = []
    for await (const { type, sequence_number } of stream) events.push([type, sequence_number])
    expect(events).toEqual([
      ['response.output_text.done', 5],
      ['response.content_part.done', 6],
      ['response.output_item.done', 7],
      ['response.completed', 8],
    ])
  })

  it('tells how it ended to whoever heard more events when it was made', async () => {
    bedrock.fake.script({ body: textReply('One.') })
    const { id } = await client.responses.create({ model, input: 'Hi' })
    const stream = await client.responses.retrieve(id, { stream: true, starting_after: 70 })
    const events: string[] = []
    for await (const { type } of stream) events.push(type)
    expect(events).toEqual(['response.completed'])
  })

  it('is nothing where it was not to be kept', async () => {
    bedrock.fake.script({ body: textReply('One.') })
    const { id } = await client.responses.create({ model, input: 'Hi', store: false })
    await expect(client.responses.retrieve(id)).rejects.toThrow(OpenAI.NotFoundError)
  })
})

describe('compact() and inputTokens', () => {
  it('puts a summary in the place of what was said', async () => {
    bedrock.fake.script({ body: textReply('They said hello.') })
    const input = [
      { role: 'user' as const, content: 'Hello' },
      { role: 'assistant' as const, content: 'Hi!' },
    ]
    const compacted = await client.responses.compact({ model: model as 'gpt-5.2', input })
    expect(compacted).toMatchObject({
      object: 'response.compaction',
      output: [{ type: 'message', role: 'user' }, { type: 'compaction' }],
      usage: { total_tokens: expect.any(Number) },
    })
    const next = compacted.output as OpenAI.Responses.ResponseInputItem[]
    await client.responses.create({ model, input: [...next, { role: 'user', content: 'Go on' }] })
    expect(JSON.stringify(messages())).toContain('They said hello.')
  })

  it('is refused where nothing was said', async () => {
    const asking = client.responses.compact({ model: model as 'gpt-5.2' })
    await expect(asking).rejects.toMatchObject({ status: 400, param: 'input' })
  })

  it('counts, or says that it has estimated', async () => {
    const { data, response } = await client.responses.inputTokens
      .count({ model, input: 'Hello', tools: [WEATHER] })
      .withResponse()
    expect(data).toMatchObject({ object: 'response.input_tokens' })
    expect(data.input_tokens).toBeGreaterThan(5)
    expect(response.headers.get('x-outcrop-token-count')).toBe('estimate')
  })
})
