import { describe, expect, it } from 'vitest'
import { toolRequest } from '../../../app/routes/mcp/tool-request.ts'
import { toolResult } from '../../../app/routes/mcp/tool-result.ts'
import { stagedTools } from './stage.ts'

const { book } = stagedTools()

const outside = new Request('https://gateway.test/mcp', {
  headers: {
    authorization: 'Bearer secret',
    'x-amzn-bedrock-service-tier': 'flex',
    'anthropic-version': '2023-06-01',
  },
})

async function requested(name: string, args: object) {
  const request = toolRequest(book.find(name)!, { ...args }, outside)
  return {
    asked: `${request.method} ${request.url.slice('https://gateway.test'.length)}`,
    body: request.method === 'POST' ? await request.text() : '',
    headers: Object.fromEntries(request.headers),
  }
}

describe('the request of a tool call', () => {
  it('puts arguments where they belong', async () => {
    expect((await requested('openai_model_get', { model: 'amazon.nova-lite-v1:0' })).asked).toBe(
      'GET /v1/models/amazon.nova-lite-v1%3A0',
    )
    const listing = { limit: 2, order: 'asc', metadata: { topic: 'a b' }, unknown: 1 }
    expect((await requested('openai_chat_completion_list', listing)).asked).toBe(
      'GET /v1/chat/completions?limit=2&order=asc&metadata%5Btopic%5D=a+b',
    )
    const ids = { ids: ['file_1', 'file_2'] }
    expect((await requested('anthropic_file_list', ids)).asked).toBe(
      'GET /anthropic/v1/files?ids%5B%5D=file_1&ids%5B%5D=file_2',
    )
    const talk = { modelId: 'm', messages: [], stream: true }
    expect(await requested('bedrock_converse', talk)).toMatchObject({
      asked: 'POST /model/m/converse',
      body: '{"messages":[]}',
    })
  })

  it('asks for a page of the models, unless it says of how many', async () => {
    const search = async (args: object) => (await requested('outcrop_search_models', args)).asked
    expect(await search({})).toBe('GET /search_models?limit=20')
    expect(await search({ limit: 3, offset: 20 })).toBe('GET /search_models?limit=3&offset=20')
  })

  it('asks for a whole answer whatever the model writes', async () => {
    const { body } = await requested('openai_chat_completion', { model: 'm', stream: true })
    expect(JSON.parse(body)).toEqual({ model: 'm' })
  })

  it("passes on Bedrock's settings, and none of the headers that say who calls", async () => {
    expect((await requested('openai_model_list', {})).headers).toEqual({
      accept: 'application/json',
      'content-type': 'application/json',
      'x-amzn-bedrock-service-tier': 'flex',
    })
  })

  it.each(['..', '.', '%2e%2E', '', undefined, {}])(
    'refuses %s for a part of the path',
    (value) => {
      const tool = book.find('openai_file_content')!
      expect(() => toolRequest(tool, { file_id: value }, outside)).toThrow(/`file_id`/)
    },
  )
})

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const WAVE = btoa('RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0')

const result = (answer: Response) => toolResult(answer, '/v1/files/a/content', { mostBytes: 100 })

describe('the result of a tool call', () => {
  it('tells of a page that there are others', async () => {
    const headers = { 'x-total-count': '130' }
    expect(await result(Response.json(['a', 'b'], { headers }))).toEqual({
      content: [
        { type: 'text', text: '2 of 130; `offset`, `limit` and the filters lead to others.' },
        { type: 'text', text: '["a","b"]' },
      ],
      structuredContent: { data: ['a', 'b'], total: 130 },
    })
  })

  it.each([
    [
      'chat completions',
      { choices: [{ message: { content: 'One.' } }, { message: { content: 'Two.' } }] },
      ['One.', 'Two.'],
    ],
    ['completions', { choices: [{ text: 'Words.' }] }, ['Words.']],
    [
      'responses',
      {
        object: 'response',
        output: [
          { type: 'reasoning', summary: [] },
          { type: 'message', content: [{ type: 'output_text', text: 'Words.' }] },
        ],
      },
      ['Words.'],
    ],
    [
      'messages',
      {
        type: 'message',
        content: [
          { type: 'thinking', thinking: 'Hm.' },
          { type: 'text', text: 'Words.' },
        ],
      },
      ['Words.'],
    ],
    [
      'Converse',
      {
        output: {
          message: {
            content: [{ reasoningContent: { reasoningText: { text: 'Hm.' } } }, { text: 'Words.' }],
          },
        },
      },
      ['Words.'],
    ],
    ['Titan Text', { results: [{ outputText: 'Words.' }] }, ['Words.']],
    ['transcriptions', { text: 'Words.', usage: {} }, ['Words.']],
  ])('shows the words of %s as text', async (_, answer, texts) => {
    expect(await result(Response.json(answer))).toEqual({
      content: texts.map((text) => ({ type: 'text', text })),
      structuredContent: answer,
    })
  })

  it('shows all of an answer that holds more than words', async () => {
    const calls = { choices: [{ message: { content: 'Wait.', tool_calls: [{ id: 'a' }] } }] }
    expect((await result(Response.json(calls))).content).toEqual([
      { type: 'text', text: 'Wait.' },
      { type: 'text', text: JSON.stringify(calls) },
    ])
    const list = [{ id: 'a' }]
    expect(await result(Response.json(list))).toEqual({
      content: [{ type: 'text', text: '[{"id":"a"}]' }],
      structuredContent: { data: list },
    })
  })

  it('shows pictures and sound once, as what they are', async () => {
    const images = { created: 1, data: [{ b64_json: PIXEL, revised_prompt: 'A dot.' }] }
    const rest = { created: 1, data: [{ revised_prompt: 'A dot.' }] }
    expect(await result(Response.json(images))).toEqual({
      content: [{ type: 'image', data: PIXEL, mimeType: 'image/png' }],
      structuredContent: rest,
    })
    const spoken = {
      choices: [{ message: { content: null, audio: { id: 'a', data: WAVE, transcript: 'Hi.' } } }],
    }
    expect((await result(Response.json(spoken))).content).toEqual([
      { type: 'text', text: 'Hi.' },
      { type: 'audio', data: WAVE, mimeType: expect.stringMatching(/^audio\/.*wav/) },
    ])
  })

  it('hands over what is no JSON as its kind', async () => {
    const sent = (bytes: string, type: string) =>
      new Response(bytes, { headers: { 'content-type': type } })
    expect((await result(sent('ID3', 'audio/mpeg'))).content).toEqual([
      { type: 'audio', data: btoa('ID3'), mimeType: 'audio/mpeg' },
    ])
    expect((await result(sent('{"a":1}\n', 'application/jsonl'))).content).toEqual([
      { type: 'text', text: '{"a":1}\n' },
    ])
    const headers = { 'content-type': 'application/json', 'content-disposition': 'attachment' }
    for (const file of ['{broken', '{"choices":[{"message":{"content":"Hi"}}]}']) {
      expect(await result(new Response(file, { headers }))).toEqual({
        content: [{ type: 'text', text: file }],
      })
    }
    await expect(result(new Response('"long"'.repeat(20), { headers }))).rejects.toMatchObject({
      code: 'too-large',
    })
    expect((await result(sent('%PDF', 'application/pdf'))).content).toEqual([
      {
        type: 'resource',
        resource: {
          uri: 'outcrop:/v1/files/a/content',
          mimeType: 'application/pdf',
          blob: btoa('%PDF'),
        },
      },
    ])
    await expect(result(sent('x'.repeat(101), 'application/pdf'))).rejects.toThrow(
      /MCP_MAX_CONTENT_BYTES/,
    )
  })

  it.each([
    [{ error: { message: 'No such model.', code: 'model_not_found' } }, 'No such model.'],
    [{ type: 'error', error: { type: 'x', message: 'Not so.' } }, 'Not so.'],
    [{ message: 'Denied.' }, 'Denied.'],
  ])('tells an error in the words of its dialect', async (body, message) => {
    expect(await result(Response.json(body, { status: 404 }))).toEqual({
      isError: true,
      content: [{ type: 'text', text: message }],
      structuredContent: body,
    })
    const later = Response.json(body, { status: 429, headers: { 'retry-after': '7' } })
    expect((await result(later)).content).toEqual([
      { type: 'text', text: `${message} (Retry after 7 s.)` },
    ])
  })
})
