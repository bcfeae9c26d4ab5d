import { describe, expect, it } from 'vitest'
import { createApp } from '../../app/app.ts'
import { GatewayError } from '../../app/errors.ts'
import { inQuickTime } from '../faults/quick-time.ts'
import { stagedRuntime } from '../http/stage.ts'
import { createScriptedProvider, replyOf, type Script, saying } from './scripted-provider.ts'

function open(script: Script, env: Record<string, string> = {}) {
  const scripted = createScriptedProvider(script)
  const { runtime, log } = stagedRuntime(env)
  const app = createApp(runtime, { providers: [scripted.provider] })
  const ask = (body: object, init: RequestInit = {}) =>
    app.request('/v1/chat/completions', {
      method: 'POST',
      body: JSON.stringify({
        model: 'scripted',
        messages: [{ role: 'user', content: 'Hi' }],
        ...body,
      }),
      ...init,
    })
  return { ...scripted, ask, log }
}

const frames = (text: string) =>
  text.split('\n\n').flatMap((frame) => (frame.startsWith('data: ') ? [frame.slice(6)] : []))

describe('several choices', () => {
  it('are asked for at once and answered in order', async () => {
    const { ask, asked } = open({
      reply: async (_, __, nth) => replyOf(`answer ${nth}`, nth + 1),
    })
    const body = await (await ask({ n: 3 })).json()
    expect(asked.length).toBe(3)
    expect(body.choices.map((choice: { index: number }) => choice.index)).toEqual([0, 1, 2])
    expect(
      body.choices.map((choice: { message: { content: string } }) => choice.message.content),
    ).toEqual(['answer 0', 'answer 1', 'answer 2'])
    expect(body.usage.completion_tokens).toBe(6)
  })

  it('are streamed side by side, each with its own end', async () => {
    const { ask } = open({ stream: (_, nth) => saying(`words ${nth}`).map((event) => [event]) })
    const answer = await ask({ n: 2, stream: true, stream_options: { include_usage: true } })
    const all = frames(await answer.text())
    expect(all.at(-1)).toBe('[DONE]')
    const chunks = all.slice(0, -1).map((frame) => JSON.parse(frame))
    for (const index of [0, 1]) {
      const own = chunks.flatMap((chunk) =>
        chunk.choices.filter((choice: { index: number }) => choice.index === index),
      )
      expect(own.map((choice) => choice.delta.content ?? '').join('')).toBe(`words ${index}`)
      expect(own.filter((choice) => choice.finish_reason !== null).length).toBe(1)
    }
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1)
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 6 } })
  })

  it('fail together, and stop the others', async () => {
    let othersSignal: AbortSignal | undefined
    const { ask } = open({
      reply: (_, call, nth) => {
        if (nth === 1) throw new GatewayError('rate-limit', 'Slow down.', { retryAfter: 7 })
        othersSignal = call.signal
        return new Promise(() => {})
      },
    })
    const answer = await ask({ n: 2 })
    expect(answer.status).toBe(429)
    expect(answer.headers.get('retry-after')).toBe('7')
    expect(othersSignal?.aborted).toBe(true)
  })

  it('are on the bill as far as they were open when another could not be opened', async () => {
    const { ask, cancelled, log } = open({
      stream: (_, nth) => {
        if (nth === 2) throw new GatewayError('rate-limit', 'Slow down.')
        return [saying('never read')]
      },
    })
    const answer = await ask({ n: 3, stream: true })
    expect(answer.status).toBe(429)
    expect(cancelled).toEqual([0, 1])
    expect(log().at(-1)).toMatchObject({
      status_code: 429,
      usage: { input_tokens: 10, output_tokens: 0, estimated: true },
    })
  })

  it('are on the bill as far as they had come whole when another failed', async () => {
    const { ask, log } = open({
      reply: async (_, __, nth) => {
        if (nth === 0) return replyOf('paid for', 7)
        if (nth === 1) return new Promise(() => {})
        await Promise.resolve()
        throw new GatewayError('rate-limit', 'Slow down.')
      },
    })
    expect((await ask({ n: 3 })).status).toBe(429)
    const { usage } = log().at(-1)
    expect([usage.output_tokens, usage.estimated]).toEqual([7, undefined])
  })

  it('were all read when the time was up', async () => {
    const { ask, log } = open(
      {
        reply: (_, { signal }) =>
          new Promise((__, reject) => {
            signal.addEventListener('abort', () => reject(new Error('aborted')))
          }),
      },
      { AI_RESPONSE_TIMEOUT: '1' },
    )
    await inQuickTime(async () => expect((await ask({ n: 3 })).status).toBe(503))
    expect(log().at(-1).usage).toMatchObject({ input_tokens: 15, estimated: true })
  })

  it('end as one broken stream when one of them breaks', async () => {
    const { ask, cancelled } = open({
      stream: (_, nth) =>
        nth === 0 ? [saying('a').slice(0, 3), new Error('reset')] : [[], 'stall' as const],
    })
    const all = frames(await (await ask({ n: 2, stream: true })).text())
    expect(all).not.toContain('[DONE]')
    expect(JSON.parse(all.at(-1)!).error.type).toBe('server_error')
    expect(cancelled).toContain(1)
  })
})

describe('the deadline', () => {
  it('answers 503 when a whole answer takes too long, and stops the model', async () => {
    let signal: AbortSignal | undefined
    const { ask } = open(
      {
        reply: (_, call) => {
          signal = call.signal
          return new Promise((__, reject) => {
            call.signal.addEventListener('abort', () => reject(new Error('aborted')))
          })
        },
      },
      { AI_RESPONSE_TIMEOUT: '30' },
    )
    const answer = await inQuickTime(() => Promise.resolve(ask({})))
    expect(answer.status).toBe(503)
    expect((await answer.json()).error).toMatchObject({ type: expect.any(String), param: null })
    expect(signal?.aborted).toBe(true)
  })

  it('ends a silent stream with an error frame', async () => {
    const { ask, cancelled } = open(
      { stream: () => [saying('a').slice(0, 3), 'stall'] },
      { AI_RESPONSE_TIMEOUT: '30' },
    )
    const all = frames(await inQuickTime(async () => (await ask({ stream: true })).text()))
    expect(all.at(-1)).toContain('"error"')
    expect(cancelled).toEqual([0])
  })
})

describe('the bill', () => {
  it('is the model`s own when the answer is complete', async () => {
    const { ask, log } = open({ stream: () => [saying('four', 17)] })
    await (await ask({ stream: true })).text()
    expect(log().at(-1)).toMatchObject({ usage: { input_tokens: 5, output_tokens: 17 } })
    expect(log().at(-1).usage.estimated).toBeUndefined()
  })

  it('is estimated, and says so, when the reader leaves in the middle', async () => {
    const { ask, log, cancelled } = open({
      stream: () => [saying('eight characters').slice(0, 3), 'stall'],
    })
    const reader = (await ask({ stream: true })).body!.getReader()
    await reader.read()
    await reader.cancel()
    expect(cancelled).toEqual([0])
    expect(log().at(-1)).toMatchObject({
      status_code: 499,
      usage: { input_tokens: 5, output_tokens: 4, estimated: true },
    })
  })

  it.each([0, 4])(
    'is estimated whole, for the caller as well, when the model ends without one (%i)',
    async (output) => {
      const usage = { input: 0, output, estimated: true }
      const { ask, log } = open({
        stream: () => [
          [
            ...saying('eight characters').slice(0, 4),
            { type: 'reply-end', reason: 'end-turn', usage },
          ],
        ],
      })
      const answer = await ask({ stream: true, stream_options: { include_usage: true } })
      const all = frames(await answer.text())
      expect(JSON.parse(all.at(-2)!).usage).toMatchObject({
        prompt_tokens: 5,
        completion_tokens: 4,
      })
      expect(log().at(-1)).toMatchObject({
        usage: { input_tokens: 5, output_tokens: 4, estimated: true },
      })
    },
  )

  it('leaves out choices that still waited for a free place when another broke', async () => {
    const { ask, asked, log } = open(
      { stream: () => [saying('four').slice(0, 3), new Error('reset')] },
      { MAX_CONCURRENT_PROMPTS: '1' },
    )
    await (await ask({ n: 3, stream: true })).text()
    expect(asked).toHaveLength(1)
    expect(log().at(-1)).toMatchObject({
      usage: { input_tokens: 5, output_tokens: 1, estimated: true },
    })
  })

  it('is estimated when the stream ends without an end', async () => {
    const { ask, log } = open({ stream: () => [saying('eight characters').slice(0, 4)] })
    const all = frames(await (await ask({ stream: true })).text())
    expect(JSON.parse(all.at(-1)!).error.code).toBe('stream_incomplete')
    expect(log().at(-1)).toMatchObject({ usage: { output_tokens: 4, estimated: true } })
  })
})

describe('parameters without effect', () => {
  it('are named as the caller named them', async () => {
    const { ask } = open({
      reply: () => replyOf('yes'),
      ignored: ['frequencyPenalty', 'topP', 'seed'],
    })
    const answer = await ask({})
    expect(answer.headers.get('x-outcrop-ignored-params')).toBe('frequency_penalty, top_p, seed')
  })
})
