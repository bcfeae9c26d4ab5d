import { afterEach, describe, expect, it, vi } from 'vitest'
import { createApp } from '../../../app/app.ts'
import type { Runtime } from '../../../app/ports/runtime.ts'
import { createMemoryStateStore } from '../../../app/providers/embedded/memory-state-store.ts'
import { textFrames } from '../../fakes/fake-bedrock-frames.ts'
import { type Json, MODELS, useFakeBedrock } from '../../features/stage.ts'
import { stagedRuntime } from '../../http/stage.ts'

const bedrock = useFakeBedrock()

function open(env: Record<string, string> = {}, brought: Partial<Runtime> = {}) {
  const { app, log } = bedrock.open({ FILES_DIR: 'memory', ...env }, {}, brought)
  const call = async (method: string, path: string, body?: Json) => {
    const response = await app.request(path, { method, body: body && JSON.stringify(body) })
    return { status: response.status, body: (await response.json()) as Json & { id: string } }
  }
  const begin = (more: Json = {}) =>
    call('POST', '/v1/responses', { model: MODELS.nova, input: 'Hi', background: true, ...more })
  const read = (id: string) => call('GET', `/v1/responses/${id}`)
  const events = async (path: string, body?: Json) => {
    const method = body ? 'POST' : 'GET'
    const response = await app.request(path, { method, body: body && JSON.stringify(body) })
    const text = await response.text()
    return text
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => JSON.parse(line.slice('data: '.length)) as Json)
  }
  return { app, call, begin, read, events, log }
}

const ORPHAN = 'resp_0123456789abcdef0123456789abcdef0'

/** An app whose store has a response of a server that died in the midst of it. */
async function openWithOrphan() {
  const store = createMemoryStateStore()
  const running = { id: ORPHAN, status: 'in_progress', background: true, created_at: 1, output: [] }
  const put = (collection: string, id: string, value: string) =>
    store.put(collection, { id, value })
  await put('responses/default', ORPHAN, JSON.stringify({ ...running, model: 'm' }))
  const event = (type: string, number: number) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, response: running, sequence_number: number })}\n\n`
  const told = event('response.created', 0) + event('response.in_progress', 1)
  await put(`response-events/default/${ORPHAN}`, '00000000', told)
  return open({}, { openState: () => store })
}

function promise() {
  let keep = () => {}
  const kept = new Promise<void>((resolve) => {
    keep = resolve
  })
  return { kept, keep }
}

/** Lets so many seconds pass, and whatever is done once a second be done. */
async function pass(seconds: number) {
  for (let left = seconds; left > 0; left--) {
    await vi.advanceTimersByTimeAsync(1000)
    await new Promise(setImmediate)
  }
}

afterEach(() => void vi.useRealTimers())

describe('a response in the background', () => {
  it('is queued at once and complete later, and goes into the log with what it cost', async () => {
    const { begin, read, log } = open()
    bedrock.fake.script({ frames: textFrames(['Hello', ' there.']) })
    const { status, body } = await begin({ metadata: { a: 'b' } })
    expect([status, body['status'], body['output']]).toEqual([200, 'queued', []])
    await expect.poll(async () => (await read(body.id)).body['status']).toBe('completed')
    expect((await read(body.id)).body).toMatchObject({
      id: body.id,
      background: true,
      metadata: { a: 'b' },
      output: [{ content: [{ text: 'Hello there.' }] }],
    })
    await expect
      .poll(() => log().find(({ method }: Json) => method === 'POST'))
      .toMatchObject({ path: '/v1/responses', usage: { output_tokens: expect.any(Number) } })
  })

  it('is refused at once where its model refuses it', async () => {
    const { begin } = open()
    expect(await begin({ model: 'nobody' })).toMatchObject({ status: 404 })
    expect(await begin({ store: false })).toMatchObject({
      status: 400,
      body: { error: { param: 'background', code: 'background_requires_store' } },
    })
    const busy = open({ BACKGROUND_RESPONSES: '0' })
    expect(await busy.begin()).toMatchObject({ status: 429 })
  })

  it('is cancelled, which stops its model, and stays so with what had been said', async () => {
    const { begin, call, read } = open()
    bedrock.fake.script({ frames: textFrames(Array(50).fill('more ')), stallAfter: 3 })
    const { body } = await begin()
    expect(await call('POST', `/v1/responses/${body.id}/cancel`)).toMatchObject({
      status: 200,
      body: { status: 'cancelled' },
    })
    await bedrock.fake.waitForAbort()
    await expect.poll(async () => (await read(body.id)).body['output']).toHaveLength(1)
    expect(await call('POST', `/v1/responses/${body.id}/cancel`)).toMatchObject({
      body: { status: 'cancelled' },
    })
  })

  it('streams, and can be followed again from any event by whoever lost the stream', async () => {
    const { events } = open()
    bedrock.fake.script({ frames: textFrames(['Hello', ' there', '.']), delayBetween: 20 })
    const asked = { model: MODELS.nova, input: 'Hi', background: true, stream: true }
    const told = await events('/v1/responses', asked)
    expect(told.map(({ type }) => type).at(-1)).toBe('response.completed')
    expect(told.map((event) => event['sequence_number'])).toEqual(told.map((_, at) => at))
    const { id } = told[0]!['response'] as { id: string }
    expect(await events(`/v1/responses/${id}?stream=true`)).toEqual(told)
    const rest = await events(`/v1/responses/${id}?stream=true&starting_after=3`)
    expect(rest).toEqual(told.slice(4))
  })

  it('tells its id before its model has said a word', async () => {
    const { app, call } = open()
    bedrock.fake.script({ frames: textFrames(['Late.']), stallAfter: 0 })
    const asked = { model: MODELS.nova, input: 'Hi', background: true, stream: true }
    const response = await app.request('/v1/responses', {
      method: 'POST',
      body: JSON.stringify(asked),
    })
    const reader = response.body!.getReader()
    const [created, inProgress] = new TextDecoder()
      .decode((await reader.read()).value)
      .match(/^data: .*$/gm)!
      .map((line) => JSON.parse(line.slice('data: '.length)) as Json)
    expect(created).toMatchObject({ type: 'response.created', sequence_number: 0 })
    expect(inProgress).toMatchObject({ type: 'response.in_progress', sequence_number: 1 })
    const { id } = created!['response'] as { id: string }
    expect(await call('POST', `/v1/responses/${id}/cancel`)).toMatchObject({ status: 200 })
    await reader.cancel()
  })

  it('that broke off is failed, in its events too', async () => {
    const { begin, read, events } = open()
    bedrock.fake.script({
      frames: [
        ...textFrames(['Hel']).slice(0, 2),
        { exception: 'internalServerException', payload: { message: 'broken' } },
      ],
    })
    const { body } = await begin()
    await expect.poll(async () => (await read(body.id)).body['status']).toBe('failed')
    expect((await read(body.id)).body).toMatchObject({
      error: { code: 'server_error' },
      output: [{ content: [{ text: 'Hel' }] }],
    })
    const told = await events(`/v1/responses/${body.id}?stream=true`)
    expect(told.map(({ type }) => type).slice(-2)).toEqual(['error', 'response.failed'])
  })

  it('is failed when nobody works on it any more', async () => {
    const { read, begin, events } = await openWithOrphan()
    const failed = {
      status: 'failed',
      error: { code: 'server_error', message: expect.stringContaining('is gone') },
    }
    expect((await read(ORPHAN)).body).toMatchObject(failed)
    // Whoever follows it hears of that behind what it had told.
    const told = await events(`/v1/responses/${ORPHAN}?stream=true&starting_after=1`)
    expect(told).toMatchObject([
      { type: 'error', sequence_number: 2, code: 'server_error' },
      { type: 'response.failed', sequence_number: 3, response: failed },
    ])
    bedrock.fake.script({ body: bedrock.reply('On we go.') })
    const next = await begin({ background: false, previous_response_id: ORPHAN })
    expect(next).toMatchObject({ status: 200, body: { status: 'completed' } })
  })

  it('is worked on as long as its model takes to begin', async () => {
    const { begin, read, call } = open()
    const speak = promise()
    bedrock.fake.script({ frames: textFrames(['Late.']), until: speak.kept })
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
    const { body } = await begin()
    await pass(90)
    expect((await read(body.id)).body).toMatchObject({ status: 'queued', error: null })
    const next = await call('POST', '/v1/responses', {
      model: MODELS.nova,
      input: 'Hi',
      previous_response_id: body.id,
    })
    expect(next).toMatchObject({ status: 400 })
    speak.keep()
    vi.useRealTimers()
    await expect.poll(async () => (await read(body.id)).body['status']).toBe('completed')
  })

  it('is in progress when its model has begun late', async () => {
    const { begin, read } = open()
    const speak = promise()
    bedrock.fake.script({ frames: textFrames(['Late.']), until: speak.kept, stallAfter: 2 })
    const { body } = await begin()
    expect((await read(body.id)).body['status']).toBe('queued')
    speak.keep()
    await expect.poll(async () => (await read(body.id)).body['status']).toBe('in_progress')
  })

  it('is cancelled before its model has begun, which ends what is told of it', async () => {
    const { begin, call, read, events } = open()
    const never = promise()
    bedrock.fake.script({ frames: textFrames(['Late.']), until: never.kept })
    const { body } = await begin()
    const following = events(`/v1/responses/${body.id}?stream=true`)
    const aborted = bedrock.fake.aborted()
    await call('POST', `/v1/responses/${body.id}/cancel`)
    await bedrock.fake.waitForAbort(aborted + 1)
    const told = await following
    expect(told.map(({ type }) => type)).toEqual(['response.created', 'response.in_progress'])
    expect((await read(body.id)).body).toMatchObject({ status: 'cancelled', error: null })
    never.keep()
  })

  /** One that goes on with a conversation. `meanwhile` runs as its answer is about to be put into that. */
  async function inConversation(
    meanwhile: (id: string, house: ReturnType<typeof open>) => Promise<void>,
  ) {
    const store = createMemoryStateStore()
    const openState = () => ({
      ...store,
      put: async (...asked: Parameters<typeof store.put>) => {
        const [collection, { id, value }] = asked
        const isAnswer = collection.startsWith('conversation-items/') && value.includes('there.')
        if (isAnswer) await meanwhile(`resp_${id.slice(0, 33)}`, house)
        return store.put(...asked)
      },
    })
    const house = open({}, { openState })
    bedrock.fake.script({ frames: textFrames(['Hello', ' there.']) })
    const { body: conversation } = await house.call('POST', '/v1/conversations', {})
    const { body } = await house.begin({ conversation: conversation.id })
    const status = async () => (await house.read(body.id)).body['status']
    await expect.poll(status).toMatch(/^(completed|cancelled)$/)
    const items = async () => {
      const { body } = await house.call('GET', `/v1/conversations/${conversation.id}/items`)
      return (body['data'] as Json[]).map(({ role }) => role)
    }
    return { status, items }
  }

  it('is complete only when its conversation has it', async () => {
    const seen: unknown[] = []
    const { items } = await inConversation(async (id, { read }) => {
      seen.push((await read(id)).body['status'])
    })
    expect(seen).toEqual(['in_progress'])
    expect(await items()).toEqual(['assistant', 'user'])
  })

  it('leaves nothing in its conversation where it is cancelled at the last moment', async () => {
    const { status, items } = await inConversation(async (id, { call }) => {
      await call('POST', `/v1/responses/${id}/cancel`)
    })
    expect(await status()).toBe('cancelled')
    await expect.poll(items).toEqual([])
  })

  it('is nobody’s failure when it is deleted as its model ends', async () => {
    const { begin, call, log } = open()
    const speak = promise()
    bedrock.fake.script({ frames: textFrames(['Late.']), until: speak.kept })
    const { body } = await begin()
    expect(await call('DELETE', `/v1/responses/${body.id}`)).toMatchObject({ status: 200 })
    speak.keep()
    await expect
      .poll(() => log().find(({ method }: Json) => method === 'POST'))
      .toMatchObject({ level: 'info', outcome: 'answered' })
  })

  it('is not begun where work ends with the answer', async () => {
    const { runtime } = stagedRuntime()
    const app = createApp({ ...runtime, name: 'lambda', transient: true })
    const response = await app.request('/v1/responses', {
      method: 'POST',
      body: JSON.stringify({ model: 'm', input: 'Hi', background: true }),
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { param: 'background', code: 'background_not_supported' },
    })
  })
})

describe('a response that is waited for', () => {
  it('cannot be cancelled', async () => {
    const { call } = open()
    const { body } = await call('POST', '/v1/responses', { model: MODELS.nova, input: 'Hi' })
    expect(await call('POST', `/v1/responses/${body.id}/cancel`)).toMatchObject({
      status: 400,
      body: { error: { message: 'Cannot cancel a synchronous response.' } },
    })
  })

  it('is kept as its stream told it where it broke off', async () => {
    const { events, read } = open()
    const { event, payload } = { event: 'contentBlockDelta', payload: { contentBlockIndex: 0 } }
    bedrock.fake.script({
      frames: [
        { event: 'messageStart', payload: { role: 'assistant' } },
        { event, payload: { ...payload, delta: { text: 'Hel' } } },
        { event, payload: { ...payload, delta: { text: 'lo' } } },
        { exception: 'internalServerException', payload: { message: 'broken' } },
      ],
    })
    const told = await events('/v1/responses', { model: MODELS.nova, input: 'Hi', stream: true })
    const response = told.at(-1)!['response'] as Json & { id: string }
    expect(response).toMatchObject({
      status: 'failed',
      usage: null,
      output: [{ status: 'incomplete', content: [{ text: 'Hello' }] }],
    })
    const { service_tier: _, ...kept } = (await read(response.id)).body
    expect(response).toMatchObject(kept)
  })

  it('loses its oldest turns where they are too much and that was allowed', async () => {
    const { app } = open()
    const words = 'word '.repeat(300_000)
    const input = [words, words, words, words, 'Last'].map((content) => ({
      role: 'user',
      content,
    }))
    const ask = (truncation: string) =>
      app.request('/v1/responses', {
        method: 'POST',
        body: JSON.stringify({ model: MODELS.claude, input, truncation, store: false }),
      })
    await ask('auto')
    const [message] = bedrock.sent().at(-1)!['messages'] as { content: Json[] }[]
    expect(message!.content).toEqual([{ text: 'Last' }])
    await ask('disabled')
    const [whole] = bedrock.sent().at(-1)!['messages'] as { content: Json[] }[]
    expect(whole!.content).toHaveLength(5)
  })
})
