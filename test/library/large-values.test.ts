import { describe, expect, it } from 'vitest'
import { withLargeValues } from '../../app/library/large-values.ts'
import type { StateStore } from '../../app/ports/state-store.ts'
import { createMemoryStateStore } from '../../app/providers/embedded/memory-state-store.ts'
import { stateStoreContract } from '../contracts/state-store.ts'

stateStoreContract('a store of large values', async () => {
  let time = 1_700_000_000_000
  const now = () => time
  const pass = (milliseconds: number) => {
    time += milliseconds
  }
  return { store: withLargeValues(createMemoryStateStore(now)), now, pass }
})

/** A store that refuses what others could not keep, and counts what it holds. */
function strict() {
  const store = createMemoryStateStore()
  const sizes: number[] = []
  const inner: StateStore = {
    ...store,
    put(collection, item, options) {
      const size = new TextEncoder().encode(item.value).byteLength
      if (size > 350_000) throw new Error(`${size} bytes are too many`)
      sizes.push(size)
      return store.put(collection, item, options)
    },
  }
  const pieces = async () => (await store.list('pieces/things')).length
  return { inner, large: withLargeValues(inner), sizes, pieces }
}

// A character of each length in UTF-8, the last one a surrogate pair, so that cuts fall everywhere.
const mixed = (units: number) => 'aé€😀'.repeat(units / 5)

describe('values larger than an item', () => {
  it.each([
    ['one byte a character', 'x'.repeat(1_000_003)],
    ['two', 'é'.repeat(400_001)],
    ['three', '€'.repeat(300_001)],
    ['pairs, cut at one place', '😀'.repeat(200_001)],
    ['pairs, cut at another', `a${'😀'.repeat(200_001)}`],
    ['all of them', mixed(1_000_000)],
  ])('come back as they were: %s', async (_, value) => {
    const { large, pieces } = strict()
    await large.put('things', { id: 'a', value })
    expect((await large.get('things', 'a'))?.value === value).toBe(true)
    expect((await large.list('things'))[0]?.value === value).toBe(true)
    expect(await pieces()).toBeGreaterThan(1)
  })

  it('are not cut before they must be', async () => {
    const { large, sizes } = strict()
    await large.put('things', { id: 'a', value: 'x'.repeat(340_000) })
    expect(sizes).toEqual([340_000])
  })

  it('leave nothing behind when they are replaced, refused or deleted', async () => {
    const { large, pieces } = strict()
    await large.put('things', { id: 'a', value: mixed(500_000) })
    const before = await pieces()
    await large.put('things', { id: 'a', value: mixed(500_000) })
    expect(await pieces()).toBe(before)

    const refused = await large.put('things', { id: 'a', value: mixed(500_000) }, { ifVersion: 1 })
    expect([refused, await pieces()]).toEqual([undefined, before])

    await large.put('things', { id: 'a', value: 'small' })
    expect(await pieces()).toBe(0)
    await large.put('things', { id: 'a', value: mixed(500_000) })
    expect([await large.delete('things', 'a'), await pieces()]).toEqual([true, 0])
  })

  it('are not taken for something else when they look like it', async () => {
    const { large } = strict()
    const value = '{"$pieces":{"of":"somebody","count":7}}'
    await large.put('things', { id: 'a', value })
    expect((await large.get('things', 'a'))?.value).toBe(value)
  })

  it('are read whole while somebody replaces them', async () => {
    const { inner } = strict()
    const other = withLargeValues(inner)
    let replaced = false
    const reader = withLargeValues({
      ...inner,
      async get(collection, id) {
        const item = await inner.get(collection, id)
        if (collection === 'things' && !replaced) {
          replaced = true
          await other.put('things', { id: 'a', value: 'z'.repeat(400_000) })
        }
        return item
      },
    })
    await other.put('things', { id: 'a', value: 'y'.repeat(400_000) })
    expect((await reader.get('things', 'a'))?.value === 'z'.repeat(400_000)).toBe(true)
  })

  it('are listed anew when one goes meanwhile, so that a list is as long as it was asked to be', async () => {
    const { inner } = strict()
    const other = withLargeValues(inner)
    for (const id of ['a', 'b', 'c']) {
      await other.put('things', { id, value: id.repeat(400_000) })
    }
    let gone = false
    const reader = withLargeValues({
      ...inner,
      async list(collection, options) {
        const items = await inner.list(collection, options)
        if (!gone) {
          gone = true
          await other.delete('things', 'a')
        }
        return items
      },
    })
    const listed = await reader.list('things', { limit: 2 })
    expect(listed.map((item) => item.id)).toEqual(['b', 'c'])
  })

  it('say so when a piece is lost for good', async () => {
    const { inner, large } = strict()
    await large.put('things', { id: 'a', value: mixed(500_000) })
    const [piece] = await inner.list('pieces/things')
    await inner.delete('pieces/things', piece!.id)
    await expect(large.get('things', 'a')).rejects.toThrow('missing')
  })
})
