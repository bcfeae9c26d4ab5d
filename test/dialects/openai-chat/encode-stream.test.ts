import type { ChatCompletionChunk } from 'openai/resources/chat/completions'
import { describe, expect, it } from 'vitest'
import type { ReplyEvent, WholePart } from '../../../app/conversation/events.ts'
import { createOpenaiChat, openaiChat } from '../../../app/dialects/openai-chat/index.ts'
import { GatewayError } from '../../../app/errors.ts'
import { call, ending, head, heard, more, streamed, text, tool } from './conversations.ts'
import { specificationFaults } from './openai-schemas.ts'
import { frames } from './sse-text.ts'

/** The frames of one answer that comes in these batches. */
function stream(fields: Record<string, unknown>, ...batches: ReplyEvent[][]): unknown[] {
  const encoder = openaiChat.server.replyEncoder(heard({ stream: true, ...fields }), head)
  return frames(batches.map((events) => encoder.write(events)).join('') + encoder.end())
}

function deltas(all: unknown[]) {
  return (all.slice(0, -1) as ChatCompletionChunk[]).map((chunk) => chunk.choices[0]?.delta)
}

const chunk = (delta: object, finish: string | null = null) => ({
  ...head,
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
})

const role = { role: 'assistant', content: '', refusal: null }
const start: ReplyEvent = { type: 'reply-start' }

describe('a streamed text', () => {
  it('names the role once, carries each delta and ends with a reason and DONE', () => {
    expect(stream({}, [start], text(0, 'Hel', 'lo "you"\n'), [ending()])).toEqual([
      chunk(role),
      chunk({ content: 'Hel' }),
      chunk({ content: 'lo "you"\n' }),
      chunk({}, 'stop'),
      '[DONE]',
    ])
  })

  it('ends with usage when asked, and says null until then (T4)', () => {
    const usage = {
      input: 10,
      output: 5,
      cacheRead: 3,
      cacheWrite: 2,
      reasoning: 1,
    }
    const all = stream(streamed, [start], text(0, 'a'), [ending({ usage, serviceTier: 'flex' })])
    expect(all).toEqual([
      { ...chunk(role), usage: null },
      { ...chunk({ content: 'a' }), usage: null },
      { ...chunk({}, 'stop'), usage: null, service_tier: 'flex' },
      {
        ...head,
        object: 'chat.completion.chunk',
        choices: [],
        service_tier: 'flex',
        usage: {
          prompt_tokens: 15,
          completion_tokens: 5,
          total_tokens: 20,
          prompt_tokens_details: { cached_tokens: 3, audio_tokens: 0, cache_write_tokens: 2 },
          completion_tokens_details: {
            reasoning_tokens: 1,
            audio_tokens: 0,
            accepted_prediction_tokens: 0,
            rejected_prediction_tokens: 0,
          },
        },
      },
      '[DONE]',
    ])
  })

  it('leaves empty deltas out', () => {
    expect(deltas(stream({}, [start], text(0, '', 'a', ''), [ending()]))).toEqual([
      role,
      { content: 'a' },
      {},
    ])
  })

  it.each([
    ['end-turn', 'stop'],
    ['stop-sequence', 'stop'],
    ['pause', 'stop'],
    ['max-tokens', 'length'],
    ['context-window', 'length'],
    ['tool-use', 'tool_calls'],
    ['refusal', 'content_filter'],
    ['content-filter', 'content_filter'],
  ] as const)('that ended by %s finishes with %s', (reason, finish) => {
    expect(stream({}, [start, ending({ reason })]).at(-2)).toEqual(chunk({}, finish))
  })

  it('brings citations of pages as annotations in its last delta', () => {
    const citation = { url: 'https://a.example/', title: 'A' }
    const cited: ReplyEvent = { type: 'part-citation', index: 1, citation }
    const unplaced: ReplyEvent = { type: 'part-citation', index: 1, citation: { title: 'B' } }
    const [open, ...rest] = text(1, 'def')
    const all = stream({}, [start], text(0, 'abc'), [open!, cited, unplaced, ...rest], [ending()])
    expect(deltas(all)).toEqual([
      role,
      { content: 'abc' },
      { content: 'def' },
      {
        annotations: [
          { type: 'url_citation', url_citation: { ...citation, start_index: 3, end_index: 6 } },
        ],
      },
      {},
    ])
  })
})

describe('streamed calls', () => {
  const end = ending({ reason: 'tool-use' })

  it('get dense indexes, and id and name in their first delta alone (T1, T2)', () => {
    const events = [
      start,
      ...text(0, 'Well.'),
      call(3, 'a', 'first'),
      more(3, '{"x":'),
      more(3, '1}'),
      { type: 'part-end', index: 3 } as const,
      call(7, 'b', 'second'),
      more(7, '{}'),
    ]
    expect(deltas(stream({}, events, [end]))).toEqual([
      role,
      { content: 'Well.' },
      opening(0, 'a', 'first'),
      argument(0, '{"x":'),
      argument(0, '1}'),
      opening(1, 'b', 'second'),
      argument(1, '{}'),
      {},
    ])
  })

  it('may interleave, and without input have an empty object (T3)', () => {
    const events = [
      start,
      call(0, 'a', 'first'),
      call(1, 'b', 'second'),
      call(2, 'c', 'third'),
      more(1, '{"y"'),
      more(0, '{}'),
      more(1, ':2}'),
      end,
    ]
    expect(deltas(stream({}, events)).slice(4)).toEqual([
      argument(1, '{"y"'),
      argument(0, '{}'),
      argument(1, ':2}'),
      argument(2, '{}'),
      {},
    ])
  })

  it('that the platform ran are not the caller’s', () => {
    const ran: ReplyEvent = {
      type: 'part-start',
      index: 0,
      part: { type: 'tool-call', id: 'a', name: 'web_search', server: 'server_tool_use' },
    }
    const run = { id: 'a', type: 'server_tool_use', name: 'web_search', arguments: '{}', at: 0 }
    expect(deltas(stream({}, [start, ran, more(0, '{}'), end]))).toEqual([
      role,
      { server_tool_runs: [run] },
      {},
    ])
  })

  it('speak the older form to who asked with functions', () => {
    const fields = { functions: [{ name: 'first' }, { name: 'second' }] }
    const events = [start, call(0, 'a', 'first'), more(0, '{"x":1}'), call(1, 'b', 'second'), end]
    expect(stream(fields, events)).toEqual([
      chunk(role),
      chunk({ function_call: { name: 'first', arguments: '' } }),
      chunk({ function_call: { arguments: '{"x":1}' } }),
      chunk({}, 'function_call'),
      '[DONE]',
    ])
  })

  it('of custom tools bring their free text', () => {
    const fields = { tools: [{ type: 'custom', custom: { name: 'sql' } }] }
    const events = [start, call(0, 'a', 'sql'), more(0, '{"input":"SEL'), more(0, 'ECT 1"}'), end]
    expect(deltas(stream(fields, events)).slice(1)).toEqual([
      { tool_calls: [{ index: 0, id: 'a', type: 'custom', custom: { name: 'sql', input: '' } }] },
      { tool_calls: [{ index: 0, custom: { input: 'SELECT 1' } }] },
      {},
    ])
  })
})

const opening = (index: number, id: string, name: string) => ({
  tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }],
})
const argument = (index: number, text: string) => ({
  tool_calls: [{ index, function: { arguments: text } }],
})

describe('streamed thoughts', () => {
  const thought: ReplyEvent[] = [
    { type: 'part-start', index: 0, part: { type: 'reasoning' } },
    more(0, 'I th'),
    more(0, 'ink'),
    { type: 'part-end', index: 0, signature: 'sig' },
    { type: 'part-start', index: 1, part: { type: 'reasoning' } },
    { type: 'part-end', index: 1, redacted: 'b3BhcXVl' },
  ]
  const details = [
    {
      reasoning_details: [{ type: 'reasoning.text', text: 'I think', signature: 'sig', index: 0 }],
    },
    { reasoning_details: [{ type: 'reasoning.encrypted', data: 'b3BhcXVl', index: 1 }] },
  ]

  it('are shown, and signed where they end', () => {
    expect(deltas(stream({}, [start, ...thought, ending()]))).toEqual([
      role,
      { reasoning_content: 'I th' },
      { reasoning_content: 'ink' },
      ...details,
      {},
    ])
  })

  it('go by the name that is configured', () => {
    const other = createOpenaiChat({ reasoningField: 'reasoning' })
    const encoder = other.server.replyEncoder(heard({ stream: true }), head)
    const all = frames(encoder.write([start, ...thought, ending()]) + encoder.end())
    expect(deltas(all)[1]).toEqual({ reasoning: 'I th' })
  })

  it('are not shown to who excludes them', () => {
    const fields = { reasoning: { effort: 'low', exclude: true } }
    const encrypted = { type: 'reasoning.encrypted', data: 'b3BhcXVl', index: 0 }
    expect(deltas(stream(fields, [start, ...thought, ending()]))).toEqual([
      role,
      { reasoning_details: [encrypted] },
      {},
    ])
  })
})

describe('several streamed choices', () => {
  it('interleave by index, end each, and count the prompt once', () => {
    const encoder = openaiChat.server.replyEncoder(heard({ n: 2, ...streamed }), head)
    const written = [
      encoder.write([start, ...text(0, 'a')], 1),
      encoder.write([start, ...text(0, 'b')], 0),
      encoder.write([ending()], 1),
      encoder.write([ending({ reason: 'max-tokens' })], 0),
      encoder.end(),
    ]
    const all = frames(written.join('')) as ChatCompletionChunk[]
    expect(
      all
        .slice(0, 6)
        .map(({ choices: [choice] }) => [
          choice?.index,
          choice?.delta.content ?? choice?.finish_reason,
        ]),
    ).toEqual([
      [1, ''],
      [1, 'a'],
      [0, ''],
      [0, 'b'],
      [1, 'stop'],
      [0, 'length'],
    ])
    expect(all[6]?.usage).toMatchObject({
      prompt_tokens: 10,
      completion_tokens: 10,
      total_tokens: 20,
    })
  })
})

describe('a broken stream', () => {
  it('says why and does not pretend to be done', () => {
    const encoder = openaiChat.server.replyEncoder(heard(streamed), head)
    encoder.write([start, ...text(0, 'a')])
    const error = new GatewayError('stream-incomplete', 'It broke.')
    expect(encoder.fail(error)).toBe(
      'data: {"error":{"message":"It broke.","type":"server_error","param":null,"code":"stream_incomplete"}}\n\n',
    )
    expect(encoder.keepAlive).toBe(': keep-alive\n\n')
  })
})

describe('things that come whole', () => {
  const whole = (index: number, part: WholePart): ReplyEvent => ({
    type: 'part-start',
    index,
    part: { type: 'whole', part },
  })

  it('are written where they stand', () => {
    const events = [
      start,
      whole(0, { type: 'refusal', text: 'No.' }),
      whole(1, { type: 'image', mediaType: 'image/png', source: { kind: 'base64', data: 'QUJD' } }),
      whole(2, { type: 'native', dialect: 'other', value: { type: 'odd' } }),
      ending(),
    ]
    expect(deltas(stream({}, events))).toEqual([
      role,
      { refusal: 'No.' },
      { images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } }] },
      {},
    ])
  })

  it('bring spoken words as their transcript', () => {
    const fields = { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } }
    const spoken = whole(1, { type: 'audio', source: { kind: 'base64', data: 'UklGRg==' } })
    const all = stream(fields, [start, ...text(0, '\n', 'Hello ', 'you'), spoken, ending()])
    const id = 'audio_chatcmpl-1'
    expect(deltas(all)).toEqual([
      { role: 'assistant', content: null, refusal: null },
      { audio: { id, transcript: '\nHello ' } },
      { audio: { transcript: 'you' } },
      { audio: { id, data: 'UklGRg==', transcript: '', expires_at: head.created } },
      {},
    ])
  })
})

const faults = specificationFaults()

describe.skipIf(!faults)('the chunks', () => {
  it('keep to OpenAI’s specification', () => {
    const events = [
      start,
      ...text(0, 'a'),
      call(1, 'a', 'f'),
      more(1, '{}'),
      call(2, 'b', 'g'),
      ending({ reason: 'tool-use', serviceTier: 'default' }),
    ]
    const fields = { ...streamed, tools: [tool('f'), tool('g')] }
    for (const frame of stream(fields, events).slice(0, -1)) {
      expect(faults?.('CreateChatCompletionStreamResponse', frame)).toEqual([])
    }
  })
})
