import { describe, expect, it } from 'vitest'
import { collect } from '../../../app/conversation/collect.ts'
import type { Conversation } from '../../../app/conversation/conversation.ts'
import { openaiResponses } from '../../../app/dialects/openai-responses/index.ts'
import { responseRequest } from '../../../app/dialects/openai-responses/wire.ts'
import type { ModelCard } from '../../../app/ports/models.ts'
import { plainCard } from '../../fakes/plain-card.ts'
import { type Recording, recordings, sharedRoot } from '../../fakes/shared.ts'

const { server, client } = openaiResponses
type Json = Record<string, unknown>

const card = (id: string): ModelCard => plainCard({ id })

const asked = (members: Partial<Conversation>): Conversation => ({
  model: 'm',
  system: [],
  turns: [],
  tools: [],
  settings: {},
  stream: false,
  ...members,
})

const sse = (...events: Json[]) =>
  new TextEncoder().encode(
    events.map((event) => `event: ${event['type']}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
  )

function decoded(bytes: Uint8Array, size = bytes.length) {
  const decoder = client.replyDecoder()
  const collector = collect()
  for (let at = 0; at < bytes.length; at += size) {
    collector.add(decoder.read(bytes.subarray(at, at + size)))
  }
  collector.add(decoder.end())
  return collector.reply()
}

describe('a request', () => {
  it('says in items what was said, thought, called and answered', () => {
    const sealed = client.decodeReply({
      output: [
        { type: 'reasoning', id: 'rs_1', summary: [{ text: 'hm' }], encrypted_content: 'E' },
      ],
    }).parts[0]!
    const { body, ignored } = client.encodeRequest(
      asked({
        dialectOnly: ['container'],
        system: [{ type: 'text', text: 'Be kind.' }],
        turns: [
          {
            role: 'user',
            parts: [
              { type: 'text', text: 'Look' },
              { type: 'image', source: { kind: 'base64', data: 'QUJD' }, mediaType: 'image/png' },
            ],
          },
          {
            role: 'assistant',
            parts: [
              sealed,
              { type: 'reasoning', text: 'x', signature: 'of another' },
              { type: 'text', text: 'I call.' },
              { type: 'tool-call', id: 'c', name: 'my.tool', arguments: '{}' },
            ],
          },
          {
            role: 'user',
            parts: [
              { type: 'tool-result', callId: 'c', content: [{ type: 'text', text: 'done' }] },
            ],
          },
        ],
        tools: [{ type: 'function', name: 'my.tool', schema: { type: 'object' } }],
        toolChoice: { type: 'tool', name: 'my.tool' },
        settings: {
          maxTokens: 5,
          temperature: 0,
          topK: 3,
          stop: ['x'],
          verbosity: 'low',
          promptCache: { key: 'k' },
        },
        output: { type: 'json-schema', schema: { type: 'object' }, strict: true },
        reasoning: { budget: 9000, param: 'thinking', display: 'summarized' },
        webSearch: { contextSize: 'low' },
        stream: true,
      }),
      card('gpt-x'),
    )
    expect(body).toEqual({
      model: 'gpt-x',
      instructions: 'Be kind.',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'Look' },
            { type: 'input_image', image_url: 'data:image/png;base64,QUJD', detail: 'auto' },
          ],
        },
        { type: 'reasoning', id: 'rs_1', summary: [{ text: 'hm' }], encrypted_content: 'E' },
        {
          type: 'message',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'I call.', annotations: [] }],
        },
        { type: 'function_call', call_id: 'c', name: 'my_tool', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output: 'done' },
      ],
      tools: [
        { type: 'function', name: 'my_tool', parameters: { type: 'object' }, strict: false },
        { type: 'web_search', search_context_size: 'low' },
      ],
      tool_choice: { type: 'function', name: 'my_tool' },
      max_output_tokens: 16,
      temperature: 0,
      prompt_cache_key: 'k',
      text: {
        format: { type: 'json_schema', name: 'answer', schema: { type: 'object' }, strict: true },
        verbosity: 'low',
      },
      reasoning: { effort: 'medium', summary: 'auto' },
      store: false,
      include: ['reasoning.encrypted_content'],
      stream: true,
    })
    expect(ignored).toEqual(['container', 'thought', 'topK', 'stop'])
  })

  it('names what only another dialect knows, in results as well', () => {
    const odd = (type: string) => ({ type: 'native' as const, dialect: 'other', value: { type } })
    const { ignored } = client.encodeRequest(
      asked({
        turns: [
          {
            role: 'user',
            parts: [odd('block'), { type: 'tool-result', callId: 'c', content: [odd('piece')] }],
          },
        ],
      }),
      card('gpt-x'),
    )
    expect(ignored).toEqual(['block', 'piece'])
  })
})

describe('a stream', () => {
  const begun = { type: 'response.created', response: { id: 'resp_1', model: 'real' } }

  it('is the same as the whole answer, cut anywhere', () => {
    const citation = {
      type: 'url_citation',
      url: 'https://a.example/',
      title: 'A',
      start_index: 0,
      end_index: 2,
    }
    const thought = {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'hm' }],
      encrypted_content: 'E',
    }
    const message = {
      type: 'message',
      content: [{ type: 'output_text', text: 'Hi', annotations: [citation] }],
    }
    const call = {
      type: 'function_call',
      id: 'fc_1',
      call_id: 'call_0',
      name: 'f',
      arguments: '{"a":1}',
    }
    const response = {
      id: 'resp_1',
      model: 'real',
      status: 'completed',
      output: [thought, message, call],
      service_tier: 'default',
      usage: {
        input_tokens: 9,
        output_tokens: 4,
        input_tokens_details: { cached_tokens: 2 },
        output_tokens_details: { reasoning_tokens: 1 },
      },
    }
    const bytes = sse(
      begun,
      { type: 'response.output_item.added', output_index: 0, item: { type: 'reasoning' } },
      { type: 'response.reasoning_summary_text.delta', output_index: 0, delta: 'hm' },
      { type: 'response.output_item.done', output_index: 0, item: thought },
      { type: 'response.output_item.added', output_index: 1, item: { type: 'message' } },
      { type: 'response.output_text.delta', output_index: 1, delta: 'H' },
      { type: 'response.output_text.delta', output_index: 1, delta: 'i' },
      { type: 'response.output_text.annotation.added', output_index: 1, annotation: citation },
      { type: 'response.output_item.done', output_index: 1, item: message },
      { type: 'response.output_item.added', output_index: 2, item: { ...call, arguments: '' } },
      { type: 'response.function_call_arguments.delta', output_index: 2, delta: '{"a":' },
      { type: 'response.function_call_arguments.delta', output_index: 2, delta: '1}' },
      { type: 'response.output_item.done', output_index: 2, item: call },
      { type: 'response.completed', response },
    )
    const whole = client.decodeReply(response)
    expect(whole).toMatchObject({
      parts: [
        { type: 'reasoning', text: 'hm' },
        { text: 'Hi' },
        { id: 'call_0_resp_1', name: 'f' },
      ],
      end: { reason: 'tool-use', usage: { input: 7, output: 4, cacheRead: 2, reasoning: 1 } },
    })
    for (const size of [1, 7, bytes.length]) expect(decoded(bytes, size)).toEqual(whole)
  })

  it.each([
    [
      'response.incomplete',
      { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
      'max-tokens',
    ],
    [
      'response.incomplete',
      { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
      'content-filter',
    ],
  ])('may end early: %s %j', (type, response, reason) => {
    expect(decoded(sse(begun, { type, response })).end.reason).toBe(reason)
  })

  it('refuses, and fails, as it is told', () => {
    const refused = sse(
      begun,
      { type: 'response.refusal.delta', output_index: 0, delta: 'No.' },
      { type: 'response.output_item.done', output_index: 0, item: { type: 'message' } },
      { type: 'response.completed', response: { status: 'completed' } },
    )
    expect(decoded(refused).parts).toEqual([{ type: 'refusal', text: 'No.' }])
    const failures: [Uint8Array, string][] = [
      [sse(begun), 'stream-incomplete'],
      [
        sse(begun, {
          type: 'response.failed',
          response: { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'slow' } },
        }),
        'rate-limit',
      ],
      [sse(begun, { type: 'error', code: 'server_error', message: 'x' }), 'upstream'],
    ]
    for (const [bytes, code] of failures) {
      expect(() => decoded(bytes)).toThrow(expect.objectContaining({ code }))
    }
  })
})

const mantle = recordings('aws/Mantle.responses')
const named = (all: Recording[]) => all.map((one) => [one.file, one] as const)

/** Without what we always add, and what items lose: nulls, and names and states that nobody asks for again. */
function normal({ stream, include: _, store: __, tools, ...rest }: Json): unknown {
  const bare = (tool: Json) =>
    Object.fromEntries(Object.entries(tool).filter(([, value]) => value !== null))
  const items = (rest['input'] as Json[]).map((item) => {
    if (item['type'] === 'reasoning') return item
    const { id: _id, status: _status, phase: _phase, ...left } = item
    return left
  })
  return {
    ...rest,
    input: items,
    ...(tools !== undefined && { tools: (tools as Json[]).map(bare) }),
    ...(stream === true && { stream }),
  }
}

describe.skipIf(!sharedRoot())('what Bedrock’s own endpoint was recorded to say', () => {
  it.each(named(mantle))('asks as it was asked: %s', (_, { request }) => {
    const body = request.body as Json
    const conversation = server.decodeRequest(responseRequest.parse(body))
    const { body: again, ignored } = client.encodeRequest(conversation, card(String(body['model'])))
    expect(normal(again as Json)).toEqual(normal(body))
    expect(ignored).toEqual([])
  })

  const streams = mantle.filter(({ response }) => response.bodyText)
  it.each(named(streams))('streams the answer it ends with: %s', (_, { response }) => {
    const bytes = new TextEncoder().encode(response.bodyText)
    const last = response
      .bodyText!.split('\n')
      .findLast((line) => line.startsWith('data: {"response"'))!
    const whole = client.decodeReply((JSON.parse(last.slice('data: '.length)) as Json)['response'])
    for (const size of [1, 61, bytes.length]) expect(decoded(bytes, size)).toEqual(whole)
  })

  const wholes = mantle.filter(({ response }) => response.body)
  it.each(named(wholes))('answers: %s', (_, { response }) => {
    const reply = client.decodeReply(response.body)
    const { output } = response.body as { output: Json[] }
    const kinds = output.map(
      ({ type }) =>
        ({ message: 'text', function_call: 'tool-call', reasoning: 'reasoning' })[String(type)],
    )
    expect(reply.parts.map(({ type }) => type)).toEqual(kinds)
    expect(reply.end.usage.output).toBeGreaterThan(0)
  })
})
