import { describe, expect, it } from 'vitest'
import { readConfig } from '../../app/config.ts'
import {
  type Completion,
  type CompletionFilter,
  type StoredCompletions,
  storedCompletions,
} from '../../app/library/responses/stored-completions.ts'
import type { StateStore } from '../../app/ports/state-store.ts'
import { createMemoryStateStore } from '../../app/providers/embedded/memory-state-store.ts'

const DAY = 24 * 60 * 60
const START = 1_700_000_000

function open(env: Record<string, string> = {}) {
  let seconds = START
  const state = createMemoryStateStore(() => seconds * 1000)
  const config = readConfig(env)
  return {
    state,
    of: (owner: string) => storedCompletions({ state, config }, owner),
    passDays: (days: number) => {
      seconds += days * DAY
    },
  }
}

const completion = (id: string, more: Partial<Completion> = {}): Completion => ({
  id,
  object: 'chat.completion',
  created: START,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: `answer ${id}` } }],
  ...more,
})

const question = [{ role: 'user', content: 'Why?' }]
const ALL = { limit: 20, descending: false }

async function filled(stored: StoredCompletions) {
  await stored.keep(completion('c1', { metadata: { topic: 'rocks', mood: 'calm' } }), question)
  await stored.keep(completion('c2', { model: 'other' }), question)
  await stored.keep(completion('c3', { metadata: { topic: 'rocks' } }), question)
  await stored.keep(completion('c4', { model: 'other', metadata: { topic: 'ice' } }), question)
}

describe('stored completions', () => {
  it('are given back as they were, with labels whether there were any or not', async () => {
    const stored = open().of('me')
    await stored.keep(completion('c1'), question)
    await stored.keep(completion('c2', { metadata: { topic: 'ice' } }), question)
    expect(await stored.retrieve('c1')).toEqual({ ...completion('c1'), metadata: {} })
    expect((await stored.retrieve('c2')).metadata).toEqual({ topic: 'ice' })
  })

  it('belong to their owner', async () => {
    const { of } = open()
    await of('me').keep(completion('c1'), question)
    const other = of('other')
    const unknown = { code: 'not-found' }
    await expect(other.retrieve('c1')).rejects.toMatchObject(unknown)
    await expect(other.label('c1', {})).rejects.toMatchObject(unknown)
    await expect(other.delete('c1')).rejects.toMatchObject(unknown)
    await expect(other.messages('c1', ALL)).rejects.toMatchObject(unknown)
    expect(await other.list(ALL)).toEqual({ data: [], hasMore: false })
    expect((await of('me').list(ALL)).data.length).toBe(1)
  })

  it('go when they are deleted, with what was asked', async () => {
    const { of, state } = open()
    const stored = of('me')
    await stored.keep(completion('c1'), question)
    await stored.delete('c1')
    const unknown = { code: 'not-found' }
    await expect(stored.retrieve('c1')).rejects.toMatchObject(unknown)
    await expect(stored.messages('c1', ALL)).rejects.toMatchObject(unknown)
    await expect(stored.delete('c1')).rejects.toMatchObject(unknown)
    expect(await state.list('chat-completion-messages/me')).toEqual([])
  })

  it('go after thirty days, however often they were labelled', async () => {
    const { of, passDays } = open()
    const stored = of('me')
    await stored.keep(completion('c1'), question)
    passDays(29)
    await stored.label('c1', { topic: 'late' })
    expect((await stored.retrieve('c1')).metadata).toEqual({ topic: 'late' })
    passDays(1.1)
    await expect(stored.retrieve('c1')).rejects.toMatchObject({ code: 'not-found' })
    expect(await stored.list(ALL)).toEqual({ data: [], hasMore: false })
  })

  it('go after as many days as are configured', async () => {
    const { of, passDays } = open({ STORED_COMPLETIONS_DAYS: '2' })
    await of('me').keep(completion('c1'), question)
    passDays(1.9)
    expect(await of('me').retrieve('c1')).toMatchObject({ id: 'c1' })
    passDays(0.2)
    await expect(of('me').retrieve('c1')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('of any size are kept whole', async () => {
    const { of, state } = open()
    const content = '€😀'.repeat(500_000)
    const long = completion('c1', { choices: [{ message: { content } }] })
    await of('me').keep(long, [{ role: 'user', content }])
    expect(await of('me').retrieve('c1')).toEqual({ ...long, metadata: {} })
    const { data } = await of('me').messages('c1', ALL)
    expect(data[0]?.message['content'] === content).toBe(true)
    await of('me').delete('c1')
    expect(await state.list('pieces/chat-completions/me')).toEqual([])
    expect(await state.list('pieces/chat-completion-messages/me')).toEqual([])
  })

  it('are not there at all when their messages could not be written', async () => {
    const { state } = open()
    const failing: StateStore = {
      ...state,
      put: async (collection, ...asked) => {
        if (collection.startsWith('chat-completions/')) throw new Error('disk full')
        return state.put(collection, ...asked)
      },
    }
    const stored = storedCompletions({ state: failing, config: readConfig({}) }, 'me')
    await expect(stored.keep(completion('c1'), question)).rejects.toThrow('disk full')
    await expect(stored.messages('c1', ALL)).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('labels', () => {
  it('are replaced, and nothing else is', async () => {
    const stored = open().of('me')
    await stored.keep(completion('c1', { metadata: { a: '1', b: '2' } }), question)
    const labelled = await stored.label('c1', { c: '3' })
    expect(labelled).toEqual({ ...completion('c1'), metadata: { c: '3' } })
    expect(await stored.retrieve('c1')).toEqual(labelled)
  })

  it('of two who change them at the same time are not mixed up', async () => {
    const stored = open().of('me')
    await stored.keep(completion('c1'), question)
    await Promise.all([stored.label('c1', { by: 'one' }), stored.label('c1', { by: 'two' })])
    expect(['one', 'two']).toContain((await stored.retrieve('c1')).metadata?.['by'])
  })

  it('end in a conflict where others never stop changing', async () => {
    const { state } = open()
    const busy: StateStore = {
      ...state,
      put: (collection, item, options) =>
        options?.ifVersion ? Promise.resolve(undefined) : state.put(collection, item, options),
    }
    const stored = storedCompletions({ state: busy, config: readConfig({}) }, 'me')
    await stored.keep(completion('c1'), question)
    await expect(stored.label('c1', {})).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('the list', () => {
  const ids = async (stored: StoredCompletions, page = {}, filter?: CompletionFilter) => {
    const { data, hasMore } = await stored.list({ ...ALL, ...page }, filter)
    return [data.map(({ id }) => id).join(' '), hasMore]
  }

  it.each<[string, object, CompletionFilter | undefined, string, boolean]>([
    ['all, oldest first', {}, undefined, 'c1 c2 c3 c4', false],
    ['newest first', { descending: true }, undefined, 'c4 c3 c2 c1', false],
    ['a first page', { limit: 2 }, undefined, 'c1 c2', true],
    ['a page that holds just all', { limit: 4 }, undefined, 'c1 c2 c3 c4', false],
    ['a next page', { limit: 2, after: 'c2' }, undefined, 'c3 c4', false],
    [
      'a next page backwards',
      { limit: 2, after: 'c3', descending: true },
      undefined,
      'c2 c1',
      false,
    ],
    ['behind the last', { after: 'c4' }, undefined, '', false],
    ['behind one that was deleted', { after: 'c25' }, undefined, 'c3 c4', false],
    ['of a model', {}, { model: 'other' }, 'c2 c4', false],
    ['of a model, a first page', { limit: 1 }, { model: 'other' }, 'c2', true],
    ['of a model, the last page', { limit: 1, after: 'c2' }, { model: 'other' }, 'c4', false],
    ['with a label', {}, { labels: [['topic', 'rocks']] }, 'c1 c3', false],
    [
      'with labels',
      {},
      {
        labels: [
          ['topic', 'rocks'],
          ['mood', 'calm'],
        ],
      },
      'c1',
      false,
    ],
    ['with a label nobody has', {}, { labels: [['toString', 'x']] }, '', false],
    ['of a model with a label', {}, { model: 'other', labels: [['topic', 'ice']] }, 'c4', false],
  ])('%s', async (_, page, filter, found, hasMore) => {
    const stored = open().of('me')
    await filled(stored)
    expect(await ids(stored, page, filter)).toEqual([found, hasMore])
  })

  it('looks through as many as it must to find those that fit', async () => {
    const stored = open().of('me')
    for (let index = 0; index < 250; index++) {
      const id = `c${String(index).padStart(3, '0')}`
      await stored.keep(completion(id, { model: index % 120 === 119 ? 'rare' : 'm' }), question)
    }
    expect(await ids(stored, {}, { model: 'rare' })).toEqual(['c119 c239', false])
    expect(await ids(stored, { limit: 1 }, { model: 'rare' })).toEqual(['c119', true])
    const last = await ids(stored, { descending: true, limit: 1, after: 'c239' }, { model: 'rare' })
    expect(last).toEqual(['c119', false])
  })
})

describe('the messages', () => {
  it.each([
    ['all', {}, '0 1 2 3', false],
    ['a first page', { limit: 2 }, '0 1', true],
    ['a next page', { limit: 2, after: 'c1-1' }, '2 3', false],
    ['the last ones first', { limit: 3, descending: true }, '3 2 1', true],
    ['backwards from one', { after: 'c1-1', descending: true }, '0', false],
  ])('%s', async (_, page, found, hasMore) => {
    const stored = open().of('me')
    const asked = ['0', '1', '2', '3'].map((content) => ({ role: 'user', content }))
    await stored.keep(completion('c1'), asked)
    const got = await stored.messages('c1', { ...ALL, ...page })
    expect(got.data).toEqual(
      found
        .split(' ')
        .map((content) => ({ id: `c1-${content}`, message: { role: 'user', content } })),
    )
    expect(got.hasMore).toBe(hasMore)
  })

  it('refuse a place that is not there', async () => {
    const stored = open().of('me')
    await stored.keep(completion('c1'), question)
    await expect(stored.messages('c1', { ...ALL, after: 'c1-7' })).rejects.toMatchObject({
      code: 'invalid-request',
      param: 'after',
    })
  })
})
