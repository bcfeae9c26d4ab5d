import { afterEach, describe, expect, it, vi } from 'vitest'
import { createApp } from '../../../app/app.ts'
import type { StateStore } from '../../../app/ports/state-store.ts'
import { createMemoryStateStore } from '../../../app/providers/embedded/memory-state-store.ts'
import {
  createScriptedProvider,
  replyOf,
  type Script,
  saying,
} from '../../gateway/scripted-provider.ts'
import { stagedRuntime } from '../../http/stage.ts'

const LOCKED = {
  status: 400,
  error: {
    message:
      'Another process is currently operating on this conversation. Please retry in a few seconds.',
    type: 'invalid_request_error',
    param: 'conversation',
    code: 'conversation_locked',
  },
}

/** A server over a store that several may share. */
function open(script: Script, store: StateStore = createMemoryStateStore()) {
  const { runtime } = stagedRuntime()
  const { provider } = createScriptedProvider(script)
  const app = createApp({ ...runtime, openState: () => store }, { providers: [provider] })
  const post = (path: string, body: object) =>
    app.request(path, { method: 'POST', body: JSON.stringify(body) })
  const respond = (conversation: string | undefined, more: object = {}) =>
    post('/v1/responses', { model: 'scripted', input: 'Hi', conversation, ...more })
  return {
    app,
    respond,
    async create(): Promise<string> {
      return (await (await post('/v1/conversations', {})).json()).id
    },
    async told(answer: Response | Promise<Response>) {
      const response = await answer
      const { error } = await response.json()
      return { status: response.status, error: error ?? undefined }
    },
    async texts(id: string): Promise<string[]> {
      const path = `/v1/conversations/${id}/items?order=asc`
      const { data } = await (await app.request(path)).json()
      return data.map(({ content }: { content: { text: string }[] }) => content[0]!.text)
    },
  }
}

/** A model that answers its first question when it is told to, and all others at once. */
function slow() {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const { promise: free, resolve: go } = Promise.withResolvers<void>()
  const script: Script = {
    async reply(_asked, _call, nth) {
      if (nth > 0) return replyOf('later')
      begin()
      await free
      return replyOf('first')
    },
  }
  return { begun, go, script }
}

describe('a conversation that a response goes on with', () => {
  it('is locked for others until that is complete', async () => {
    const { begun, go, script } = slow()
    const { respond, create, told, texts } = open(script)
    const id = await create()
    const first = respond(id)
    await begun
    expect(await told(respond(id))).toMatchObject(LOCKED)
    expect(await told(respond(id, { stream: true }))).toMatchObject(LOCKED)
    expect(await told(respond(id, { background: true }))).toMatchObject(LOCKED)
    expect((await respond(await create())).status).toBe(200)
    go()
    expect((await first).status).toBe(200)
    expect((await respond(id)).status).toBe(200)
    expect(await texts(id)).toEqual(['Hi', 'first', 'Hi', 'later'])
  })

  it('is free again when that fails, or was refused', async () => {
    const { respond, create, told } = open({
      reply(_asked, _call, nth) {
        if (nth === 0) throw new Error('The model broke.')
        return replyOf('well')
      },
    })
    const id = await create()
    expect((await told(respond(id))).status).toBe(500)
    expect((await told(respond(id, { model: 'nobody' }))).status).toBe(404)
    expect((await told(respond(id, { input: [{ type: 'item_reference', id: 'x' }] }))).status).toBe(
      404,
    )
    expect((await told(respond('conv_nobody'))).status).toBe(404)
    expect((await told(respond('conv_nobody'))).status).toBe(404)
    expect((await respond(id)).status).toBe(200)
  })

  it('is locked as long as a stream runs, and free when its end is told or its reader has left', async () => {
    const { respond, create, told, app } = open({
      stream: (_asked, nth) => (nth === 0 ? [saying('wait').slice(0, 3), 'stall'] : [saying('ok')]),
    })
    const id = await create()
    const streamed = await respond(id, { stream: true })
    const reader = streamed.body!.getReader()
    await reader.read()
    expect(await told(respond(id, { stream: true }))).toMatchObject(LOCKED)
    await reader.cancel()
    const free = await vi.waitFor(async () => {
      const again = await respond(id, { stream: true })
      expect(again.status).toBe(200)
      return again
    })
    // Whoever has read this event may go on at once, though the stream has not ended.
    let seen = ''
    const following = free.body!.pipeThrough(new TextDecoderStream()).getReader()
    while (!seen.includes('response.completed')) seen += (await following.read()).value
    const next = await respond(id, { stream: true })
    expect(await next.text()).toContain('response.completed')
    expect((await app.request(`/v1/conversations/${id}`)).status).toBe(200)
  })

  it('is free once a response in the background is complete', async () => {
    const { respond, create, app, told } = open({ stream: () => [saying('ok')] })
    const id = await create()
    const { id: response } = await (await respond(id, { background: true })).json()
    await vi.waitFor(async () => {
      const { status } = await (await app.request(`/v1/responses/${response}`)).json()
      expect(status).toBe('completed')
    })
    expect((await told(respond(id, { background: true }))).status).toBe(200)
  })

  it('is locked until what one that was cancelled at the last moment has said in it is gone', async () => {
    const memory = createMemoryStateStore()
    const { promise: retracting, resolve: retracts } = Promise.withResolvers<void>()
    const { promise: free, resolve: go } = Promise.withResolvers<void>()
    const store: StateStore = {
      ...memory,
      async put(collection, item, options) {
        const isLast = collection.startsWith('conversation-items/') && item.value.includes('first')
        const response = `resp_${item.id.slice(0, 33)}`
        if (isLast) await house.app.request(`/v1/responses/${response}/cancel`, { method: 'POST' })
        return memory.put(collection, item, options)
      },
      async delete(collection, id) {
        if (collection.startsWith('conversation-items/')) {
          retracts()
          await free
        }
        return memory.delete(collection, id)
      },
    }
    const script = { stream: () => [saying('first')], reply: () => replyOf('later') }
    const house = open(script, store)
    const { respond, create, told, texts } = house
    const id = await create()
    await respond(id, { background: true })
    await retracting
    expect(await told(respond(id))).toMatchObject(LOCKED)
    go()
    await vi.waitFor(async () => expect((await respond(id)).status).toBe(200))
    expect(await texts(id)).toEqual(['Hi', 'later'])
  })

  it('is waited for a moment, as by whoever reads that a response is complete and goes on at once', async () => {
    const memory = createMemoryStateStore()
    const { promise: free, resolve: go } = Promise.withResolvers<void>()
    const store: StateStore = {
      ...memory,
      async delete(collection, id) {
        if (collection.startsWith('conversation-locks/')) await free
        return memory.delete(collection, id)
      },
    }
    const script = { stream: () => [saying('ok')], reply: () => replyOf('later') }
    const { respond, create, app } = open(script, store)
    const id = await create()
    const { id: response } = await (await respond(id, { background: true })).json()
    await vi.waitFor(async () => {
      const { status } = await (await app.request(`/v1/responses/${response}`)).json()
      expect(status).toBe('completed')
    })
    const next = respond(id)
    setTimeout(go, 50)
    expect((await next).status).toBe(200)
  })
})

describe('the lock', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('holds on every server of a store, and lapses with the one that has it', async () => {
    let now = Date.now()
    const store = createMemoryStateStore(() => now)
    const { begun, script } = slow()
    const dying = open(script, store)
    const other = open({ reply: () => replyOf('other') }, store)
    const id = await dying.create()
    void dying.respond(id)
    await begun
    now += 50_000
    expect(await other.told(other.respond(id))).toMatchObject(LOCKED)
    now += 11_000
    expect((await other.respond(id)).status).toBe(200)
  })

  it('is not taken from whoever has it by now by one that stood still', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const store = createMemoryStateStore(() => Date.now())
    const frozen = slow()
    const standing = open(frozen.script, store)
    const other = slow()
    const working = open(other.script, store)
    const id = await standing.create()
    const late = standing.respond(id)
    await frozen.begun
    vi.setSystemTime(Date.now() + 61_000)
    const held = working.respond(id)
    await other.begun
    frozen.go()
    expect((await late).status).toBe(200)
    expect(await working.told(working.respond(id))).toMatchObject(LOCKED)
    other.go()
    expect((await held).status).toBe(200)
    expect(await store.list('conversation-locks/default')).toEqual([])
  })

  it('is renewed while an answer takes long', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
    const store = createMemoryStateStore(() => Date.now())
    const { begun, go, script } = slow()
    const { respond, create, told } = open(script, store)
    const id = await create()
    const first = respond(id)
    await begun
    await vi.advanceTimersByTimeAsync(300_000)
    expect(await told(respond(id))).toMatchObject(LOCKED)
    go()
    expect((await first).status).toBe(200)
    expect(await store.list('conversation-locks/default')).toEqual([])
  })

  it('costs nothing where no conversation is named, nor where tokens are counted', async () => {
    const collections: string[] = []
    const memory = createMemoryStateStore()
    const noted =
      <T extends unknown[], R>(act: (collection: string, ...rest: T) => R) =>
      (collection: string, ...rest: T) => {
        collections.push(collection)
        return act(collection, ...rest)
      }
    const store = { ...memory, put: noted(memory.put), delete: noted(memory.delete) }
    const { respond, create, app } = open({ reply: () => replyOf('ok') }, store)
    const id = await create()
    await respond(undefined)
    const body = JSON.stringify({ model: 'scripted', input: 'Hi', conversation: id })
    await app.request('/v1/responses/input_tokens', { method: 'POST', body })
    expect(collections.filter((one) => one.includes('locks'))).toEqual([])
    await respond(id)
    expect(collections.filter((one) => one.includes('locks'))).toHaveLength(2)
  })
})
