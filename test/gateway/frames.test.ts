import { describe, expect, it } from 'vitest'
import type { ReplyBatch } from '../../app/conversation/events.ts'
import type { ReplyEncoder } from '../../app/dialects/dialect.ts'
import { GatewayError } from '../../app/errors.ts'
import type { ExchangeRecord } from '../../app/gateway/answer.ts'
import { createFrames } from '../../app/gateway/answers/frames.ts'
import type { ReplyStream } from '../../app/ports/models.ts'

/** `1b` for the second choice's text `b`, `1.` for its end. */
const encoder: ReplyEncoder = {
  keepAlive: '',
  write: (events, choice = 0) =>
    events.map((event) => choice + (event.type === 'part-delta' ? event.text : '.')).join(''),
  end: () => ' done',
  fail: ({ message }) => ` ${message}`,
}

const word = (text: string): ReplyBatch => [{ type: 'part-delta', index: 0, text }]
const end: ReplyBatch = [{ type: 'reply-end', reason: 'end-turn', usage: { input: 1, output: 2 } }]

function streamOf(...batches: (ReplyBatch | Error)[]): ReplyStream {
  return {
    cancel: () => {},
    async read() {
      const next = batches.shift()
      if (next instanceof Error) throw next
      return next
    },
  }
}

function open(...streams: ReplyStream[]) {
  const record: ExchangeRecord = { operation: 'completion', model: 'm', stream: true }
  return { frames: createFrames(streams, encoder, { record }), record }
}

describe('several streams', () => {
  it('are told together as far as they came together', async () => {
    const { frames, record } = open(streamOf(word('a'), end), streamOf(word('b'), word('c'), end))
    expect(await frames.next()).toBe('0a1b')
    expect(await frames.next()).toBe('0.1c')
    expect(await frames.next()).toBe('1. done')
    expect(await frames.next()).toBeUndefined()
    expect(record.usage).toEqual({ input: 2, output: 4 })
  })

  it('are told up to where one of them breaks', async () => {
    const broken = new GatewayError('upstream', 'broke')
    const { frames } = open(streamOf(word('a'), word('b'), end), streamOf(word('c'), broken))
    expect(await frames.next()).toBe('0a1c')
    expect(await frames.next()).toBe('0b')
    await expect(frames.next()).rejects.toBe(broken)
  })
})
