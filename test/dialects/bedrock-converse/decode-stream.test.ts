import { describe, expect, it } from 'vitest'
import { createReplyDecoder } from '../../../app/dialects/bedrock-converse/decode-stream.ts'
import { cutAt, joined } from '../../fakes/bytes.ts'
import {
  begin,
  delta,
  end,
  eventBytes,
  eventsOf,
  exceptionBytes,
  METADATA,
  replyOf,
  START,
  stop,
  text,
} from './event-bytes.ts'

const BILL = { input: 3, output: 5 }
const EXTRAS = { 'bedrock-converse': { metrics: { latencyMs: 20 } } }

describe('a stream of Converse', () => {
  it('opens text with its first delta, for AWS does not', () => {
    const events = eventsOf([
      START,
      text(0, 'Hel'),
      text(0, 'lo'),
      end(0),
      stop('end_turn'),
      METADATA,
    ])
    expect(events).toEqual([
      { type: 'reply-start' },
      { type: 'part-start', index: 0, part: { type: 'text' } },
      { type: 'part-delta', index: 0, text: 'Hel' },
      { type: 'part-delta', index: 0, text: 'lo' },
      { type: 'part-end', index: 0 },
      { type: 'reply-end', reason: 'end-turn', usage: BILL, extras: EXTRAS },
    ])
  })

  it('numbers parts densely and leaves out blocks that say nothing', () => {
    const frames = [
      START,
      text(0, ''),
      end(0),
      delta(1, { reasoningContent: { text: 'Hm.' } }),
      end(1),
      text(2, 'Yes.'),
      end(2),
      stop('end_turn'),
      METADATA,
    ]
    expect(eventsOf(frames).filter(({ type }) => type === 'part-start')).toEqual([
      { type: 'part-start', index: 0, part: { type: 'reasoning' } },
      { type: 'part-start', index: 1, part: { type: 'text' } },
    ])
  })

  it.each([
    ['quotes and line ends', 'say "x"\n\\ done \\"'],
    ['what looks like the end', 'a"},"p":"b'],
    ['a backslash at the end', 'C:\\'],
    ['words beyond ASCII', 'é ü 漢字 😀 \u2028'],
    ['blanks', '   '],
  ])('reads %s as it was said', (_, words) => {
    const reply = replyOf([START, text(0, 'a'), text(0, words), end(0), stop('end_turn'), METADATA])
    expect(reply.parts).toEqual([{ type: 'text', text: `a${words}` }])
  })

  it('reads payloads whose members stand in another order, or with spaces', () => {
    const reply = replyOf([
      START,
      text(0, 'a'),
      eventBytes('contentBlockDelta', '{"p":"ab","delta":{"text":"b"},"contentBlockIndex":0}'),
      eventBytes('contentBlockDelta', '{"contentBlockIndex": 0, "delta": {"text": "c"}}'),
      eventBytes('contentBlockDelta', '{"contentBlockIndex":0,"delta":{"text":"d"}}'),
      eventBytes('contentBlockDelta', '{"contentBlockIndex":0,"delta":{"text":"\\u0065"}}'),
      end(0),
      stop('end_turn'),
      METADATA,
    ])
    expect(reply.parts).toEqual([{ type: 'text', text: 'abcde' }])
  })

  it('keeps interleaved calls apart, and gives a call without input an empty object', () => {
    const use = (id: string, name: string) => ({ toolUse: { toolUseId: id, name } })
    const input = (index: number, piece: string) => delta(index, { toolUse: { input: piece } })
    const reply = replyOf([
      START,
      begin(0, use('a', 'look')),
      begin(1, use('b', 'wait')),
      begin(2, use('c', 'find')),
      input(0, ''),
      input(0, '{"at":'),
      input(2, '{"x"'),
      input(0, '"\\"here\\""}'),
      input(2, ':1}'),
      end(0),
      end(1),
      end(2),
      stop('tool_use'),
      METADATA,
    ])
    expect(reply.parts).toEqual([
      { type: 'tool-call', id: 'a', name: 'look', arguments: '{"at":"\\"here\\""}' },
      { type: 'tool-call', id: 'b', name: 'wait', arguments: '{}' },
      { type: 'tool-call', id: 'c', name: 'find', arguments: '{"x":1}' },
    ])
    expect(reply.end.reason).toBe('tool-use')
  })

  it('keeps the seal of a thought, also of one without words, and joins an encrypted one', () => {
    const think = (index: number, change: object) => delta(index, { reasoningContent: change })
    const reply = replyOf([
      START,
      think(0, { text: 'Let me ' }),
      think(0, { text: 'see.' }),
      think(0, { signature: 'seal' }),
      end(0),
      think(1, { signature: 'only' }),
      end(1),
      think(2, { redactedContent: btoa('abcd') }),
      think(2, { redactedContent: btoa('ef') }),
      end(2),
      text(3, 'So.'),
      end(3),
      stop('end_turn'),
      METADATA,
    ])
    expect(reply.parts).toEqual([
      { type: 'reasoning', text: 'Let me see.', signature: 'seal' },
      { type: 'reasoning', text: '', signature: 'only' },
      { type: 'reasoning', text: '', redacted: btoa('abcdef') },
      { type: 'text', text: 'So.' },
    ])
  })

  it('gives what the platform ran as a whole', () => {
    const start = {
      toolResult: { toolUseId: 's', status: 'success', type: 'nova_code_interpreter_result' },
    }
    const reply = replyOf([
      START,
      begin(0, {
        toolUse: { toolUseId: 's', name: 'nova_code_interpreter', type: 'server_tool_use' },
      }),
      delta(0, { toolUse: { input: '{"snippet":"1+1"}' } }),
      end(0),
      begin(1, start),
      delta(1, { toolResult: [{ json: { stdOut: '2' } }] }),
      end(1),
      stop('end_turn'),
      METADATA,
    ])
    expect(reply.parts).toEqual([
      {
        type: 'tool-call',
        id: 's',
        name: 'nova_code_interpreter',
        arguments: '{"snippet":"1+1"}',
        server: 'server_tool_use',
      },
      {
        type: 'tool-result',
        callId: 's',
        content: [{ type: 'text', text: '{"stdOut":"2"}' }],
        server: 'nova_code_interpreter_result',
      },
    ])
  })

  it('gives citations with the text they stand by, whichever comes first', () => {
    const citation = { title: 'Page', location: { web: { url: 'https://a.example', domain: 'a' } } }
    const reply = replyOf([
      START,
      delta(0, { citation }),
      text(0, 'Known.'),
      end(0),
      stop('end_turn'),
      METADATA,
    ])
    expect(reply.parts).toEqual([
      {
        type: 'text',
        text: 'Known.',
        citations: [{ ...citation, url: 'https://a.example' }],
      },
    ])
  })

  it('is the same wherever the network cuts it', () => {
    const bytes = joined([
      START,
      delta(0, { reasoningContent: { text: 'Hm.' } }),
      delta(0, { reasoningContent: { signature: 'seal' } }),
      end(0),
      text(1, 'Grüße, '),
      text(1, '漢字 😀 "x"'),
      end(1),
      begin(2, { toolUse: { toolUseId: 'a', name: 'look' } }),
      delta(2, { toolUse: { input: '{"at":"door"}' } }),
      end(2),
      stop('tool_use'),
      METADATA,
    ])
    const expected = eventsOf([bytes])
    for (let cut = 1; cut < bytes.length; cut++) {
      expect(eventsOf(cutAt(bytes, [cut]))).toEqual(expected)
    }
    expect(eventsOf([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(expected)
  })

  it('gives an image as a whole', () => {
    const reply = replyOf([
      START,
      begin(0, { image: { format: 'png' } }),
      delta(0, { image: { source: { bytes: 'AAAA' } } }),
      delta(0, { image: { source: { bytes: 'BBBB' } } }),
      end(0),
      stop('end_turn'),
      METADATA,
    ])
    expect(reply.parts).toEqual([
      { type: 'image', source: { kind: 'base64', data: 'AAAABBBB' }, mediaType: 'image/png' },
    ])
  })

  it('tells blocks apart that share a place without saying so', () => {
    const reply = replyOf([
      START,
      delta(0, { reasoningContent: { text: 'Hm.' } }),
      text(0, 'Yes.'),
      stop('end_turn'),
      METADATA,
    ])
    expect(reply.parts).toEqual([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Yes.' },
    ])
  })
})

describe('the end of a stream', () => {
  it('comes when both the stop and the bill are in, in either order', () => {
    const ends = eventsOf([START, text(0, 'a'), end(0), METADATA, stop('max_tokens')]).at(-1)
    expect(ends).toEqual({ type: 'reply-end', reason: 'max-tokens', usage: BILL, extras: EXTRAS })
  })

  it('is billed by estimate when AWS sent no bill', () => {
    const ends = eventsOf([START, text(0, 'twelve chars'), end(0), stop('end_turn')]).at(-1)
    expect(ends).toEqual({
      type: 'reply-end',
      reason: 'end-turn',
      usage: { input: 0, output: 3, estimated: true },
    })
  })

  it('is no end without messageStop', () => {
    for (const frames of [[], [START, text(0, 'a'), end(0)], [START, text(0, 'a'), METADATA]]) {
      expect(() => eventsOf(frames)).toThrow(expect.objectContaining({ code: 'stream-incomplete' }))
    }
  })

  it('is no end inside a frame', () => {
    const decoder = createReplyDecoder()
    decoder.read(START.subarray(0, 20))
    expect(() => decoder.end()).toThrow(expect.objectContaining({ code: 'stream-incomplete' }))
  })

  it('tells the whole bill, the tier, and the trace', () => {
    const metadata = eventBytes('metadata', {
      usage: {
        inputTokens: 3,
        outputTokens: 5,
        totalTokens: 1956,
        cacheReadInputTokens: 1712,
        cacheWriteInputTokenCount: 236,
        cacheDetails: [{ ttl: '1h', inputTokens: 236 }],
      },
      metrics: { latencyMs: 20 },
      serviceTier: { type: 'flex' },
      trace: { guardrail: { actionReason: 'blocked' } },
    })
    const fields = { additionalModelResponseFields: { stop_sequence: 'END' } }
    const halt = eventBytes('messageStop', { stopReason: 'guardrail_intervened', ...fields })
    expect(eventsOf([START, halt, metadata]).at(-1)).toEqual({
      type: 'reply-end',
      reason: 'content-filter',
      stopSequence: 'END',
      usage: {
        input: 3,
        output: 5,
        cacheRead: 1712,
        cacheWrite: 236,
        cacheWriteByTtl: [{ ttl: '1h', tokens: 236 }],
      },
      serviceTier: 'flex',
      guardrail: { intervened: true, trace: { guardrail: { actionReason: 'blocked' } } },
      extras: {
        'bedrock-converse': {
          ...fields,
          stopReason: 'guardrail_intervened',
          metrics: { latencyMs: 20 },
          trace: { guardrail: { actionReason: 'blocked' } },
        },
      },
    })
  })

  it.each([
    ['throttlingException', { message: 'slow down' }, 'rate-limit', 429],
    ['serviceUnavailableException', { message: 'x' }, 'overloaded', 503],
    ['internalServerException', { message: 'x' }, 'upstream', 502],
    [
      'validationException',
      { message: 'Input is too long for requested model.' },
      'context-length-exceeded',
      400,
    ],
    ['modelStreamErrorException', { message: 'x', originalStatusCode: 500 }, 'upstream', 502],
    ['modelStreamErrorException', { message: 'x', originalStatusCode: 429 }, 'rate-limit', 429],
  ])('is thrown for %s', (type, payload, code, status) => {
    expect(() => eventsOf([START, exceptionBytes(type, payload)])).toThrow(
      expect.objectContaining({ code, status }),
    )
  })

  it('is thrown after what came before it in the same bytes', () => {
    const decoder = createReplyDecoder()
    const bytes = joined([START, text(0, 'a'), exceptionBytes('throttlingException', {})])
    expect(decoder.read(bytes).map(({ type }) => type)).toEqual([
      'reply-start',
      'part-start',
      'part-delta',
    ])
    expect(() => decoder.end()).toThrow(expect.objectContaining({ code: 'rate-limit' }))
  })
})
