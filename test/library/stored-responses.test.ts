import { describe, expect, it } from 'vitest'
import { readConfig } from '../../app/config.ts'
import { conversations } from '../../app/library/responses/conversations.ts'
import { responseJobs } from '../../app/library/responses/response-jobs.ts'
import { openResponseThread } from '../../app/library/responses/response-thread.ts'
import { type KeptResponse, storedResponses } from '../../app/library/responses/stored-responses.ts'
import { createMemoryObjectStore } from '../../app/providers/embedded/memory-object-store.ts'
import { createMemoryStateStore } from '../../app/providers/embedded/memory-state-store.ts'

const DAY = 24 * 60 * 60
const START = 1_700_000_000
const stamp = (last: string) => `${'0123456789abcdef'.repeat(2)}${last}`

function open(env: Record<string, string> = {}) {
  let seconds = START
  const state = createMemoryStateStore(() => seconds * 1000)
  const services = { state, objects: createMemoryObjectStore(), config: readConfig(env) }
  return {
    state,
    services,
    of: (owner: string) => storedResponses(services, owner),
    passDays: (days: number) => {
      seconds += days * DAY
    },
  }
}

const response = (last: string, more: Partial<KeptResponse> = {}): KeptResponse => ({
  id: `resp_${stamp(last)}`,
  created_at: START,
  status: 'completed',
  output: [{ id: `msg_${stamp(last)}1000`, type: 'message', role: 'assistant', content: [] }],
  ...more,
})

const asked = (last: string) => [
  { id: `msg_${stamp(last)}0000`, type: 'message', role: 'user', content: 'Hi' },
]

describe('stored responses', () => {
  it('are given back with what was asked, to their owner alone', async () => {
    const { of } = open()
    const one = response('1')
    await of('me').keep(one, asked('1'))
    expect(await of('me').retrieve(one.id)).toEqual(one)
    expect(await of('me').given(one.id)).toEqual(asked('1'))
    const unknown = { code: 'not-found' }
    await expect(of('other').retrieve(one.id)).rejects.toMatchObject(unknown)
    await expect(of('other').given(one.id)).rejects.toMatchObject(unknown)
    await expect(of('other').delete(one.id)).rejects.toMatchObject(unknown)
    await expect(of('me').retrieve('../x')).rejects.toMatchObject(unknown)
    expect(await of('other').item(one.output[0]!.id)).toBeUndefined()
    expect(await of('me').item(one.output[0]!.id)).toEqual(one.output[0])
    expect(await of('me').item(asked('1')[0]!.id)).toEqual(asked('1')[0])
  })

  it('are of any size', async () => {
    const { of, state } = open()
    const large = response('1', {
      output: [{ id: 'm', type: 'message', content: '€'.repeat(1e6) }],
    })
    await of('me').keep(large, asked('1'))
    expect(await of('me').retrieve(large.id)).toEqual(large)
    const [kept] = await state.list('responses/me')
    expect(kept!.value.length).toBeLessThan(100)
  })

  it('go after thirty days, or as many as are wanted', async () => {
    for (const [env, days] of [
      [{}, 30],
      [{ STORED_RESPONSES_DAYS: '2' }, 2],
    ] as const) {
      const { of, passDays } = open(env)
      await of('me').keep(response('1'), asked('1'))
      passDays(days - 0.5)
      expect((await of('me').retrieve(response('1').id)).status).toBe('completed')
      passDays(1)
      await expect(of('me').retrieve(response('1').id)).rejects.toMatchObject({ code: 'not-found' })
    }
  })

  it('change one after the other', async () => {
    const { of } = open()
    const { id } = response('1')
    await of('me').keep(response('1', { count: 0 }), [])
    const once = () => of('me').change(id, (now) => ({ ...now, count: Number(now['count']) + 1 }))
    await Promise.all([once(), once(), once()])
    expect((await of('me').retrieve(id))['count']).toBe(3)
  })
})

describe('the thread of a request', () => {
  const ask = (request: object, { services }: ReturnType<typeof open>) =>
    openResponseThread(request as { input?: unknown }, services, 'me')

  it('leaves a request alone that goes on from nothing', async () => {
    const request = { input: 'Hi' }
    const thread = await ask(request, open())
    expect(thread.request).toBe(request)
    expect(thread.keeps).toBe(true)
    expect((await ask({ ...request, store: false }, open())).keeps).toBe(false)
  })

  it('goes on from a response after those it went on from are gone', async () => {
    const stage = open()
    const first = await ask({ input: 'One' }, stage)
    await first.keep(response('1'))
    const second = await ask({ input: 'Two', previous_response_id: response('1').id }, stage)
    await second.keep(response('2'))
    await stage.of('me').delete(response('1').id)
    const third = await ask({ input: 'Three', previous_response_id: response('2').id }, stage)
    const { input } = third.request as { input: { id?: string; content: unknown }[] }
    expect(input.map(({ id, content }) => id ?? content)).toEqual([
      `msg_${stamp('1')}0000`,
      `msg_${stamp('1')}1000`,
      `msg_${stamp('2')}0000`,
      `msg_${stamp('2')}1000`,
      'Three',
    ])
  })

  it('does not go on from a response that is still worked on', async () => {
    const stage = open()
    await stage.of('me').keep(response('1', { status: 'in_progress' }), [])
    await responseJobs(stage.services, 'me').open(response('1').id).beat()
    await expect(
      ask({ input: 'Two', previous_response_id: response('1').id }, stage),
    ).rejects.toMatchObject({ code: 'invalid-request', param: 'previous_response_id' })
  })

  it('keeps a response that broke off out of its conversation', async () => {
    const stage = open()
    const shelf = conversations(stage.services, 'me')
    const { id } = await shelf.create({}, [])
    const thread = await ask({ input: 'One', conversation: id }, stage)
    await thread.keepBroken(response('1', { status: 'failed' }))
    expect(await shelf.items(id)).toEqual([])
    expect((await stage.of('me').retrieve(response('1').id)).status).toBe('failed')
    await thread.keep(response('2'))
    expect((await shelf.items(id)).map(({ role }) => role)).toEqual(['user', 'assistant'])
  })
})

describe('a conversation that others change at the same time', () => {
  /** `meanwhile` happens while items are being added. */
  function interrupted() {
    const { services, state } = open()
    const during: { meanwhile?: () => Promise<unknown> } = {}
    const put: typeof state.put = async (collection, ...asked) => {
      const version = await state.put(collection, ...asked)
      const { meanwhile } = during
      if (collection.startsWith('conversation-items/') && meanwhile) {
        during.meanwhile = undefined
        await meanwhile()
      }
      return version
    }
    const mine = conversations({ ...services, state: { ...state, put } }, 'me')
    return { mine, others: conversations(services, 'me'), during, state }
  }
  const hello = [{ type: 'message', role: 'user', content: 'Hello' }]

  it('does not come back when it is deleted, nor does anything of it', async () => {
    const { mine, others, during, state } = interrupted()
    const { id } = await mine.create({}, [])
    during.meanwhile = () => others.delete(id)
    await expect(mine.add(id, hello)).rejects.toMatchObject({ code: 'not-found' })
    await expect(others.retrieve(id)).rejects.toMatchObject({ code: 'not-found' })
    expect(await state.list(`conversation-items/me/${id}`)).toEqual([])
  })

  it('gets all of what is added or nothing', async () => {
    const { mine, others, during } = interrupted()
    const { id } = await mine.create({}, [])
    during.meanwhile = () => Promise.reject(new Error('The store is gone.'))
    await expect(mine.add(id, [...hello, ...hello])).rejects.toThrow('The store is gone.')
    expect(await others.items(id)).toEqual([])
  })

  it('keeps labels that are given meanwhile', async () => {
    const { mine, others, during } = interrupted()
    const { id } = await mine.create({ topic: 'old' }, [])
    during.meanwhile = () => others.label(id, { topic: 'new' })
    await mine.add(id, hello)
    expect(await others.retrieve(id)).toMatchObject({ metadata: { topic: 'new' } })
    expect(await others.items(id)).toHaveLength(1)
  })
})
