import { describe, expect, it } from 'vitest'
import { collect } from '../../../app/conversation/collect.ts'
import type { Conversation } from '../../../app/conversation/conversation.ts'
import type { ReplyEvent } from '../../../app/conversation/events.ts'
import type { Undo } from '../../../app/dialects/dialect.ts'
import { openaiChat } from '../../../app/dialects/openai-chat/index.ts'
import { decodeError } from '../../../app/dialects/openai-refusal.ts'
import { GatewayError } from '../../../app/errors.ts'
import type { ModelCard, ModelTraits } from '../../../app/ports/models.ts'
import { plainCard } from '../../fakes/plain-card.ts'
import { heard } from './conversations.ts'
import { bytes } from './sse-text.ts'

const { client } = openaiChat

function card(traits: ModelTraits = {}): ModelCard {
  return plainCard({ id: 'upstream-model', traits })
}

/** A conversation that was heard in another dialect. */
function foreign(members: Partial<Conversation>): Conversation {
  return { model: 'm', system: [], turns: [], tools: [], settings: {}, stream: false, ...members }
}

describe('a request from another dialect', () => {
  it('puts results before what is said with them, and their pictures behind', () => {
    const conversation = foreign({
      system: [
        { type: 'text', text: 'Be kind.' },
        { type: 'cache-point', ttl: '1h' },
        { type: 'text', text: 'Be brief.' },
      ],
      turns: [
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', text: 'secret', signature: 's' },
            { type: 'tool-call', id: 'a', name: 'my.tool', arguments: '{}' },
            { type: 'tool-call', id: 's', name: 'search', arguments: '{}', server: 'x' },
          ],
        },
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'and?' },
            {
              type: 'tool-result',
              callId: 'a',
              content: [{ type: 'image', source: { kind: 'url', url: 'https://a.example/x' } }],
            },
            { type: 'tool-result', callId: 'b', content: [{ type: 'text', text: 'done' }] },
          ],
        },
      ],
      tools: [{ type: 'function', name: 'my.tool', schema: { type: 'object' } }],
      toolChoice: { type: 'tool', name: 'my.tool' },
    })
    expect(
      client.encodeRequest(
        conversation,
        card({ cachePoints: { max: 4, ttls: ['1h'], tools: true } }),
      ),
    ).toEqual({
      body: {
        model: 'upstream-model',
        messages: [
          {
            role: 'system',
            content: [
              { type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral', ttl: '1h' } },
              { type: 'text', text: 'Be brief.' },
            ],
          },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              { id: 'a', type: 'function', function: { name: 'my_tool', arguments: '{}' } },
            ],
          },
          {
            role: 'tool',
            tool_call_id: 'a',
            content: 'The result is attached to the next message.',
          },
          { role: 'tool', tool_call_id: 'b', content: 'done' },
          {
            role: 'user',
            content: [
              { type: 'image_url', image_url: { url: 'https://a.example/x' } },
              { type: 'text', text: 'and?' },
            ],
          },
        ],
        tools: [
          { type: 'function', function: { name: 'my_tool', parameters: { type: 'object' } } },
        ],
        tool_choice: { type: 'function', function: { name: 'my_tool' } },
      },
      ignored: ['thought'],
      undo: { toolNames: new Map([['my_tool', 'my.tool']]) },
    })
  })

  it('names what it cannot say', () => {
    const conversation = foreign({
      turns: [
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'hi' },
            { type: 'native', dialect: 'other', value: { type: 'container_upload' } },
          ],
        },
      ],
      settings: { topK: 5, latency: 'optimized', temperature: 1, maxTokens: 9 },
      reasoning: { enabled: true, param: 'thinking' },
      guardrail: { id: 'g', version: '1' },
      extraFields: { odd: 1 },
      dialectOnly: ['container'],
    })
    const traits = {
      unsupported: ['topK'],
      extraFields: false,
      nativeSettings: { maxTokens: 'max_tokens' },
    }
    expect(client.encodeRequest(conversation, card(traits))).toEqual({
      body: {
        model: 'upstream-model',
        messages: [{ role: 'user', content: 'hi' }],
        temperature: 1,
        max_tokens: 9,
      },
      ignored: ['container', 'container_upload', 'topK', 'latency', 'thinking', 'guardrail', 'odd'],
    })
  })

  it('leaves out of results what only another dialect knows, and promises nothing in its place', () => {
    const content = [{ type: 'native' as const, dialect: 'other', value: { type: 'odd' } }]
    const { body, ignored } = client.encodeRequest(
      foreign({
        turns: [
          {
            role: 'assistant',
            parts: [{ type: 'tool-call', id: 'a', name: 'f', arguments: '{}' }],
          },
          { role: 'user', parts: [{ type: 'tool-result', callId: 'a', content }] },
        ],
      }),
      card(),
    )
    expect([(body as { messages: object[] }).messages[1], ignored]).toEqual([
      { role: 'tool', tool_call_id: 'a', content: '' },
      ['odd'],
    ])
  })

  it.each([
    [{ budget: 1024 }, 'low'],
    [{ budget: 10_000 }, 'medium'],
    [{ budget: 50_000 }, 'high'],
    [{ effort: 'xhigh' as const }, 'xhigh'],
  ])('thinks as hard as %j means', (reasoning, effort) => {
    const { body } = client.encodeRequest(foreign({ reasoning }), card())
    expect(body).toMatchObject({ reasoning_effort: effort })
  })
})

const sse = (...frames: unknown[]) =>
  frames.map((frame) => `data: ${frame === '[DONE]' ? frame : JSON.stringify(frame)}\n\n`).join('')

const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: 'chatcmpl-9',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'real',
  choices: [{ index: 0, delta, finish_reason }],
})

function decoded(text: string, undo?: Undo) {
  const decoder = client.replyDecoder(undo)
  const collector = collect()
  const events: ReplyEvent[] = decoder.read(bytes(text))
  collector.add([...events, ...decoder.end()])
  return { reply: collector.reply(), events }
}

const finish = chunk({}, 'stop')

const picture = (url: string) => ({ type: 'image_url', image_url: { url } })
const call = (more: object) => ({ type: 'tool-call', name: 'f', ...more })

describe('an answer of another make', () => {
  it.each<[string, object, object[], object[]]>([
    [
      'with a call in the older form',
      { function_call: { name: 'f', arguments: '{"a":1}' } },
      [
        { function_call: { name: 'f', arguments: '' } },
        { function_call: { arguments: '{"a"' } },
        { function_call: { arguments: ':1}' } },
      ],
      [call({ id: 'call_chatcmpl9_0', arguments: '{"a":1}' })],
    ],
    [
      'with a call of free text',
      { tool_calls: [{ id: 'c', type: 'custom', custom: { name: 'f', input: 'a "b"' } }] },
      [
        { tool_calls: [{ index: 0, id: 'c', type: 'custom', custom: { name: 'f', input: '' } }] },
        { tool_calls: [{ index: 0, custom: { input: 'a "b' } }] },
        { tool_calls: [{ index: 0, custom: { input: '"' } }] },
      ],
      [call({ id: 'c', arguments: '{"input":"a \\"b\\""}' })],
    ],
    [
      'with pictures, of which one is nowhere',
      { images: [picture('data:image/png;base64,QUJD'), picture('https://a.example/'), {}] },
      [
        { images: [picture('data:image/png;base64,QUJD')] },
        { images: [picture('https://a.example/'), {}] },
      ],
      [
        { type: 'image', source: { kind: 'base64', data: 'QUJD' }, mediaType: 'image/png' },
        { type: 'image', source: { kind: 'url', url: 'https://a.example/' } },
      ],
    ],
    [
      'with a summary of its thoughts',
      { content: 'a', reasoning_details: [{ type: 'reasoning.summary', summary: 'Hm', index: 0 }] },
      [
        { reasoning_details: [{ type: 'reasoning.summary', summary: 'Hm', index: 0 }] },
        { content: 'a' },
      ],
      [
        { type: 'reasoning', text: 'Hm' },
        { type: 'text', text: 'a' },
      ],
    ],
  ])('%s is understood, whole and in pieces', (_, message, deltas, parts) => {
    const whole = { id: 'chatcmpl-9', choices: [{ message, finish_reason: 'stop' }] }
    expect(client.decodeReply(whole).parts).toEqual(parts)
    const frames = deltas.map((delta) => chunk(delta))
    expect(decoded(sse(...frames, finish, '[DONE]')).reply.parts).toEqual(parts)
  })
})

it('refers an upstream to its own recordings by their ids alone', () => {
  const asked = (audio: object) => {
    const spoken = { role: 'assistant', content: null, audio }
    const { body } = client.encodeRequest(heard({ messages: [spoken] }), card())
    return (body as { messages: object[] }).messages
  }
  const recording = { data: 'QUJD', transcript: 'Hi.', expires_at: 5 }
  expect(asked({ id: 'audio_1', ...recording })).toEqual([
    { role: 'assistant', content: null, audio: { id: 'audio_1' } },
  ])
  expect(asked({ id: 'audio_chatcmpl-1', ...recording })).toEqual([
    { role: 'assistant', content: 'Hi.' },
  ])
})

describe('an upstream’s stream', () => {
  it('is thought, text and calls, each closed where the next begins', () => {
    const text = sse(
      chunk({ role: 'assistant', content: '' }),
      chunk({ reasoning_content: 'h' }),
      chunk({ reasoning_content: 'm' }),
      chunk({ content: 'Hi' }),
      chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'my_tool', arguments: '' } }] }),
      chunk({ tool_calls: [{ index: 1, id: 'b', function: { name: 'g', arguments: '{"y"' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] }),
      chunk({ tool_calls: [{ index: 1, function: { arguments: ':1}' } }] }),
      chunk({}, 'tool_calls'),
      { ...chunk({}), choices: [], usage: { prompt_tokens: 5, completion_tokens: 2 } },
      '[DONE]',
    )
    const undo = { toolNames: new Map([['my_tool', 'my.tool']]) }
    // What has to be undone cannot go on as it came.
    expect(client.replyDecoder(undo).read(bytes(text)).verbatim).toBeUndefined()
    expect(client.replyDecoder().read(bytes(text)).verbatim).toBeDefined()
    const { reply, events } = decoded(text, undo)
    expect(reply).toEqual({
      id: 'chatcmpl-9',
      model: 'real',
      parts: [
        { type: 'reasoning', text: 'hm' },
        { type: 'text', text: 'Hi' },
        { type: 'tool-call', id: 'a', name: 'my.tool', arguments: '{}' },
        { type: 'tool-call', id: 'b', name: 'g', arguments: '{"y":1}' },
      ],
      end: {
        reason: 'tool-use',
        usage: { input: 5, output: 2 },
        extras: { 'openai-chat': { usage: { prompt_tokens: 5, completion_tokens: 2 } } },
      },
    })
    expect(
      events.map((event) => ('index' in event ? `${event.type} ${event.index}` : event.type)),
    ).toEqual([
      'reply-start',
      'part-start 0',
      'part-delta 0',
      'part-delta 0',
      'part-end 0',
      'part-start 1',
      'part-delta 1',
      'part-end 1',
      'part-start 2',
      'part-start 3',
      'part-delta 3',
      'part-delta 2',
      'part-delta 3',
      'part-end 2',
      'part-end 3',
      'reply-end',
    ])
  })

  it('may leave out ids, indexes, names at first, usage and DONE', () => {
    const text = sse(
      chunk({ tool_calls: [{ function: { arguments: '{"a"' } }] }),
      chunk({ tool_calls: [{ function: { name: 'f', arguments: ':1}' } }] }),
      chunk({ tool_calls: [{ id: 'x', function: { name: 'g' } }] }),
      finish,
    )
    expect(decoded(text).reply).toMatchObject({
      parts: [
        { id: 'call_chatcmpl9_0', name: 'f', arguments: '{"a":1}' },
        { id: 'x', name: 'g', arguments: '{}' },
      ],
      end: { reason: 'tool-use', usage: { input: 0, output: 0, estimated: true } },
    })
  })

  it('carries signed thoughts, logprobs, refusals, citations and custom calls', () => {
    const logprobs = { content: [{ token: 'a', logprob: -1, bytes: null, top_logprobs: [] }] }
    const [choice] = chunk({ content: 'a' }).choices
    const url_citation = { url: 'https://a.example/', title: 'A', start_index: 0, end_index: 1 }
    const text = sse(
      chunk({ reasoning: 'h' }),
      chunk({ reasoning_details: [{ type: 'reasoning.text', text: 'h', signature: 's' }] }),
      chunk({ reasoning_details: [{ type: 'reasoning.encrypted', data: 'QUJD' }] }),
      { ...chunk({}), choices: [{ ...choice, logprobs }] },
      chunk({ annotations: [{ type: 'url_citation', url_citation }] }),
      chunk({ refusal: 'N' }),
      chunk({ refusal: 'o' }),
      chunk({
        tool_calls: [{ index: 0, id: 'q', type: 'custom', custom: { name: 'sql', input: '' } }],
      }),
      chunk({ tool_calls: [{ index: 0, custom: { input: 'a"b' } }] }),
      finish,
    )
    expect(decoded(text).reply.parts).toEqual([
      { type: 'reasoning', text: 'h', signature: 's' },
      { type: 'reasoning', text: '', redacted: 'QUJD' },
      {
        type: 'text',
        text: 'a',
        citations: [
          { url: 'https://a.example/', title: 'A', location: { start_index: 0, end_index: 1 } },
        ],
      },
      { type: 'native', dialect: 'openai-chat', value: { logprobs } },
      { type: 'tool-call', id: 'q', name: 'sql', arguments: '{"input":"a\\"b"}' },
      { type: 'refusal', text: 'No' },
    ])
  })

  it.each([
    ['without a reason to end', sse(chunk({ content: 'a' })), 'stream-incomplete'],
    ['that only says DONE', sse(chunk({ content: 'a' }), '[DONE]'), 'stream-incomplete'],
    ['with an error in it', sse({ error: { message: 'x', type: 'server_error' } }), 'upstream'],
    ['of damaged frames', 'data: {"a\n\n', 'upstream'],
  ])('%s fails (T5)', (_, text, code) => {
    expect(() => decoded(text)).toThrow(expect.objectContaining({ code }))
  })
})

describe('an upstream’s whole reply', () => {
  it('keeps what only this dialect understands', () => {
    const logprobs = { content: [], refusal: null }
    const audio = { id: 'audio_1', data: 'QUJD', transcript: 'hi', expires_at: 5 }
    const body = {
      id: 'x',
      object: 'chat.completion',
      created: 1,
      model: 'real',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: null, refusal: null, annotations: [], audio },
          logprobs,
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
      system_fingerprint: 'fp',
    }
    const reply = client.decodeReply(body)
    const head = { id: 'x', created: 1, model: 'real' }
    expect(openaiChat.server.encodeReply([reply], heard(), head)).toEqual(body)
  })

  it('without an answer is a failure', () => {
    expect(() => client.decodeReply({ choices: [] })).toThrow(GatewayError)
    expect(() => client.decodeReply(null)).toThrow(GatewayError)
    const error = { message: 'late', code: 'rate_limit_exceeded' }
    expect(() => client.decodeReply({ error })).toThrow(
      expect.objectContaining({ code: 'rate-limit' }),
    )
  })
})

describe('an upstream’s refusal', () => {
  it.each([
    [400, { error: { message: 'm', param: 'p', code: 'c' } }, 'invalid-request', 'm', 'p'],
    [
      400,
      { error: { message: 'long', code: 'context_length_exceeded' } },
      'context-length-exceeded',
      'long',
    ],
    [
      401,
      { error: { message: 'bad key sk-1' } },
      'upstream',
      'The request could not be completed. Retry the request.',
    ],
    [422, { detail: [{ msg: 'x' }] }, 'invalid-request'],
    [
      429,
      { error: { message: 'org-123 limit' } },
      'rate-limit',
      'The model is busy. Retry the request later.',
    ],
    [429, { error: { code: 'insufficient_quota' } }, 'quota-exceeded'],
    [500, 'oops', 'upstream', 'The request could not be completed. Retry the request.'],
    [503, undefined, 'overloaded'],
  ] as [number, unknown, string, string?, string?][])(
    '%i %j is %s',
    (status, body, code, message, param) => {
      const error = decodeError(status, body, 3)
      expect(error).toMatchObject({ code, retryAfter: 3, ...(message && { message }) })
      expect(error.param).toBe(param)
    },
  )
})
