import { describe, expect, it } from 'vitest'
import { readConfig } from '../../app/config.ts'
import { sweepObjects } from '../../app/library/files/sweep.ts'
import { keptValues } from '../../app/library/object-values.ts'
import { createMemoryObjectStore } from '../../app/providers/embedded/memory-object-store.ts'
import { createMemoryStateStore } from '../../app/providers/embedded/memory-state-store.ts'
import { stateStoreContract } from '../contracts/state-store.ts'

function open() {
  let time = 1_700_000_000_000
  const now = () => time
  const pass = (milliseconds: number) => {
    time += milliseconds
  }
  const state = createMemoryStateStore(now)
  const objects = createMemoryObjectStore()
  const store = keptValues({ state, objects, config: readConfig({}) })
  const keys = async () => (await objects.list('values/')).map(({ key }) => key)
  return { state, objects, store, now, pass, keys }
}

stateStoreContract('a store with objects for large values', async () => open())

const LARGE = '€'.repeat(400_000)

describe('values larger than an item', () => {
  it('are objects, and whole when they are read or listed', async () => {
    const { store, state, keys } = open()
    await store.put('things', { id: 'a', value: LARGE })
    await store.put('things', { id: 'b', value: 'small' })
    expect((await store.get('things', 'a'))?.value).toBe(LARGE)
    expect((await store.list('things')).map(({ value }) => value)).toEqual([LARGE, 'small'])
    expect((await state.get('things', 'a'))!.value.length).toBeLessThan(100)
    expect(await keys()).toHaveLength(1)
  })

  it('leave no object behind when they are replaced, refused or deleted', async () => {
    const { store, keys } = open()
    await store.put('things', { id: 'a', value: LARGE })
    await store.put('things', { id: 'a', value: `${LARGE}!` })
    expect(await keys()).toHaveLength(1)
    expect(await store.put('things', { id: 'a', value: LARGE }, { ifVersion: 7 })).toBeUndefined()
    expect(await keys()).toHaveLength(1)
    expect((await store.get('things', 'a'))?.value).toBe(`${LARGE}!`)
    await store.put('things', { id: 'a', value: 'small' })
    expect(await keys()).toEqual([])
    await store.put('things', { id: 'a', value: LARGE })
    expect(await store.delete('things', 'a')).toBe(true)
    expect(await keys()).toEqual([])
  })

  it('are swept when their time is over', async () => {
    const { store, objects, now, pass, keys } = open()
    await store.put('things', { id: 'a', value: LARGE }, { expiresAt: now() + 1000 })
    await store.put('things', { id: 'b', value: LARGE }, { expiresAt: now() + 5000 })
    await store.put('things', { id: 'c', value: LARGE })
    pass(2000)
    await sweepObjects(objects, now())
    expect(await keys()).toHaveLength(2)
    expect((await store.get('things', 'b'))?.value).toBe(LARGE)
  })

  it.each([
    [{ AWS_DYNAMODB_TABLE: 'table' }, 0],
    [{ FILES_DIR: 'memory' }, 0],
    [{ AWS_DYNAMODB_TABLE: 'table', AWS_S3_BUCKET: 'bucket' }, 1],
    [{ FILES_DIR: 'memory', AWS_S3_BUCKET: 'bucket' }, 1],
  ])('are objects only where these live as long as the state: %j', async (env, count) => {
    const { state, objects, keys } = open()
    const store = keptValues({
      state,
      objects,
      config: readConfig({ AWS_REGION: 'eu-west-1', ...env }),
    })
    await store.put('things', { id: 'a', value: LARGE })
    expect((await store.get('things', 'a'))?.value).toBe(LARGE)
    expect(await keys()).toHaveLength(count)
  })

  it('are pieces in the state store where there is no other', async () => {
    const state = createMemoryStateStore()
    const store = keptValues({ state, config: readConfig({}) })
    await store.put('things', { id: 'a', value: LARGE })
    expect((await store.get('things', 'a'))?.value).toBe(LARGE)
  })
})
