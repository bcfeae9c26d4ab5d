import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { chunkFrames, claudeEvents } from '../../fakes/claude-answers.ts'
import type { Script } from '../../fakes/fake-bedrock.ts'
import { textFrames, textReply } from '../../fakes/fake-bedrock-frames.ts'
import { type FakeRegions, startFakeRegions, TROUBLES } from '../../fakes/fake-regions.ts'
import type { Json } from '../../features/stage.ts'
import { CLAUDE, NOVA, serve, servedBy } from './served-regions.ts'

const { throttled, unavailable } = TROUBLES
const [EAST, WEST, EU] = ['us-east-1', 'us-west-2', 'eu-west-1'] as const

let aws: FakeRegions
beforeEach(async () => {
  aws = await startFakeRegions([EAST, WEST, EU])
})
afterEach(() => aws.close())

describe.each([{ stream: false }, { stream: true }])('a region that fails, $stream', (way) => {
  it.each([
    ['throttles', throttled],
    ['is unavailable', unavailable],
    [
      'has an error of its own',
      { status: 500, errorType: 'InternalServerException', body: { message: 'x' } },
    ],
    [
      'has no quota left',
      { status: 400, errorType: 'ServiceQuotaExceededException', body: { message: 'x' } },
    ],
    ['is not ready', { status: 429, errorType: 'ModelNotReadyException', body: { message: 'x' } }],
    ['took too long', { status: 408, errorType: 'ModelTimeoutException', body: { message: 'x' } }],
    ['answers by a broken proxy', { status: 502, body: '<html>' }],
    ['resets the connection', { body: '{', frames: [], resetAfter: 0 }],
  ])('because it %s leads to the next one, and is left alone thereafter', async (_, script) => {
    const { chat, log } = serve(aws.env)
    aws.of(EAST).script(script)
    const first = await chat(NOVA, way)
    expect(first.status).toBe(200)
    expect(servedBy(first)).toEqual({ region: WEST, model: NOVA, attempts: '2' })
    await first.text()
    const second = await chat(NOVA, way)
    expect(servedBy(second)).toEqual({ region: WEST, model: NOVA, attempts: '1' })
    await second.text()
    expect(aws.counts()).toEqual({ [EAST]: 1, [WEST]: 2, [EU]: 0 })
    const [line] = log().filter(({ type }) => type === 'request')
    expect(line).toMatchObject({ attempts: 2, region: WEST, outcome: 'answered' })
    expect(line.region_attempts.map((one: { outcome: string }) => one.outcome)).toEqual([
      expect.stringMatching(/rate-limit|quota|overloaded|upstream|timeout|stream-incomplete/),
      'answered',
    ])
    expect(log()).toContainEqual(
      expect.objectContaining({ message: 'A region did not answer.', region: EAST }),
    )
  })

  it.each([
    ['a request that is wrong', 400, 'ValidationException', 400],
    ['a model without access', 403, 'AccessDeniedException', 403],
    ['a model that fails on this request', 424, 'ModelErrorException', 502],
  ])('does not lead on: %s', async (_, status, errorType, expected) => {
    const { chat } = serve(aws.env)
    aws.of(EAST).script({ status, errorType, body: { message: 'No.' } })
    const response = await chat(NOVA, way)
    expect(response.status).toBe(expected)
    expect(response.headers.get('x-outcrop-attempts')).toBe('1')
    expect(aws.counts()).toEqual({ [EAST]: 1, [WEST]: 0, [EU]: 0 })
  })

  it('is asked while it rests where the next one may not be asked at all', async () => {
    const { chat } = serve({ ...aws.env, AWS_BEDROCK_REGIONS: `${EAST},${WEST}` })
    const denied = { status: 403, errorType: 'AccessDeniedException', body: { message: 'No.' } }
    aws.of(EAST).script(throttled)
    aws.of(WEST).script(denied)
    const first = await chat(NOVA, way)
    expect([first.status, first.headers.get('x-outcrop-attempts')]).toEqual([429, '2'])
    aws.of(EAST).forget()
    const second = await chat(NOVA, way)
    expect(second.status).toBe(200)
    expect(servedBy(second)).toEqual({ region: EAST, model: NOVA, attempts: '2' })
    await second.text()
  })

  it('everywhere is told with when to come back, each region asked once', async () => {
    const { chat, log } = serve(aws.env)
    for (const region of [EAST, WEST, EU]) aws.of(region).script(throttled)
    const response = await chat(NOVA, way)
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('60')
    expect(response.headers.get('x-outcrop-attempts')).toBe('3')
    expect(aws.counts()).toEqual({ [EAST]: 1, [WEST]: 1, [EU]: 1 })
    const [line] = log().filter(({ type }) => type === 'request')
    expect(line.attempts).toBe(3)
    expect(line.error_detail[0]).toMatch(/us-east-1 .*rate-limit; us-west-2 .*; eu-west-1/)
  })

  it('keeps a refusal elsewhere from hiding why: 429, not 403', async () => {
    const { chat } = serve(aws.env)
    aws.of(EAST).script(throttled)
    const denied = { status: 403, errorType: 'AccessDeniedException', body: { message: 'No.' } }
    aws.of(WEST).script(denied)
    aws.of(EU).script(denied)
    expect((await chat(NOVA, way)).status).toBe(429)
    expect(aws.counts()).toEqual({ [EAST]: 1, [WEST]: 1, [EU]: 1 })
  })
})

describe('a region that is dead', () => {
  it('is passed by, and a server that cannot reach any says 503', async () => {
    await aws.of(EAST).close()
    const { chat } = serve(aws.env)
    expect(servedBy(await chat(NOVA))).toEqual({ region: WEST, model: NOVA, attempts: '2' })
    await aws.of(WEST).close()
    await aws.of(EU).close()
    const response = await serve(aws.env).chat(NOVA)
    expect(response.status).toBe(503)
    expect(response.headers.get('x-outcrop-attempts')).toBe('3')
  })
})

/** Time stands still but for what a test lets pass, so that a limit comes when AWS has the request, not sooner. */
function holdTime() {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())
}

/** Lets so many milliseconds pass once a region has been asked so often. */
async function passAt(region: string, milliseconds: number, times = 1): Promise<void> {
  await aws.of(region).waitForRequest(times)
  vi.advanceTimersByTime(milliseconds)
}

const never = new Promise<void>(() => {})

describe('a region that is slow', () => {
  holdTime()

  it('is given up for the next, and cancelled', async () => {
    const { chat } = serve({ ...aws.env, AWS_BEDROCK_ATTEMPT_TIMEOUT: '20' })
    aws.of(EAST).script({ until: never })
    const asked = chat(NOVA, { stream: true })
    await passAt(EAST, 20_000)
    const response = await asked
    expect(servedBy(response)).toEqual({ region: WEST, model: NOVA, attempts: '2' })
    expect(await response.text()).toContain('[DONE]')
    await aws.of(EAST).waitForAbort()
  })

  it('makes a whole answer come from the next after half of the time', async () => {
    const { chat } = serve({ ...aws.env, AI_RESPONSE_TIMEOUT: '40' })
    aws.of(EAST).script({ until: never })
    const asked = chat(NOVA)
    await passAt(EAST, 20_000)
    expect(servedBy(await asked)).toMatchObject({ region: WEST, attempts: '2' })
  })

  it.each([
    ['FIRST_TOKEN_TIMEOUT', true],
    ['AI_RESPONSE_TIMEOUT', false],
  ])('counts as well when all of the time is over: %s', async (limit, stream) => {
    const { chat, log } = serve({ ...aws.env, [limit]: '30', AWS_BEDROCK_ATTEMPT_TIMEOUT: '60' })
    for (const region of [EAST, WEST]) aws.of(region).script({ until: never })
    const asked = chat(NOVA, { stream })
    if (!stream) await passAt(EAST, 15_000)
    await passAt(stream ? EAST : WEST, 30_000)
    const response = await asked
    const attempts = stream ? 1 : 2
    expect(response.status).toBe(503)
    expect(response.headers.get('x-outcrop-attempts')).toBe(String(attempts))
    expect(log().at(-1)).toMatchObject({ attempts, error_code: 'overloaded' })
  })

  it('is raced by a second one, and the loser cancelled', async () => {
    const { chat, log } = serve({ ...aws.env, AWS_BEDROCK_HEDGE_MS: '30' })
    aws.of(EAST).script({ until: never })
    const asked = chat(NOVA, { stream: true })
    await passAt(EAST, 30)
    const response = await asked
    expect(servedBy(response)).toMatchObject({ region: WEST, attempts: '2' })
    await response.text()
    await aws.of(EAST).waitForAbort()
    const [line] = log().filter(({ type }) => type === 'request')
    expect(line).toMatchObject({
      attempts: 2,
      region_attempts: [
        { region: EAST, outcome: 'cancelled' },
        { region: WEST, outcome: 'answered' },
      ],
    })
    // A race that was lost proves nothing: the region is asked first again.
    aws.of(EAST).forget()
    const again = await chat(NOVA)
    expect(servedBy(again)).toMatchObject({ region: EAST })
  })

  it('wins its race when the second one fails', async () => {
    const { chat } = serve({ ...aws.env, AWS_BEDROCK_HEDGE_MS: '20' })
    let release = () => {}
    const until = new Promise<void>((resolve) => {
      release = resolve
    })
    aws.of(EAST).script({ until, body: textReply('At last.') })
    aws.of(WEST).script(throttled)
    const asked = chat(NOVA)
    await passAt(EAST, 20)
    await aws.of(WEST).waitForRequest()
    release()
    expect(servedBy(await asked)).toMatchObject({ region: EAST })
    expect(aws.counts()[EU]).toBe(0)
  })
})

describe('an answer that is none', () => {
  it('is told of with where it came from, and not asked for elsewhere', async () => {
    const { chat, log } = serve(aws.env)
    aws.of(EAST).script({ body: { message: 'oops' } })
    const response = await chat(NOVA)
    expect(response.status).toBe(502)
    expect(response.headers.get('x-outcrop-attempts')).toBe('1')
    expect(log().at(-1)).toMatchObject({ attempts: 1, error_code: 'upstream' })
    expect(aws.counts()).toEqual({ [EAST]: 1, [WEST]: 0, [EU]: 0 })
  })
})

describe('a stream', () => {
  it('that breaks off after its first words is never asked elsewhere', async () => {
    const { chat } = serve(aws.env)
    aws.of(EAST).script({ frames: textFrames(['Half', ' of']), resetAfter: 2, delayBetween: 10 })
    const response = await chat(NOVA, { stream: true })
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(text).toContain('Half')
    expect(text).not.toContain('[DONE]')
    expect(aws.counts()).toEqual({ [EAST]: 1, [WEST]: 0, [EU]: 0 })
  })

  it('whose first frame is an exception is asked elsewhere', async () => {
    const { chat } = serve(aws.env)
    aws.of(EAST).script({
      frames: [{ exception: 'throttlingException', payload: { message: 'Too many tokens' } }],
    })
    const response = await chat(NOVA, { stream: true })
    expect(servedBy(response)).toEqual({ region: WEST, model: NOVA, attempts: '2' })
    expect(await response.text()).toContain('[DONE]')
  })
})

describe('a prompt that lies in a cache', () => {
  const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2, cacheReadInputTokens: 900 }
  const reply = { body: textReply('Yes.', usage) }
  const [key, mark] = ['mine', { type: 'ephemeral' }]
  const claude = { model: `global.${CLAUDE}`, max_tokens: 9 }
  const tool = { type: 'function', function: { name: 'f' }, cache_control: mark }

  it.each<[string, string, Script, Json]>([
    ['its name', 'chat/completions', reply, { prompt_cache_key: key }],
    [
      'its name, streamed',
      'chat/completions',
      { frames: textFrames(['Yes.'], usage) },
      { prompt_cache_key: key, stream: true },
    ],
    ['the mark of a tool', 'chat/completions', reply, { ...claude, tools: [tool] }],
    [
      'a mark, in the own dialect of the model',
      'messages',
      { frames: chunkFrames(claudeEvents(['Yes.'])) },
      {
        ...claude,
        system: [{ type: 'text', text: 'Be brief.', cache_control: mark }],
        stream: true,
      },
    ],
  ])(
    'is asked where it lies, whatever the strategy, known by %s',
    async (_, path, script, more) => {
      const { app, chat } = serve({ ...aws.env, AWS_BEDROCK_REGION_ROUTING: 'round_robin' })
      for (const region of [EAST, WEST, EU]) aws.of(region).script(script)
      const messages = [{ role: 'user', content: 'Hi' }]
      const asked = { method: 'POST', body: JSON.stringify({ model: NOVA, messages, ...more }) }
      const regions: (string | null)[] = []
      for (let times = 0; times < 4; times += 1) {
        const response = await app.request(`/v1/${path}`, asked)
        regions.push(servedBy(response).region)
        await response.text()
      }
      expect(regions).toEqual(Array(4).fill(EAST))
      for (const region of [EAST, WEST, EU]) {
        aws.of(region).forget()
        aws.of(region).script(reply)
      }
      const others = [servedBy(await chat(NOVA)).region, servedBy(await chat(NOVA)).region]
      expect(new Set(others).size).toBe(2)
    },
  )
})

describe('a model that is too slow everywhere', () => {
  holdTime()

  it('is a 503, and its last region rests', async () => {
    const { chat } = serve({ ...aws.env, AI_RESPONSE_TIMEOUT: '20', AWS_BEDROCK_REGIONS: EAST })
    aws.of(EAST).script({ until: never })
    for (const times of [1, 2]) {
      const asked = chat(NOVA)
      await passAt(EAST, 20_000, times)
      expect((await asked).status).toBe(503)
    }
    expect(aws.counts()[EAST]).toBe(2)
  })
})
