import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { json, stageMetering } from './stage.ts'

// It is the same moment throughout, on however slow a machine, and never midnight.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 22, 12) }))
afterEach(() => void vi.useRealTimers())

const named = (answer: Response, part: string) =>
  Object.fromEntries([...answer.headers].filter(([name]) => name.includes(part)))

const inAMinute = () => Math.ceil((Date.now() + 60_000) / 1000)

describe('limits through the app', () => {
  const limits = { requests_per_minute: 3, tokens_per_minute: 1000, concurrent: 2 }

  it("stand in OpenAI's headers, and in those without a kind", async () => {
    const { chat } = stageMetering({}, { alice: { limits } })
    for (const stream of [false, true]) {
      const answer = await chat('alice', { stream })
      await answer.text()
      const reset = Number(answer.headers.get('x-ratelimit-reset'))
      expect(named(answer, 'ratelimit')).toEqual({
        'x-ratelimit-limit-requests': '3',
        'x-ratelimit-remaining-requests': stream ? '1' : '2',
        'x-ratelimit-reset-requests': expect.stringMatching(/^(1m0s|59(\.\d+)?s)$/),
        'x-ratelimit-limit-tokens': '1000',
        'x-ratelimit-remaining-tokens': stream ? String(1000 - 130 - 107) : '893',
        'x-ratelimit-reset-tokens': expect.stringMatching(/^(1m0s|59(\.\d+)?s)$/),
        'x-ratelimit-limit': '3',
        'x-ratelimit-remaining': stream ? '1' : '2',
        'x-ratelimit-reset': expect.any(String),
      })
      expect(inAMinute() - reset).toBeLessThan(3)
    }
  })

  it("stand in Anthropic's headers on its surface", async () => {
    const { message } = stageMetering({}, { alice: { limits } })
    const answer = await message('alice')
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(named(answer, 'anthropic-ratelimit')).toEqual({
      'anthropic-ratelimit-requests-limit': '3',
      'anthropic-ratelimit-requests-remaining': '2',
      'anthropic-ratelimit-requests-reset': time,
      'anthropic-ratelimit-tokens-limit': '1000',
      'anthropic-ratelimit-tokens-remaining': '893',
      'anthropic-ratelimit-tokens-reset': time,
    })
    expect(named(answer, 'x-ratelimit')).toMatchObject({ 'x-ratelimit-remaining': '2' })
  })

  it('end in 429 with the envelope of the surface, and concern no other key', async () => {
    const few = { requests_per_minute: 1 }
    const { chat, message, asked } = stageMetering({}, { alice: { limits: few } })
    await chat('alice')
    const refused = await chat('alice')
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(58)
    expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0')
    expect(await json(refused)).toMatchObject({
      error: { type: 'rate_limit_error', code: 'rate_limit_exceeded', param: null },
    })
    const there = await message('alice')
    expect(there.status).toBe(429)
    expect(there.headers.get('retry-after')).not.toBeNull()
    expect(there.headers.get('anthropic-ratelimit-requests-remaining')).toBe('0')
    expect(await json(there)).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } })
    expect((await chat('bob')).status).toBe(200)
    expect(asked).toEqual(['teller', 'teller'])
  })

  it('are 100 requests a minute and 10 at once for every key where they are switched on', async () => {
    const { chat, get } = stageMetering({ RATE_LIMIT: 'on' })
    const answer = await chat('alice')
    expect(answer.headers.get('x-ratelimit-limit')).toBe('100')
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => chat('alice', { stream: true, model: 'endless' })),
    )
    expect(answers.map(({ status }) => status).filter((status) => status === 429)).toHaveLength(2)
    // What is open to everybody is counted for nobody.
    expect((await get('/health', 'alice')).headers.get('x-ratelimit-limit')).toBeNull()
    for (const one of answers) await one.body?.cancel()
    expect((await chat('alice')).status).toBe(200)
  })

  it('cost nothing and show nothing where there are none', async () => {
    const { chat } = stageMetering()
    expect(named(await chat('alice'), 'ratelimit')).toEqual({})
  })
})

describe('tokens', () => {
  const limits = { tokens_per_minute: 1000 }
  const remaining = async (answer: Response) =>
    Number(answer.headers.get('x-ratelimit-remaining-tokens'))

  it('are settled by the bill when an answer or a stream has ended', async () => {
    const { chat } = stageMetering({}, { alice: { limits } })
    expect(await remaining(await chat('alice'))).toBe(1000 - 107)
    // The bill was 100 read, 20 written and 10 put into the cache.
    const stream = await chat('alice', { stream: true })
    expect(await remaining(stream)).toBe(1000 - 130 - 107)
    await stream.text()
    expect(await remaining(await chat('alice'))).toBe(1000 - 2 * 130 - 107)
  })

  it('of a stream whose reader left are settled by what came and an estimate', async () => {
    const { chat } = stageMetering({}, { alice: { limits } })
    const reader = (
      await chat('alice', { model: 'endless', stream: true, max_tokens: 900 })
    ).body!.getReader()
    await reader.read()
    expect((await chat('alice')).status).toBe(429)
    await reader.cancel()
    expect(await remaining(await chat('alice'))).toBe(1000 - 10 - 107)
  })

  it('of a request that failed are given back', async () => {
    const { chat } = stageMetering({}, { alice: { limits } })
    await chat('alice', { model: 'broken' })
    expect(await remaining(await chat('alice'))).toBe(1000 - 107)
  })
})

describe('budgets', () => {
  const price = (100 * 10 + 20 * 100 + 50 * 1 + 10 * 20) / 1e6 / 2

  it('end before they are overdrawn, in either vocabulary', async () => {
    // The estimate of one request: 7 tokens read, 100 written.
    const estimate = (7 * 10 + 100 * 100) / 1e6
    const day = 2 * price + estimate + 1e-6
    const { chat, message, asked } = stageMetering({}, { alice: { budget: { day } } })
    for (let n = 0; n < 3; n++) expect((await chat('alice')).status).toBe(200)
    const refused = await chat('alice')
    expect(refused.status).toBe(429)
    const untilMidnight = 86_400 - (Math.floor(Date.now() / 1000) % 86_400)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(untilMidnight - 5)
    expect(await json(refused)).toMatchObject({
      error: {
        code: 'insufficient_quota',
        message: expect.stringMatching(/is left of this key's budget of \$0\.0\d+ a day/),
      },
    })
    expect(await json(message('alice'))).toMatchObject({ error: { type: 'rate_limit_error' } })
    expect(asked).toHaveLength(3)
    expect((await chat('bob')).status).toBe(200)
  })

  it('hold money for what runs', async () => {
    const day = 0.0151
    const { chat } = stageMetering({}, { alice: { budget: { day, month: 5 } } })
    const running = await chat('alice', { stream: true, model: 'endless' })
    expect(running.status).toBe(200)
    expect((await chat('alice')).status).toBe(429)
    await running.body!.cancel()
    expect((await chat('alice')).status).toBe(200)
  })

  it('are the same for every key where BUDGET_PER_DAY says so', async () => {
    const { chat } = stageMetering({ BUDGET_PER_DAY: '0.001' })
    expect((await chat('alice')).status).toBe(429)
  })

  it('tell nobody to come back with what is dearer than the whole of one', async () => {
    const { chat } = stageMetering({}, { alice: { budget: { day: 0.001, month: 5 } } })
    const refused = await chat('alice')
    const { status, headers } = refused
    expect([status, headers.get('retry-after'), headers.get('x-should-retry')]).toEqual([
      429,
      null,
      'false',
    ])
    const body = await json(refused)
    expect(body).not.toHaveProperty('error.details')
    expect(body).toMatchObject({
      error: {
        code: 'insufficient_quota',
        message: "This request may cost $0.010, more than this key's whole budget of $0.001 a day.",
      },
    })
  })

  it('refuse a model whose price nobody knows', async () => {
    const { chat } = stageMetering({}, { alice: { budget: { month: 100 } } })
    const refused = await chat('alice', { model: 'unpriced' })
    expect(refused.status).toBe(403)
    expect(await json(refused)).toMatchObject({ error: { code: 'model_without_price' } })
    expect((await chat('bob', { model: 'unpriced' })).status).toBe(200)
  })
})
