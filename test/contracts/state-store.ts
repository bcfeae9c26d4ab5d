import { describe, expect, it } from 'vitest'
import type { StateStore } from '../../app/ports/state-store.ts'

/** A store to try, with a clock the test turns by hand. */
interface OpenedStateStore {
  store: StateStore
  /** Moves the store's clock, in milliseconds. */
  pass(milliseconds: number): void
  now(): number
}

/** What every state store does. Each test opens a store of its own. */
export function stateStoreContract(name: string, open: () => Promise<OpenedStateStore>) {
  describe(`${name} keeps the state store contract`, () => {
    it('gives back what it was given, and undefined for what it was not', async () => {
      const { store } = await open()
      expect(await store.put('things', { id: 'a', value: '{"n":1}' })).toBe(1)
      expect(await store.get('things', 'a')).toEqual({ id: 'a', value: '{"n":1}', version: 1 })
      expect(await store.get('things', 'b')).toBeUndefined()
      expect(await store.get('others', 'a')).toBeUndefined()
    })

    it('counts versions and writes only onto the version asked for', async () => {
      const { store } = await open()
      expect(await store.put('things', { id: 'a', value: '1' }, { ifVersion: 0 })).toBe(1)
      expect(await store.put('things', { id: 'a', value: '2' }, { ifVersion: 0 })).toBeUndefined()
      expect(await store.put('things', { id: 'a', value: '3' }, { ifVersion: 1 })).toBe(2)
      expect(await store.put('things', { id: 'a', value: '4' }, { ifVersion: 1 })).toBeUndefined()
      expect(await store.put('things', { id: 'a', value: '5' })).toBe(3)
      expect(await store.get('things', 'a')).toEqual({ id: 'a', value: '5', version: 3 })
      expect(await store.put('things', { id: 'new', value: '1' }, { ifVersion: 7 })).toBeUndefined()
    })

    it('lets one of many conditional writers win', async () => {
      const { store } = await open()
      const writers = Array.from({ length: 20 }, (_, n) =>
        store.put('things', { id: 'a', value: String(n) }, { ifVersion: 0 }),
      )
      const won = (await Promise.all(writers)).filter((version) => version !== undefined)
      expect(won).toEqual([1])
    })

    it('deletes, and says whether there was anything', async () => {
      const { store } = await open()
      await store.put('things', { id: 'a', value: '1' })
      expect(await store.delete('things', 'a')).toBe(true)
      expect(await store.delete('things', 'a')).toBe(false)
      expect(await store.get('things', 'a')).toBeUndefined()
      expect(await store.put('things', { id: 'a', value: '2' }, { ifVersion: 0 })).toBe(1)
    })

    it('has nothing under a name longer than any, and says no more than that', async () => {
      const { store } = await open()
      await store.put('things', { id: 'b', value: '1' })
      for (const id of ['a'.repeat(2000), 'a'.repeat(1024), `a${'é'.repeat(600)}`]) {
        expect(await store.get('things', id)).toBeUndefined()
        expect(await store.delete('things', id)).toBe(false)
        expect(await store.list('things', { after: id })).toMatchObject([{ id: 'b' }])
        expect(await store.list('things', { after: id, descending: true })).toEqual([])
      }
    })

    it('lists by id, from a place, in both directions, by prefix', async () => {
      const { store } = await open()
      for (const id of ['b2', 'a1', 'b1', 'c', 'b']) await store.put('things', { id, value: id })
      await store.put('others', { id: 'b0', value: 'x' })
      const ids = async (options = {}) =>
        (await store.list('things', options)).map((item) => item.id)
      expect(await ids()).toEqual(['a1', 'b', 'b1', 'b2', 'c'])
      expect(await ids({ prefix: 'b' })).toEqual(['b', 'b1', 'b2'])
      expect(await ids({ prefix: 'b', after: 'b1' })).toEqual(['b2'])
      expect(await ids({ limit: 2 })).toEqual(['a1', 'b'])
      expect(await ids({ descending: true, after: 'b2', limit: 2 })).toEqual(['b1', 'b'])
      expect(await ids({ prefix: 'nothing' })).toEqual([])
    })

    it('forgets what has expired, and not before', async () => {
      const { store, pass, now } = await open()
      await store.put('things', { id: 'a', value: '1' }, { expiresAt: now() + 1000 })
      await store.put('things', { id: 'b', value: '2' }, { expiresAt: now() + 3000 })
      pass(999)
      expect(await store.get('things', 'a')).toBeDefined()
      pass(2)
      expect(await store.get('things', 'a')).toBeUndefined()
      expect((await store.list('things')).map((item) => item.id)).toEqual(['b'])
      expect(await store.delete('things', 'a')).toBe(false)
      expect(await store.put('things', { id: 'a', value: '3' }, { ifVersion: 0 })).toBe(1)
    })

    it('adds atomically', async () => {
      const { store, pass, now } = await open()
      const adders = Array.from({ length: 50 }, () =>
        store.add('counters', { id: 'a', amount: 2 }, now() + 1000),
      )
      expect(Math.max(...(await Promise.all(adders)))).toBe(100)
      expect(await store.add('counters', { id: 'a', amount: -0.5 })).toBe(99.5)
      pass(1001)
      expect(await store.add('counters', { id: 'a', amount: 1 })).toBe(1)
    })

    it('keeps odd names and large values apart', async () => {
      const { store } = await open()
      const large = JSON.stringify('é'.repeat(150_000))
      await store.put('a/b', { id: "c'%_", value: large })
      await store.put('a', { id: 'b/c', value: '1' })
      expect((await store.get('a/b', "c'%_"))?.value).toBe(large)
      expect((await store.list('a')).map((item) => item.id)).toEqual(['b/c'])
    })
  })
}
