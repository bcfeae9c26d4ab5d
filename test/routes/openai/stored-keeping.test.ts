import { describe, expect, it } from 'vitest'
import type { Reply } from '../../../app/conversation/events.ts'
import { replay } from '../../../app/conversation/replay.ts'
import { GatewayError } from '../../../app/errors.ts'
import type { StateStore } from '../../../app/ports/state-store.ts'
import { createMemoryStateStore } from '../../../app/providers/embedded/memory-state-store.ts'
import { replyOf, saying } from '../../gateway/scripted-provider.ts'
import { openStored } from './stored-stage.ts'

/** A reply with something of everything. */
const rich: Reply = {
  parts: [
    { type: 'reasoning', text: 'Let me look.', signature: 'c2ln' },
    { type: 'text', text: 'It says so.', citations: [{ url: 'https://a.test/', title: 'A' }] },
    { type: 'tool-call', id: 'call_1', name: 'look', arguments: '{"at":1}' },
    { type: 'tool-call', id: 'call_2', name: 'look', arguments: '{"at":2}' },
  ],
  end: { reason: 'tool-use', usage: { input: 5, output: 9, cacheRead: 2 } },
}

const single = (reply: Reply) => replay(reply).map((event) => [event])

const framesOf = (text: string) =>
  text.split('\n\n').flatMap((frame) => (frame.startsWith('data: ') ? [frame.slice(6)] : []))

/** The id every chunk of a streamed answer has. */
const idOf = (text: string): string => JSON.parse(framesOf(text)[0]!).id

const answerless = ({ id: _, created: __, ...rest }: Record<string, unknown>) => rest

/** A store that keeps nothing before its gate opens, and says when it is asked to. */
function gatedStore() {
  const gate = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const store = createMemoryStateStore()
  const put: StateStore['put'] = async (...item) => {
    asked.resolve()
    await gate.promise
    return store.put(...item)
  }
  return { gate, asked, store: { ...store, put } }
}

describe('an answer that was asked to be kept', () => {
  it('is kept as its caller read it, with the labels', async () => {
    const { ask, call } = openStored({ reply: () => rich })
    const answered = await (await ask({ store: true, metadata: { topic: 'rocks' } })).json()
    const kept = await call('GET', `/v1/chat/completions/${answered.id}`)
    expect(kept).toMatchObject({ status: 200, body: answered })
    expect(kept.body['metadata']).toEqual({ topic: 'rocks' })
  })

  it.each([
    ['one choice', 1],
    ['three choices', 3],
  ])('is kept whole when it was streamed: %s', async (_, n) => {
    const { ask, call } = openStored({ reply: () => rich, stream: () => single(rich) })
    const whole = await (await ask({ n, store: true, metadata: { a: 'b' } })).json()
    const text = await (await ask({ n, store: true, metadata: { a: 'b' }, stream: true })).text()
    expect(framesOf(text).at(-1)).toBe('[DONE]')
    const kept = await call('GET', `/v1/chat/completions/${idOf(text)}`)
    expect(answerless(kept.body)).toEqual(answerless(whole))
  })

  it('is listed in the order it was asked for', async () => {
    const { ask, call } = openStored({ reply: () => replyOf('yes'), stream: () => [saying('yes')] })
    const ids: string[] = []
    for (let index = 0; index < 4; index++) {
      const began = Date.now()
      const asked = await ask({ store: true, stream: index % 2 === 1 })
      ids.push(index % 2 === 1 ? idOf(await asked.text()) : (await asked.json()).id)
      while (Date.now() === began);
    }
    const list = await call('GET', '/v1/chat/completions')
    expect((list.body['data'] as { id: string }[]).map(({ id }) => id)).toEqual(ids)
  })

  it('has all its words out before it is kept, and its end only after', async () => {
    const { gate, store } = gatedStore()
    const { ask, keptIds } = openStored({ stream: () => [saying('all of it')] }, { store })
    const reader = (await ask({ store: true, stream: true })).body!.getReader()
    const decoder = new TextDecoder()
    let before = ''
    while (!before.includes('"finish_reason":"stop"')) {
      before += decoder.decode((await reader.read()).value)
    }
    expect(before).toContain('all of it')
    expect([before.includes('[DONE]'), await keptIds()]).toEqual([false, []])
    gate.resolve()
    const after = decoder.decode((await reader.read()).value)
    expect(after).toBe('data: [DONE]\n\n')
    expect(await keptIds()).toEqual([idOf(before)])
  })

  it('stays complete where its reader leaves while it is being kept', async () => {
    const { gate, store } = gatedStore()
    const { app, call } = openStored({ stream: () => [saying('all of it')] }, { store })
    const body = JSON.stringify({ model: 'scripted', input: 'Hi', stream: true })
    const reader = (await app.request('/v1/responses', { method: 'POST', body })).body!.getReader()
    let before = ''
    while (!before.includes('event: response.output_item.done')) {
      before += new TextDecoder().decode((await reader.read()).value)
    }
    await reader.cancel()
    await new Promise(setImmediate)
    gate.resolve()
    const [id] = /resp_\w+/.exec(before)!
    await expect.poll(async () => (await call('GET', `/v1/responses/${id}`)).status).toBe(200)
    expect((await call('GET', `/v1/responses/${id}`)).body).toMatchObject({
      status: 'completed',
      output: [{ status: 'completed', content: [{ text: 'all of it' }] }],
    })
  })

  it('is not answered before it is kept', async () => {
    const { gate, asked, store } = gatedStore()
    const { ask, keptIds } = openStored({ reply: () => replyOf('yes') }, { store })
    let answered = false
    const answering = ask({ store: true }).then((response) => {
      answered = true
      return response
    })
    await asked.promise
    expect([answered, await keptIds()]).toEqual([false, []])
    gate.resolve()
    const { id } = await (await answering).json()
    expect(await keptIds()).toEqual([id])
  })
})

describe('nothing is kept', () => {
  it.each([
    ['of those who do not ask', {}],
    ['of those who ask not to', { store: false }],
  ])('%s, and the store is not even opened', async (_, asked) => {
    const { ask, opened } = openStored({ reply: () => rich, stream: () => single(rich) })
    await ask(asked)
    await (await ask({ ...asked, stream: true })).text()
    expect(opened.times).toBe(0)
  })

  it('of an answer that failed', async () => {
    const { ask, keptIds } = openStored({
      reply: () => {
        throw new GatewayError('overloaded', 'Too many.')
      },
    })
    expect((await ask({ store: true })).status).toBe(503)
    expect(await keptIds()).toEqual([])
  })

  it.each([
    [
      'broke off',
      saying('half')
        .slice(0, 4)
        .map((event) => [event]),
    ],
    ['broke with an error', [saying('half').slice(0, 3), new Error('reset')]],
  ])('of a stream that %s', async (_, batches) => {
    const { ask, keptIds } = openStored({ stream: () => batches })
    const text = await (await ask({ store: true, stream: true })).text()
    expect(text).not.toContain('[DONE]')
    expect(await keptIds()).toEqual([])
  })

  it('when one choice of several broke', async () => {
    const { ask, keptIds } = openStored({
      stream: (_, nth) => (nth === 0 ? [saying('whole')] : [saying('half').slice(0, 3)]),
    })
    await (await ask({ store: true, stream: true, n: 2 })).text()
    expect(await keptIds()).toEqual([])
  })

  it('of a stream whose reader left', async () => {
    const { ask, keptIds, log } = openStored({ stream: () => [saying('x').slice(0, 3), 'stall'] })
    const reader = (await ask({ store: true, stream: true })).body!.getReader()
    await reader.read()
    await reader.cancel()
    expect(log()).toMatchObject([{ outcome: 'caller-left' }])
    expect(await keptIds()).toEqual([])
  })
})

describe('a store that fails', () => {
  const failure = new Error('disk full')

  it('costs nobody the answer: `store` counts as ignored, and the log says why', async () => {
    const { ask, log } = openStored({ reply: () => replyOf('yes') }, { failure })
    const response = await ask({ store: true })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-outcrop-ignored-params')).toBe('store')
    expect((await response.json()).choices[0].message.content).toBe('yes')
    expect(log()).toMatchObject([
      {
        level: 'error',
        outcome: 'answered',
        status_code: 200,
        ignored_params: ['store'],
        not_kept: [expect.stringContaining('disk full')],
      },
    ])
  })

  it('lets a stream end well', async () => {
    const { ask, log } = openStored({ stream: () => [saying('yes')] }, { failure })
    const text = await (await ask({ store: true, stream: true })).text()
    expect(framesOf(text).at(-1)).toBe('[DONE]')
    expect(log()).toMatchObject([
      { level: 'error', ignored_params: ['store'], not_kept: [expect.any(String)] },
    ])
  })

  it('is tried again by the next who needs it', async () => {
    const { ask, call, opened } = openStored({ reply: () => replyOf('yes') }, { failure })
    const lost = await (await ask({ store: true })).json()
    expect((await call('GET', '/v1/chat/completions')).status).toBe(503)
    opened.failure = undefined
    const kept = await (await ask({ store: true })).json()
    expect((await call('GET', `/v1/chat/completions/${lost.id}`)).status).toBe(404)
    expect((await call('GET', `/v1/chat/completions/${kept.id}`)).status).toBe(200)
    expect(opened.times).toBe(3)
  })
})
