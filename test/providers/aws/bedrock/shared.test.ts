import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../../app/conversation/conversation.ts'
import type { FoundModel } from '../../../../app/ports/models.ts'
import type { StateStore } from '../../../../app/ports/state-store.ts'
import { createRouter } from '../../../../app/providers/aws/bedrock/router.ts'
import { createSharedHealth } from '../../../../app/providers/aws/bedrock/shared-health.ts'
import { createSharedListings } from '../../../../app/providers/aws/bedrock/shared-listings.ts'
import { createMemoryStateStore } from '../../../../app/providers/embedded/memory-state-store.ts'
import { memoryAws } from './in-memory-aws.ts'
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

describe('servers that share both', () => {
  const [EAST, WEST] = ['us-east-1', 'us-west-2'] as const
  const model = 'amazon.nova-lite-v1:0'
  const listing = {
    models: [{ modelId: model, outputModalities: ['TEXT'] }],
    profiles: [],
  }
  const throttles = { fails: { status: 429, errorType: 'ThrottlingException' } }
  const env = { AWS_BEDROCK_REGIONS: `${EAST},${WEST}`, MODEL_CACHE_SHARED: 'true' }
  const signal = new AbortController().signal
  const conversation: Conversation = {
    model,
    system: [],
    turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
    tools: [],
    settings: {},
    stream: false,
  }

  it('list once, and leave alone what has troubled another', async () => {
    const state = createMemoryStateStore()
    const first = memoryAws({ [EAST]: { ...listing, ...throttles }, [WEST]: listing }, env, state)
    // Nothing is listed for the second, which sees the listing of the first.
    const second = memoryAws({}, env, state)
    expect(await first.provider.list()).toMatchObject([{ id: model }])
    expect(await second.provider.list()).toEqual(await first.provider.list())
    const asks = async ({ provider, asked }: typeof first, name = model) => {
      const found = (await provider.find(name)) as FoundModel
      await found.chat!.reply(conversation, { requestId: 'r', signal })
      return asked.splice(0).map(({ region }) => region)
    }
    expect(await asks(first)).toEqual([EAST, WEST])
    // The first question, whatever it is, begins the look at what others tell.
    await asks(second, 'amazon.nova-pro-v1:0')
    await settle()
    expect(await asks(second)).toEqual([WEST])
  })
})
