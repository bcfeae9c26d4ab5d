import { describe, expect, it } from 'vitest'
import type { StateStore } from '../../../../app/ports/state-store.ts'
import { createRouter } from '../../../../app/providers/aws/bedrock/router.ts'
import { createSharedHealth } from '../../../../app/providers/aws/bedrock/shared-health.ts'
import { createSharedListings } from '../../../../app/providers/aws/bedrock/shared-listings.ts'
import { createMemoryStateStore } from '../../../../app/providers/embedded/memory-state-store.ts'
import { RESTS } from './staged-routing.ts'

const CANDIDATES = ['a', 'b'].map((region) => ({ region, id: 'm', key: `${region} m` }))
const settle = () => new Promise((resolve) => setImmediate(resolve))

const broken: StateStore = {
  get: async () => Promise.reject(new Error('gone')),
  put: async () => Promise.reject(new Error('gone')),
  delete: async () => Promise.reject(new Error('gone')),
  list: async () => Promise.reject(new Error('gone')),
  add: async () => Promise.reject(new Error('gone')),
}

/** An instance with a clock of its own. */
function instance(state: StateStore, now: () => number, warnings: string[] = []) {
  const shared = createSharedHealth({ state, now, warn: (message) => void warnings.push(message) })
  const router = createRouter({ strategy: 'ordered', ...RESTS, now, onChange: shared.tell })
  const order = async () => {
    shared.refresh(router)
    await settle()
    return router.order(CANDIDATES, 'reply').map(({ region }) => region)
  }
  return { router, order }
}

describe('instances that share what they know of regions', () => {
  it('leave a throttled region alone together, and come back together', async () => {
    let time = 1_000_000
    const state = createMemoryStateStore(() => time)
    const one = instance(state, () => time)
    const two = instance(state, () => time)
    expect(await two.order()).toEqual(['a', 'b'])
    one.router.begin(CANDIDATES[0]!, 'reply').failed('quota')
    expect(await two.order()).toEqual(['a', 'b'])
    time += 3000
    expect(await two.order()).toEqual(['b', 'a'])
    time += 10_000
    one.router.begin(CANDIDATES[0]!, 'reply').answered()
    time += 3000
    expect(await two.order()).toEqual(['a', 'b'])
  })

  it('go on by themselves when the store is gone, with a warning', async () => {
    const warnings: string[] = []
    const one = instance(broken, () => 1_000_000, warnings)
    one.router.begin(CANDIDATES[0]!, 'reply').failed('quota')
    expect(await one.order()).toEqual(['b', 'a'])
    expect(warnings).toEqual([
      'What is known of regions could not be shared.',
      'What is known of regions could not be shared.',
    ])
  })
})

describe('instances that share their listings', () => {
  const listings = { region: 'a', models: [{ modelId: 'x.y' }], profiles: [], account: [] }

  it('read what another has listed, for as long as it is fresh', async () => {
    let time = 0
    const state = createMemoryStateStore(() => time)
    const open = () =>
      createSharedListings({ state, seconds: 900, warn: () => {}, now: () => time })
    await open().put(listings)
    expect(await open().get('a')).toEqual(listings)
    expect(await open().get('b')).toBeUndefined()
    time = 900_000
    expect(await open().get('a')).toBeUndefined()
  })

  it('list by themselves when the store is gone', async () => {
    const shared = createSharedListings({ state: broken, seconds: 900, warn: () => {} })
    await shared.put(listings)
    expect(await shared.get('a')).toBeUndefined()
  })
})
