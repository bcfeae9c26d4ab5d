import { expect, it } from 'vitest'
import type { Part } from '../../app/conversation/conversation.ts'
import { replay } from '../../app/conversation/replay.ts'
import { addUsage, countWhole, createMeter } from '../../app/gateway/answers/meter.ts'

it.each<[number, Part]>([
  [2, { type: 'text', text: 'Hello.' }],
  [2, { type: 'reasoning', text: 'Hello.' }],
  [2, { type: 'refusal', text: 'Never.' }],
  [4, { type: 'tool-call', id: 'a', name: 'f', arguments: '{"a": 1, "b":2}' }],
  [0, { type: 'image', source: { kind: 'base64', data: 'QUJDRA==' } }],
])('counts the same %i tokens whole and streamed where nobody counted: %j', (output, part) => {
  const reply = () => ({
    parts: [part],
    end: { reason: 'end-turn' as const, usage: { input: 1, output: 0, estimated: true } },
  })
  const question = { model: 'm', system: [], turns: [], tools: [], settings: {}, stream: false }
  const counted = { input: 1, output, estimated: true }
  expect(countWhole(reply(), question).end.usage).toEqual(counted)
  const meter = createMeter({} as Parameters<typeof createMeter>[0])
  meter.watch(replay(reply()))
  expect(meter.bill()).toEqual(counted)
})

it('bills what a reply that broke off had told of its reading, and estimates what it had said', () => {
  const meter = createMeter({} as Parameters<typeof createMeter>[0], () => 99)
  meter.watch([{ type: 'reply-start', usage: { input: 7, cacheRead: 3 } }])
  meter.watch([{ type: 'part-delta', index: 0, text: 'Hello.' }])
  expect(meter.bill()).toEqual({ input: 7, cacheRead: 3, output: 2, estimated: true })
})

it('adds up everything that several answers are billed for', () => {
  const written = (ttl: string, tokens: number) => ({ ttl, tokens })
  expect(
    addUsage([
      { input: 9, output: 1, cacheWrite: 7, cacheWriteByTtl: [written('5m', 3), written('1h', 4)] },
      { input: 9, output: 2, cacheWrite: 5, cacheWriteByTtl: [written('1h', 5)], reasoning: 2 },
      { input: 9, output: 3, cacheRead: 6, characters: 40, audioSeconds: 1.5, estimated: true },
      { input: 0, output: 0, characters: 2, images: 1, searches: 3 },
    ]),
  ).toEqual({
    input: 27,
    output: 6,
    cacheRead: 6,
    cacheWrite: 12,
    cacheWriteByTtl: [written('5m', 3), written('1h', 9)],
    reasoning: 2,
    characters: 42,
    audioSeconds: 1.5,
    images: 1,
    searches: 3,
    estimated: true,
  })
})
