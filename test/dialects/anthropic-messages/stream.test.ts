import { describe, expect, it } from 'vitest'
import { encodeBase64 } from '../../../app/codecs/bytes/base64.ts'
import { encodeEventStreamMessage } from '../../../app/codecs/event-stream/event-stream.ts'
import type { ReplyEvent } from '../../../app/conversation/events.ts'
import {
  anthropicMessages,
  createAnthropicMessages,
} from '../../../app/dialects/anthropic-messages/index.ts'
import { sealThought } from '../../../app/dialects/seal.ts'
import { GatewayError } from '../../../app/errors.ts'
import { conversation } from './cards.ts'
import { type Json, sseEvents } from './recorded.ts'

const bedrock = createAnthropicMessages({ form: 'bedrock' })
const head = { id: 'msg_1', created: 0, model: 'm' }
const bytes = (text: string) => new TextEncoder().encode(text)

function encode(events: ReplyEvent[], asked = conversation()): Json[] {
  const encoder = anthropicMessages.server.replyEncoder(asked, head)
  return sseEvents(encoder.write(events) + encoder.end())
}

const reasonOnly = (reason: 'end-turn' | 'tool-use'): ReplyEvent => ({
  type: 'reply-end',
  reason,
  usage: { input: 3, output: 5 },
})

const usage = (input: number, output: number) => ({
  input_tokens: input,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: output,
})

const opening = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: usage(0, 0),
  },
}
const closing = (stop_reason: string) => [
  {
    type: 'message_delta',
    delta: { stop_reason, stop_sequence: null },
    usage: usage(3, 5),
  },
  { type: 'message_stop' },
]
const started = (index: number, content_block: Json) => ({
  type: 'content_block_start',
  index,
  content_block,
})
const grown = (index: number, delta: Json) => ({ type: 'content_block_delta', index, delta })
const stopped = (index: number) => ({ type: 'content_block_stop', index })

describe('a reply of any model as a stream', () => {
  it('keeps the grammar', () => {
    expect(
      encode([
        { type: 'reply-start' },
        { type: 'part-start', index: 0, part: { type: 'reasoning' } },
        { type: 'part-delta', index: 0, text: 'hm' },
        { type: 'part-end', index: 0, signature: 'sig' },
        { type: 'part-start', index: 1, part: { type: 'reasoning' } },
        { type: 'part-end', index: 1, redacted: 'sealed' },
        { type: 'part-start', index: 2, part: { type: 'text' } },
        { type: 'part-delta', index: 2, text: '' },
        { type: 'part-delta', index: 2, text: 'a "b"\n' },
        { type: 'part-citation', index: 2, citation: { url: 'https://a.b', title: 'A' } },
        { type: 'part-end', index: 2 },
        { type: 'part-start', index: 3, part: { type: 'tool-call', id: 't', name: 'f' } },
        { type: 'part-end', index: 3 },
        reasonOnly('tool-use'),
      ]),
    ).toEqual([
      opening,
      started(0, { type: 'thinking', thinking: '', signature: '' }),
      grown(0, { type: 'thinking_delta', thinking: 'hm' }),
      grown(0, { type: 'signature_delta', signature: 'sig' }),
      stopped(0),
      started(1, { type: 'redacted_thinking', data: 'sealed' }),
      stopped(1),
      started(2, { type: 'text', text: '' }),
      grown(2, { type: 'text_delta', text: 'a "b"\n' }),
      grown(2, {
        type: 'citations_delta',
        citation: {
          type: 'web_search_result_location',
          cited_text: '',
          url: 'https://a.b',
          title: 'A',
          encrypted_index: '',
        },
      }),
      stopped(2),
      started(3, { type: 'tool_use', id: 't', name: 'f', input: {} }),
      grown(3, { type: 'input_json_delta', partial_json: '' }),
      stopped(3),
      ...closing('tool_use'),
    ])
  })

  it('writes interleaved parts one after the other, and stops what nobody ended', () => {
    expect(
      encode([
        { type: 'reply-start' },
        { type: 'part-start', index: 0, part: { type: 'tool-call', id: 'a', name: 'f' } },
        { type: 'part-start', index: 1, part: { type: 'tool-call', id: 'b', name: 'g' } },
        { type: 'part-delta', index: 1, text: '{"x":' },
        { type: 'part-delta', index: 0, text: '{}' },
        { type: 'part-delta', index: 1, text: '1}' },
        { type: 'part-end', index: 0 },
        reasonOnly('tool-use'),
      ]).slice(1, -2),
    ).toEqual([
      started(0, { type: 'tool_use', id: 'a', name: 'f', input: {} }),
      grown(0, { type: 'input_json_delta', partial_json: '' }),
      grown(0, { type: 'input_json_delta', partial_json: '{}' }),
      stopped(0),
      started(1, { type: 'tool_use', id: 'b', name: 'g', input: {} }),
      grown(1, { type: 'input_json_delta', partial_json: '' }),
      grown(1, { type: 'input_json_delta', partial_json: '{"x":1}' }),
      stopped(1),
    ])
  })

  it('tells where in a document a text has it from, also where Converse told it', () => {
    const quoted = { title: 'T', quote: 'q' }
    const at = (more: object) => ({ start: 1, end: 2, ...more })
    const locations = [
      { documentChar: at({ documentIndex: 3 }) },
      { documentPage: at({ documentIndex: 3 }) },
      { documentChunk: at({ documentIndex: 3 }) },
      { searchResultLocation: at({ searchResultIndex: 4 }) },
    ]
    const events = encode([
      { type: 'part-start', index: 0, part: { type: 'text' } },
      ...locations.map((location): ReplyEvent => {
        return { type: 'part-citation', index: 0, citation: { ...quoted, source: 's', location } }
      }),
      { type: 'part-citation', index: 0, citation: { location: { unknown: {} } } },
      reasonOnly('end-turn'),
    ])
    const document = {
      cited_text: 'q',
      document_index: 3,
      document_title: 'T',
      file_id: null,
    }
    const told = events.flatMap(({ delta }) => (delta as Json | undefined)?.['citation'] ?? [])
    expect(told).toEqual([
      { type: 'char_location', ...document, start_char_index: 1, end_char_index: 2 },
      { type: 'page_location', ...document, start_page_number: 1, end_page_number: 2 },
      { type: 'content_block_location', ...document, start_block_index: 1, end_block_index: 2 },
      {
        type: 'search_result_location',
        cited_text: 'q',
        search_result_index: 4,
        source: 's',
        title: 'T',
        start_block_index: 1,
        end_block_index: 2,
      },
    ])
  })

  it('says what another platform ran in blocks that clients know', () => {
    const part = {
      type: 'tool-result',
      callId: 's',
      server: 'nova_code_interpreter_result',
      content: [{ type: 'text', text: '{"stdOut":"7","stdErr":"","exitCode":0}' }],
    } as const
    const server = { id: 's', name: 'nova_code_interpreter', server: 'server_tool_use' }
    expect(
      encode([
        { type: 'part-start', index: 0, part: { type: 'tool-call', ...server } },
        { type: 'part-end', index: 0 },
        {
          type: 'part-start',
          index: 1,
          part: { type: 'whole', part: { ...part, content: [...part.content] } },
        },
        { type: 'part-end', index: 1 },
        reasonOnly('end-turn'),
      ]).slice(1, -2),
    ).toEqual([
      started(0, { type: 'server_tool_use', id: 's', name: 'code_execution', input: {} }),
      grown(0, { type: 'input_json_delta', partial_json: '' }),
      stopped(0),
      started(1, {
        type: 'code_execution_tool_result',
        tool_use_id: 's',
        content: {
          type: 'code_execution_result',
          stdout: '7',
          stderr: '',
          return_code: 0,
          content: [],
        },
      }),
      stopped(1),
    ])
  })

  it('shows no thought to who does not want to see it', () => {
    const events: ReplyEvent[] = [
      { type: 'part-start', index: 0, part: { type: 'reasoning' } },
      { type: 'part-delta', index: 0, text: 'secret' },
      { type: 'part-end', index: 0, signature: 'of the secret' },
      { type: 'part-start', index: 1, part: { type: 'reasoning' } },
      { type: 'part-end', index: 1, signature: 'sig' },
      { type: 'part-start', index: 2, part: { type: 'reasoning' } },
      { type: 'part-delta', index: 2, text: 'without a seal' },
      { type: 'part-end', index: 2 },
      reasonOnly('end-turn'),
    ]
    const asked = conversation({ reasoning: { adaptive: true, display: 'omitted' } })
    const signature = sealThought({ text: 'secret', signature: 'of the secret' })
    expect(encode(events, asked)).toEqual([
      opening,
      started(0, { type: 'thinking', thinking: '', signature: '' }),
      grown(0, { type: 'signature_delta', signature }),
      stopped(0),
      started(1, { type: 'thinking', thinking: '', signature: '' }),
      grown(1, { type: 'signature_delta', signature: 'sig' }),
      stopped(1),
      ...closing('end_turn'),
    ])
  })

  it('begins with the count where it is known', () => {
    const [first] = encode([{ type: 'reply-start', usage: { input: 7, cacheRead: 2 } }])
    expect(first).toMatchObject({
      message: { usage: { input_tokens: 7, cache_read_input_tokens: 2 } },
    })
  })

  it('says that it broke, and pings in silence', () => {
    const asked = { ...head, requestId: 'req-1' }
    const encoder = anthropicMessages.server.replyEncoder(conversation(), asked)
    expect(encoder.fail(new GatewayError('overloaded', 'Busy.'))).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Busy."},"request_id":"req-1"}\n\n',
    )
    expect(encoder.keepAlive).toBe('event: ping\ndata: {"type":"ping"}\n\n')
    expect(encoder.end()).toBe('')
  })
})

const sse = (...events: Json[]) =>
  events.map((event) => `event: ${event['type']}\ndata: ${JSON.stringify(event)}\n\n`).join('')

const frames = (...events: Json[]) => {
  const all = events.map((event) => {
    const payload = JSON.stringify({ bytes: encodeBase64(bytes(JSON.stringify(event))), p: 'abc' })
    const headers = { ':event-type': 'chunk', ':message-type': 'event' }
    return encodeEventStreamMessage(headers, payload)
  })
  return Uint8Array.from(all.flatMap((frame) => [...frame]))
}

const answer = [
  {
    type: 'message_start',
    message: { id: 'i', model: 'c', usage: { input_tokens: 4, output_tokens: 1 } },
  },
  started(0, { type: 'text', text: '' }),
  grown(0, { type: 'text_delta', text: 'é "x" \\' }),
  grown(0, { type: 'text_delta', text: '\n' }),
  stopped(0),
  {
    type: 'message_delta',
    delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' },
    usage: { output_tokens: 9 },
  },
  {
    type: 'message_stop',
    'amazon-bedrock-invocationMetrics': { inputTokenCount: 4, outputTokenCount: 8 },
  },
]

const heard: ReplyEvent[] = [
  {
    type: 'reply-start',
    id: 'i',
    model: 'c',
    usage: { input: 4, output: 1 },
    extras: { 'anthropic-messages': { usage: { input_tokens: 4, output_tokens: 1 } } },
  },
  { type: 'part-start', index: 0, part: { type: 'text' } },
  { type: 'part-delta', index: 0, text: 'é "x" \\' },
  { type: 'part-delta', index: 0, text: '\n' },
  { type: 'part-end', index: 0 },
  {
    type: 'reply-end',
    reason: 'stop-sequence',
    stopSequence: 'END',
    usage: { input: 4, output: 9 },
    extras: {
      'anthropic-messages': {
        usage: { input_tokens: 4, output_tokens: 9 },
        deltaUsage: { output_tokens: 9 },
      },
    },
  },
]

describe('a stream of Anthropic’s', () => {
  it('is heard from Bedrock, cut at any byte', () => {
    const whole = frames(...answer)
    for (let cut = 1; cut < whole.length; cut += 13) {
      const decoder = bedrock.client.replyDecoder()
      const events = [
        ...decoder.read(whole.slice(0, cut)),
        ...decoder.read(whole.slice(cut)),
        ...decoder.end(),
      ]
      expect(events).toEqual(heard)
    }
  })

  it('goes on as it came, cut at any byte', () => {
    const [start, ...others] = answer
    const whole = frames(...answer)
    const told = [
      { ...start, message: { ...opening.message, usage: { input_tokens: 4, output_tokens: 1 } } },
      ...others.slice(0, -1),
      { type: 'message_stop' },
    ]
    for (let cut = 1; cut < whole.length; cut += 13) {
      const decoder = bedrock.client.replyDecoder()
      const encoder = anthropicMessages.server.replyEncoder(conversation(), head)
      const texts = [
        encoder.write(decoder.read(whole.slice(0, cut))),
        encoder.write(decoder.read(whole.slice(cut))),
        encoder.write(decoder.end()),
        encoder.end(),
      ]
      expect(sseEvents(texts.join(''))).toEqual(told)
    }
  })

  it('ends once where its last words come alone, and where none come after them', () => {
    for (const ending of [answer.slice(-1), []]) {
      const decoder = bedrock.client.replyDecoder()
      const encoder = anthropicMessages.server.replyEncoder(conversation(), head)
      const texts = [
        encoder.write(decoder.read(frames(...answer.slice(0, -1)))),
        encoder.write(decoder.read(frames(...ending))),
        encoder.write(decoder.end()),
        encoder.end(),
      ]
      const types = sseEvents(texts.join('')).map(({ type }) => type)
      expect(types.slice(-2)).toEqual(['message_delta', 'message_stop'])
      expect(types.filter((type) => type === 'message_delta')).toHaveLength(1)
    }
  })

  it('is complete once it gave its stop reason', () => {
    const decoder = anthropicMessages.client.replyDecoder()
    const events = decoder.read(bytes(sse(...answer.slice(0, -1))))
    expect([...events, ...decoder.end()]).toEqual(heard)
  })

  it('is incomplete without one (T15)', () => {
    const decoder = anthropicMessages.client.replyDecoder()
    decoder.read(bytes(sse(...answer.slice(0, 4))))
    expect(() => decoder.end()).toThrow(expect.objectContaining({ code: 'stream-incomplete' }))
  })

  it('breaks off with an error, after what came before it', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
    const decoder = anthropicMessages.client.replyDecoder()
    expect([...decoder.read(bytes(sse(...answer.slice(0, 2), error)))]).toEqual(heard.slice(0, 2))
    expect(() => decoder.read(bytes('\n'))).toThrow(expect.objectContaining({ code: 'overloaded' }))
  })

  it.each([
    ['throttlingException', '{"message":"slow down"}', 'rate-limit'],
    ['modelTimeoutException', '{"message":"late"}', 'timeout'],
    ['modelStreamErrorException', '{"message":"x","originalStatusCode":529}', 'overloaded'],
    ['validationException', '{"message":"prompt is too long"}', 'context-length-exceeded'],
    ['internalServerException', 'no json', 'upstream'],
  ])('breaks off with the exception %s', (type, payload, code) => {
    const frame = encodeEventStreamMessage(
      { ':exception-type': type, ':message-type': 'exception' },
      payload,
    )
    const decoder = bedrock.client.replyDecoder()
    expect(() => decoder.read(frame)).toThrow(expect.objectContaining({ code }))
  })

  it('hides the tool that stands for the answer’s form', () => {
    const decoder = bedrock.client.replyDecoder({ outputTool: 'final_answer' })
    const events = decoder.read(
      frames(
        ...answer.slice(0, 5),
        started(1, { type: 'tool_use', id: 't', name: 'final_answer', input: {} }),
        grown(1, { type: 'input_json_delta', partial_json: '{"a":1}' }),
        stopped(1),
        { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9 } },
        { type: 'message_stop' },
      ),
    )
    expect(events.slice(1, -1)).toEqual([
      { type: 'part-start', index: 1, part: { type: 'text' } },
      { type: 'part-delta', index: 1, text: '{"a":1}' },
      { type: 'part-end', index: 1 },
    ])
    expect(events.at(-1)).toMatchObject({ type: 'reply-end', reason: 'end-turn' })
  })

  it('lets words out where the hidden tool stays uncalled', () => {
    const decoder = bedrock.client.replyDecoder({ outputTool: 'final_answer' })
    expect(decoder.read(frames(...answer))).toEqual(heard)
  })

  it('does not take the count at its start for that at its end', () => {
    const decoder = bedrock.client.replyDecoder()
    const delta = { type: 'message_delta', delta: { stop_reason: 'end_turn' } }
    const events = decoder.read(
      frames(
        {
          type: 'message_start',
          message: { content: [], usage: { input_tokens: 9, output_tokens: 1 } },
        },
        started(0, { type: 'text', text: '' }),
        grown(0, { type: 'text_delta', text: 'eight characters' }),
        stopped(0),
        delta,
        { type: 'message_stop' },
      ),
    )
    expect(events.at(-1)).toMatchObject({ usage: { input: 9, output: 4, estimated: true } })
  })

  it('carries blocks that nobody here knows', () => {
    const decoder = anthropicMessages.client.replyDecoder()
    const events = decoder.read(
      bytes(
        sse(
          started(0, { type: 'compaction', content: '' }),
          grown(0, { type: 'compaction_delta', content: 'all ' }),
          grown(0, { type: 'compaction_delta', content: 'of it' }),
          stopped(0),
        ),
      ),
    )
    const value = { type: 'compaction', content: 'all of it' }
    const part = { type: 'native', dialect: 'anthropic-messages', value }
    expect(events.slice(1)).toEqual([
      { type: 'part-start', index: 0, part: { type: 'whole', part } },
      { type: 'part-end', index: 0 },
    ])
  })
})
