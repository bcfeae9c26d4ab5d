import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collect } from '../../app/conversation/collect.ts'
import type { Part } from '../../app/conversation/conversation.ts'
import type { Reply, ReplyEvent } from '../../app/conversation/events.ts'
import { replay } from '../../app/conversation/replay.ts'
import { GatewayError } from '../../app/errors.ts'

const end = { reason: 'end-turn' as const, usage: { input: 1, output: 2 } }

function collected(...batches: ReplyEvent[][]): Reply {
  const collector = collect()
  for (const events of batches) collector.add(events)
  return collector.reply()
}

describe('collect', () => {
  it('puts interleaved parts together in the order in which they began', () => {
    expect(
      collected(
        [
          { type: 'reply-start', id: 'r', model: 'm', usage: { input: 1 } },
          { type: 'part-start', index: 4, part: { type: 'text' } },
          { type: 'part-start', index: 2, part: { type: 'tool-call', id: 'a', name: 'f' } },
          { type: 'part-delta', index: 2, text: '{"x"' },
        ],
        [
          { type: 'part-delta', index: 4, text: 'Hi' },
          { type: 'part-delta', index: 2, text: ':1}' },
          { type: 'part-citation', index: 4, citation: { title: 'A' } },
          { type: 'part-end', index: 2 },
          { type: 'part-end', index: 4 },
          { type: 'reply-end', ...end },
        ],
      ),
    ).toEqual({
      id: 'r',
      model: 'm',
      parts: [
        { type: 'text', text: 'Hi', citations: [{ title: 'A' }] },
        { type: 'tool-call', id: 'a', name: 'f', arguments: '{"x":1}' },
      ],
      end,
    })
  })

  it('gives a call without input an empty object (T3)', () => {
    const call: ReplyEvent = {
      type: 'part-start',
      index: 0,
      part: { type: 'tool-call', id: 'a', name: 'f', server: 'server_tool_use' },
    }
    expect(collected([call, { type: 'reply-end', ...end }]).parts).toEqual([
      { type: 'tool-call', id: 'a', name: 'f', server: 'server_tool_use', arguments: '{}' },
    ])
  })

  it('lets a sound go on without touching the part it began with', () => {
    const part = { type: 'audio', source: { kind: 'base64', data: 'QUJD' } } as const
    const sound: ReplyEvent[] = [
      { type: 'part-start', index: 0, part: { type: 'whole', part } },
      { type: 'part-delta', index: 0, text: 'REVG' },
      { type: 'reply-end', ...end },
    ]
    expect(collected(sound).parts).toEqual([
      { type: 'audio', source: { kind: 'base64', data: 'QUJDREVG' } },
    ])
    expect(part.source.data).toBe('QUJD')
  })

  it('has no reply before it has ended', () => {
    const collector = collect()
    collector.add([{ type: 'reply-start' }])
    expect(() => collector.reply()).toThrow(GatewayError)
  })
})

const text = fc.string({ maxLength: 20 })
const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text }),
  fc.record({
    type: fc.constant('text' as const),
    text,
    citations: fc.array(fc.record({ title: text }), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ type: fc.constant('reasoning' as const), text }),
  fc.record({
    type: fc.constant('reasoning' as const),
    text,
    signature: fc.string({ minLength: 1 }),
  }),
  fc.record({
    type: fc.constant('tool-call' as const),
    id: text,
    name: text,
    arguments: fc.string({ minLength: 1 }),
    extras: fc.constant({ some: { odd: 1 } }),
  }),
  fc.record({ type: fc.constant('refusal' as const), text }),
  fc.record({
    type: fc.constant('image' as const),
    source: fc.constant({ kind: 'url' as const, url: 'https://a.example/' }),
  }),
  fc.record({
    type: fc.constant('native' as const),
    dialect: fc.constant('some'),
    value: fc.jsonValue(),
  }),
)

describe('replay', () => {
  it('is undone by collect', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const reply: Reply = { id: 'r', model: 'm', parts, end }
        expect(collected(replay(reply))).toEqual(reply)
      }),
      { seed: 7, numRuns: 200 },
    )
  })
})
