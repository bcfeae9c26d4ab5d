import { describe, expect, it } from 'vitest'
import { createSseReader } from '../../app/codecs/streams/sse.ts'
import { openaiChat } from '../../app/dialects/openai-chat/index.ts'
import { GatewayError } from '../../app/errors.ts'
import { openStage } from '../fuzz/stage.ts'

const stage = openStage('the embedded models')
const HELLO = [{ role: 'user', content: 'Hi' }]
const LONG = 'x'.repeat(100_000)
const ASKED = { model: 'embedded-chat', max_tokens: 9, messages: HELLO }

const post = (path: string, body: unknown) =>
  stage.ask(path, { method: 'POST', body: JSON.stringify(body) })

const converse = (block: object) =>
  post('/model/embedded-chat/converse', { messages: [{ role: 'user', content: [block] }] })

describe('what the fuzzer has found', () => {
  it('names a model in a header only by what a header can hold', async () => {
    const { status, headers } = await post('/v1/chat/completions', {
      ...ASKED,
      model: `\u{1f600}\0\r\n${'x'.repeat(5000)}`,
    })
    expect(status).toBe(200)
    expect(headers.get('x-bedrock-model')).toBe(`?????${'x'.repeat(295)}`)
  })

  it('does not send back at length what was wrong', async () => {
    const { status, text } = await post('/cohere/v1/embed', {
      model: 'embedded-embedding',
      texts: ['a'],
      truncate: LONG,
    })
    expect(status).toBe(400)
    expect(text.length).toBeLessThan(1000)
    expect(text).toContain('Supported values')
  })

  it.each([
    ['the id of a message', { id: LONG, method: 'tools/list' }],
    [
      'the id of one of several',
      [
        { id: 1, method: 'ping' },
        { id: LONG, method: 'ping' },
      ],
    ],
    ['the id of what is no message', { id: LONG, '': 1 }],
    ['a method', { id: 1, method: LONG }],
    ['a tool', { id: 1, method: 'tools/call', params: { name: LONG } }],
    ['a resource', { id: 1, method: 'resources/read', params: { uri: `outcrop://${LONG}` } }],
  ])('does not send back at length %s of MCP', async (_, asked) => {
    const messages = [asked].flat().map((one) => ({ jsonrpc: '2.0', ...one }))
    const { status, text } = await stage.ask('/mcp', {
      method: 'POST',
      body: JSON.stringify(Array.isArray(asked) ? messages : messages[0]),
      headers: { accept: 'application/json, text/event-stream' },
    })
    expect(status).toBeLessThan(500)
    expect(text).toContain('"error"')
    expect(text.length).toBeLessThan(1000)
  })

  it.each([
    ['/v1/messages/count_tokens', { ...ASKED, metadata: 'u' }, 'metadata'],
    [
      '/v1/responses/input_tokens',
      { model: 'embedded-chat', input: 'Hi', include: { a: 1 } },
      'include',
    ],
    [
      '/v1/responses/compact',
      { model: 'embedded-chat', input: 'Hi', include: { a: 1 } },
      'include',
    ],
  ])('counts no tokens of what could not be asked: %s', async (path, body, fault) => {
    const { status, text } = await post(path, body)
    expect([status, text]).toEqual([400, expect.stringContaining(fault)])
  })

  it.each([
    ['bytes that are a number', { image: { format: 'png', source: { bytes: 5 } } }, 400],
    ['bytes that are no base64', { image: { format: 'png', source: { bytes: '__proto__' } } }, 400],
    [
      'a document of such',
      { document: { format: 'txt', name: 'a', source: { bytes: '@@@@' } } },
      400,
    ],
    ['a place that is none', { image: { format: 'png', source: { s3Location: { uri: 5 } } } }, 400],
    [
      'a format every object knows',
      { image: { format: 'constructor', source: { bytes: 'aGk=' } } },
      400,
    ],
  ])('refuses attachments of Converse: %s', async (_, block, expected) => {
    const { status } = await converse(block)
    expect(status).toBe(expected)
  })

  it('takes a tool for one of the platform only by its own name', async () => {
    const bedrock = openStage('Bedrock')
    const { status } = await bedrock.ask('/v1/chat/completions', {
      method: 'POST',
      body: JSON.stringify({
        model: 'amazon.nova-micro-v1:0',
        messages: HELLO,
        tools: [{ type: 'system', name: '__proto__' }],
      }),
    })
    expect(status).toBeLessThan(500)
  })

  it('hears a recording in a language no registry knows', async () => {
    const form = new FormData()
    form.set('model', 'embedded-chat')
    form.set('language', 'AA-a')
    form.set('file', new File([new Uint8Array(100)], 'a.wav'))
    const { status } = await stage.ask('/v1/audio/transcriptions', { method: 'POST', body: form })
    expect(status).toBeLessThan(500)
  })

  it('calls a reply that cannot be read damaged, and not a fault of ours', () => {
    const read = () => openaiChat.client.decodeReply({ choices: [{ message: { tool_calls: 5 } }] })
    expect(read).toThrow(GatewayError)
    expect(read).toThrow('damaged')
  })

  it('leaves out one byte order mark, wherever the network cuts it', () => {
    const bytes = new TextEncoder().encode('\ufeff\ufeffdata: x\n\n')
    const reader = createSseReader()
    const events = [bytes.slice(0, 1), bytes.slice(1)].flatMap((piece) => reader.read(piece))
    expect(events).toEqual([])
  })
})
