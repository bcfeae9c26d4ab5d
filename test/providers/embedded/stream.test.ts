import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ReplyEvent } from '../../../app/conversation/events.ts'
import { GatewayError } from '../../../app/errors.ts'
import { splitTokens } from '../../../app/providers/embedded/tokens.ts'
import { type Asked, call, chatModel, conversation, drain, weather } from './asking.ts'

const asked: Asked = { text: 'Why is the sky blue?' }
const tokens = 60

async function open(name = 'any-model', tokensPerSecond = 0, signal?: AbortSignal, what = asked) {
  const { events } = await chatModel(name, tokensPerSecond).stream(conversation(what), call(signal))
  return events
}

function texts(events: ReplyEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'part-delta' ? [event.text] : []))
}

describe('an embedded stream', () => {
  it('says the whole answer, token by token', async () => {
    const { reply } = await chatModel().reply(conversation(asked), call())
    const events = (await drain(await open())).flat()
    const text = reply.parts[0]?.type === 'text' ? reply.parts[0].text : ''
    expect(events).toEqual([
      { type: 'reply-start', model: 'any-model', usage: { input: 9 } },
      { type: 'part-start', index: 0, part: { type: 'text' } },
      ...splitTokens(text).map((token) => ({ type: 'part-delta', index: 0, text: token })),
      { type: 'part-end', index: 0 },
      { type: 'reply-end', ...reply.end },
    ])
  })

  it('says thoughts and calls as parts of their own', async () => {
    const what = {
      text: 'Weather in Rome?',
      tools: [weather],
      reasoning: { effort: 'low' as const },
    }
    const { reply } = await chatModel().reply(conversation(what), call())
    const [thought, called] = reply.parts
    if (thought?.type !== 'reasoning' || called?.type !== 'tool-call') throw new Error('no call')
    const events = (await drain(await open(undefined, 0, undefined, what))).flat()
    expect(events.filter((event) => event.type !== 'part-delta')).toEqual([
      { type: 'reply-start', model: 'any-model', usage: { input: reply.end.usage.input } },
      { type: 'part-start', index: 0, part: { type: 'reasoning' } },
      { type: 'part-end', index: 0, signature: thought.signature },
      {
        type: 'part-start',
        index: 1,
        part: { type: 'tool-call', id: called.id, name: 'get_weather' },
      },
      { type: 'part-end', index: 1 },
      { type: 'reply-end', reason: 'tool-use', usage: reply.end.usage },
    ])
    expect(texts(events).join('')).toBe(thought.text + called.arguments)
  })

  it('gives large batches when it is as fast as possible', async () => {
    const batches = await drain(await open())
    expect(batches.map((batch) => texts(batch).length)).toEqual([32, 28])
  })

  it('ends at once when nothing is left to say', async () => {
    const what = { ...asked, settings: { maxTokens: 0 } }
    expect(await drain(await open(undefined, 0, undefined, what))).toEqual([
      [
        { type: 'reply-start', model: 'any-model', usage: { input: 9 } },
        { type: 'reply-end', reason: 'max-tokens', usage: { input: 9, output: 0 } },
      ],
    ])
  })
})

describe('the pace', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** What each read gives and when, in milliseconds. */
  async function heard(stream: Awaited<ReturnType<typeof open>>) {
    const began = performance.now()
    const seen: [at: number, texts: string[]][] = []
    const all = (async () => {
      for (let batch = await stream.read(); batch; batch = await stream.read()) {
        seen.push([performance.now() - began, texts(batch)])
      }
    })()
    // Not all timers: a server of another file may have one that is set again and again.
    await vi.advanceTimersByTimeAsync(10 * 60_000)
    await all
    return seen
  }

  it('is one token a batch, evenly in time', async () => {
    const seen = await heard(await open('any-model', 100))
    expect(seen.map(([at]) => Math.round(at))).toEqual(
      Array.from({ length: tokens }, (_, index) => (index + 1) * 10),
    )
    expect(seen.every(([, said]) => said.length === 1)).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('goes on while nobody reads', async () => {
    const stream = await open('any-model', 100)
    await vi.advanceTimersByTimeAsync(200)
    expect(texts((await stream.read())!)).toHaveLength(20)
  })

  it('holds for whole answers too', async () => {
    let answered = false
    const reply = chatModel('any-model', 100).reply(conversation(asked), call())
    void reply.then(() => {
      answered = true
    })
    await vi.advanceTimersByTimeAsync(tokens * 10 - 1)
    expect(answered).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(answered).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('of embedded-slow begins with silence, whatever the configured pace', async () => {
    const seen = await heard(await open('embedded-slow', 0))
    expect(seen.slice(0, 3).map(([at]) => at)).toEqual([20_500, 21_000, 21_500])
  })

  it('stops with cancel, at once and without an error', async () => {
    const stream = await open('any-model', 1)
    const reading = stream.read()
    stream.cancel()
    expect(await reading).toBeUndefined()
    expect(await stream.read()).toBeUndefined()
    expect(vi.getTimerCount()).toBe(0)
    stream.cancel()
  })

  it('stops with the signal, with the reason it gives', async () => {
    const reason = new GatewayError('timeout', 'Too late.')
    const controller = new AbortController()
    const stream = await open('any-model', 1, controller.signal)
    const reading = expect(stream.read()).rejects.toBe(reason)
    controller.abort(reason)
    await reading
    expect(vi.getTimerCount()).toBe(0)
  })

  it('stops a whole answer with the signal', async () => {
    const controller = new AbortController()
    const reply = chatModel('any-model', 1).reply(conversation(asked), call(controller.signal))
    const refused = expect(reply).rejects.toMatchObject({ code: 'caller-left' })
    controller.abort()
    await refused
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not begin when the signal has fired before', async () => {
    const stream = await open('any-model', 0, AbortSignal.abort())
    await expect(stream.read()).rejects.toMatchObject({ code: 'caller-left' })
  })
})

describe('trouble on demand', () => {
  const both = (name: string) => [
    chatModel(name).reply(conversation(asked), call()),
    chatModel(name).stream(conversation(asked), call()),
  ]

  it('of embedded-throttled is 429 with a time to wait', async () => {
    for (const answer of both('embedded-throttled')) {
      await expect(answer).rejects.toMatchObject({ status: 429, retryAfter: 2 })
    }
  })

  it('of embedded-overloaded is 503', async () => {
    for (const answer of both('embedded-overloaded')) {
      await expect(answer).rejects.toMatchObject({ status: 503, code: 'overloaded' })
    }
  })

  it('of embedded-broken-stream comes in mid-stream', async () => {
    const stream = await open('embedded-broken-stream')
    expect(texts((await stream.read())!)).toHaveLength(30)
    await expect(stream.read()).rejects.toMatchObject({ code: 'stream-incomplete' })
  })

  it('of embedded-broken-stream is 502 for a whole answer', async () => {
    const [whole] = both('embedded-broken-stream')
    await expect(whole).rejects.toMatchObject({ status: 502, code: 'upstream' })
  })

  it('does not come after the reader has left', async () => {
    const stream = await open('embedded-broken-stream')
    stream.cancel()
    expect(await stream.read()).toBeUndefined()
  })
})
