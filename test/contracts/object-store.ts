import { describe, expect, it } from 'vitest'
import type { ObjectStore } from '../../app/ports/object-store.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

const MEGABYTE = 1024 * 1024

/** Bytes that tell where they stand, in pieces of uneven sizes. */
function patterned(size: number, seed = 1): ReadableStream<Uint8Array> {
  let at = 0
  let state = seed
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= size) return controller.close()
      const piece = new Uint8Array(Math.min(size - at, 40_000 + ((at * 7) % 60_000)))
      for (let index = 0; index < piece.length; index++) {
        state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
        piece[index] = state >> 16
      }
      at += piece.length
      controller.enqueue(piece)
    },
  })
}

async function digest(body: ReadableStream<Uint8Array> | undefined): Promise<string> {
  const content = await new Response(body).arrayBuffer()
  const hash = await crypto.subtle.digest('SHA-256', content)
  return `${content.byteLength} ${Buffer.from(hash).toString('hex')}`
}

/** What every store of large things keeps to. `open` gives an empty one. */
export function objectStoreContract(name: string, open: () => Promise<ObjectStore>) {
  const read = async (store: ObjectStore, key: string, range?: { first: number; last: number }) => {
    const body = await store.get(key, range)
    return body && new Response(body).text()
  }

  describe(`${name} keeps the object store contract`, () => {
    it('gives back the bytes it was given', async () => {
      const store = await open()
      const put = await store.put('a/b', bytes('hello'))
      expect(put).toEqual({ key: 'a/b', size: 5, modified: expect.any(Number) })
      expect(Math.abs(put!.modified - Date.now())).toBeLessThan(60_000)
      expect(await read(store, 'a/b')).toBe('hello')
      expect(await read(store, 'a/c')).toBeUndefined()
    })

    it('takes streams of any length, also none, and replaces what was there', async () => {
      const store = await open()
      for (const size of [0, 1, 300_000, 5 * MEGABYTE, 13 * MEGABYTE + 17]) {
        const put = await store.put('same', patterned(size))
        expect(put?.size).toBe(size)
        expect(await digest(await store.get('same'))).toBe(await digest(patterned(size)))
      }
      expect((await store.list('')).map(({ size }) => size)).toEqual([13 * MEGABYTE + 17])
    })

    it('gives ranges, both ends counted in', async () => {
      const store = await open()
      await store.put('a', bytes('0123456789'))
      expect(await read(store, 'a', { first: 0, last: 1 })).toBe('01')
      expect(await read(store, 'a', { first: 3, last: 6 })).toBe('3456')
      expect(await read(store, 'a', { first: 9, last: 9 })).toBe('9')
    })

    it('leaves nothing of a body that fails, and says why', async () => {
      const store = await open()
      for (const size of [10, 12 * MEGABYTE]) {
        const failing = patterned(size).pipeThrough(
          new TransformStream<Uint8Array, Uint8Array>({
            flush() {
              throw new Error('the caller left')
            },
          }),
        )
        await expect(store.put('broken', failing)).rejects.toThrow()
      }
      expect(await store.get('broken')).toBeUndefined()
      expect(await store.list('')).toEqual([])
    })

    it('keeps the old object when a new one fails', async () => {
      const store = await open()
      await store.put('a', bytes('old'))
      const failing = new ReadableStream<Uint8Array>({
        pull(controller) {
          controller.error(new Error('no'))
        },
      })
      await expect(store.put('a', failing)).rejects.toThrow()
      expect(await read(store, 'a')).toBe('old')
    })

    it('writes only where nothing is, when asked to', async () => {
      const store = await open()
      expect(await store.put('a/b', bytes('one'), { ifAbsent: true })).toBeDefined()
      expect(await store.put('a/b', bytes('two'), { ifAbsent: true })).toBeUndefined()
      expect(await read(store, 'a/b')).toBe('one')
    })

    it('deletes, also what is not there', async () => {
      const store = await open()
      await store.put('a/b/c', bytes('1'))
      await store.put('a/b/d', bytes('2'))
      expect(await store.delete('a/b/c')).not.toBe(false)
      expect(await store.delete('a/b/c')).not.toBe(true)
      expect(await store.delete('never')).not.toBe(true)
      expect((await store.list('')).map(({ key }) => key)).toEqual(['a/b/d'])
      await store.delete('a/b/d')
      await store.put('a/b/e', bytes('3'))
      expect(await read(store, 'a/b/e')).toBe('3')
    })

    it('lists by key, by prefix, from a place, page by page', async () => {
      const store = await open()
      const keys = ['a/x', 'a/y', 'b/1', 'b/10', 'b/2', 'c/d/e/f']
      for (const key of keys.toReversed()) await store.put(`in/${key}`, bytes(key))
      const list = async (prefix: string, options = {}) =>
        (await store.list(prefix, options)).map(({ key }) => key.slice(3))
      expect(await list('')).toEqual(keys)
      expect(await list('in/b/')).toEqual(['b/1', 'b/10', 'b/2'])
      expect(await list('in/b/1')).toEqual(['b/1', 'b/10'])
      expect(await list('in/a')).toEqual(['a/x', 'a/y'])
      expect(await list('in/', { after: 'in/a/x' })).toEqual([
        'a/y',
        'b/1',
        'b/10',
        'b/2',
        'c/d/e/f',
      ])
      expect(await list('in/', { after: 'in/b/0' })).toEqual(['b/1', 'b/10', 'b/2', 'c/d/e/f'])
      expect(await list('in/', { after: 'in/a/x', limit: 2 })).toEqual(['a/y', 'b/1'])
      expect(await list('out')).toEqual([])
      expect(await store.list('in/b/10')).toEqual([
        { key: 'in/b/10', size: 4, modified: expect.any(Number) },
      ])
    })

    it('joins objects in the order given, whatever their sizes, and keeps them', async () => {
      const store = await open()
      const sizes = [100, 6 * MEGABYTE, 0, 3 * MEGABYTE, 3 * MEGABYTE, 7 * MEGABYTE + 1, 5]
      const parts = []
      for (const [index, size] of sizes.entries()) {
        parts.push((await store.put(`parts/${index}`, patterned(size, index)))!)
      }
      const order = parts.toReversed()
      const joined = await store.join('whole', order)
      expect(joined.size).toBe(sizes.reduce((sum, size) => sum + size, 0))
      const expected = await Promise.all(
        order.map(async ({ key }) => new Response(await store.get(key)).blob()),
      )
      expect(await digest(await store.get('whole'))).toBe(await digest(new Blob(expected).stream()))
      expect(await store.list('parts/')).toHaveLength(sizes.length)
    })

    it('joins small objects, and throws when one is missing', async () => {
      const store = await open()
      const a = (await store.put('a', bytes('one ')))!
      const b = (await store.put('b', bytes('two')))!
      await store.join('c', [b, a, b])
      expect(await read(store, 'c')).toBe('twoone two')
      await expect(store.join('d', [a, { key: 'gone', size: 4, modified: 0 }])).rejects.toThrow()
      expect(await store.get('d')).toBeUndefined()
    })

    it('keeps keys apart that look alike, and long ones', async () => {
      const store = await open()
      const keys = [
        'a b',
        'a%20b',
        'a+b',
        'é',
        'é',
        '日本語 (1).pdf',
        `${'x'.repeat(220)}/${'y'.repeat(220)}`,
      ]
      for (const key of keys) await store.put(`odd/${key}`, bytes(key))
      for (const key of keys) expect(await read(store, `odd/${key}`)).toBe(key)
      expect(new Set((await store.list('odd/')).map(({ key }) => key))).toEqual(
        new Set(keys.map((key) => `odd/${key}`)),
      )
    })

    it('does not mix what is written at the same time', async () => {
      const store = await open()
      const names = Array.from({ length: 100 }, (_, index) => `many/${index}`)
      await Promise.all(names.map((key) => store.put(key, bytes(key.repeat(100)))))
      for (const key of names) expect(await read(store, key)).toBe(key.repeat(100))
      expect(await store.list('many/')).toHaveLength(100)
    })

    it('can be read in part and left', async () => {
      const store = await open()
      await store.put('large', patterned(3 * MEGABYTE))
      const reader = (await store.get('large'))!.getReader()
      expect((await reader.read()).value!.length).toBeGreaterThan(0)
      await reader.cancel()
      await store.delete('large')
      expect(await store.get('large')).toBeUndefined()
    })
  })
}
