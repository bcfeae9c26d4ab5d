import { describe, expect, it } from 'vitest'
import { readKeyText } from '../../app/library/keys/key-text.ts'
import { managedKeys } from '../../app/library/keys/keys.ts'
import type { StateStore } from '../../app/ports/state-store.ts'
import { createMemoryStateStore } from '../../app/providers/embedded/memory-state-store.ts'
import { createDigest } from '../../runtimes/digest.ts'

const CONFIG = { KEY_CACHE_SECONDS: 5, KEY_CACHE_MAX_STALE_SECONDS: 60 }

/** Keys over a store that counts what it is asked and can be broken, and a clock of our own. */
function staged(options: { web?: boolean; store?: StateStore } = {}) {
  const store = options.store ?? createMemoryStateStore()
  const world = { now: Date.UTC(2026, 10, 1), reads: 0, isDown: false, store }
  const state: StateStore = {
    ...store,
    async get(...asked) {
      world.reads += 1
      if (world.isDown) throw new Error('down')
      return store.get(...asked)
    },
  }
  const keys = managedKeys({
    state,
    config: CONFIG,
    digest: options.web ? undefined : createDigest(),
    now: () => world.now,
  })
  return { keys, world }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('a managed key', () => {
  it.each([false, true])('finds its caller (hashed by WebCrypto: %s)', async (web) => {
    const { keys } = staged({ web })
    const { key, secret } = await keys.create({
      name: 'build',
      policy: {
        tenant: 'acme',
        admin: false,
        models: ['amazon.*'],
        denied_endpoints: ['/v1/files*'],
        limits: { requests_per_minute: 10 },
        budget: { day: 1.5 },
        tags: { team: 'red' },
        aws: { role_arn: 'arn:aws:iam::123456789012:role/x', external_id: 'ee' },
      },
    })
    expect(await keys.find(secret)).toEqual({
      owner: 'tenant.acme',
      tenant: 'acme',
      keyId: key.id,
      name: 'build',
      permissions: { models: ['amazon.*'], deniedEndpoints: ['/v1/files*'] },
      limits: { requestsPerMinute: 10, tokensPerMinute: undefined, concurrent: undefined },
      budget: { day: 1.5 },
      tags: { team: 'red' },
      aws: { roleArn: 'arn:aws:iam::123456789012:role/x', externalId: 'ee' },
    })
  })

  it('owns alone what it stores when it has no tenant', async () => {
    const { keys } = staged()
    const { key, secret } = await keys.create({ policy: {} })
    expect(await keys.find(secret)).toEqual({ owner: `key.${key.id}`, keyId: key.id })
  })

  it('is kept as a salted hash alone', async () => {
    const { keys, world } = staged()
    const { secret } = await keys.create({ policy: {} })
    const [item] = await world.store.list('keys')
    const { secret: bare } = readKeyText(secret)!
    expect(item!.value).not.toContain(bare)
    expect(JSON.parse(item!.value).proof).toEqual({
      salt: expect.stringMatching(/^[0-9a-f]{32}$/),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  it('has a secret of 256 bits that no other has', async () => {
    const { keys } = staged()
    const minted = await Promise.all(Array.from({ length: 50 }, () => keys.create({ policy: {} })))
    expect(new Set(minted.map(({ secret }) => secret)).size).toBe(50)
    for (const { secret } of minted) expect(secret).toMatch(/^oc-[a-z0-9]{14}-[A-Za-z0-9]{43}$/)
  })

  it('is not found by anything else', async () => {
    const { keys } = staged()
    const { secret } = await keys.create({ policy: {} })
    const other = (await keys.create({ policy: {} })).secret
    const mixed = other.slice(0, 18) + secret.slice(18)
    const last = secret.endsWith('A') ? 'B' : 'A'
    for (const wrong of [
      '',
      'oc-',
      secret.slice(0, -1),
      `${secret}x`,
      mixed,
      secret.slice(0, -1) + last,
    ]) {
      expect(await keys.find(wrong), wrong).toBeUndefined()
    }
    expect(await keys.find(secret)).toBeDefined()
  })

  it('ends when it is over, and when it is disabled or deleted here', async () => {
    const { keys, world } = staged()
    const over = Math.floor(world.now / 1000) + 10
    const timed = await keys.create({ policy: { expires_at: over } })
    expect(await keys.find(timed.secret)).toBeDefined()
    world.now += 10_000
    expect(await keys.find(timed.secret)).toBeUndefined()

    const { key, secret } = await keys.create({ policy: {} })
    await keys.setDisabled(key.id, true)
    expect(keys.find(secret)).toBeUndefined()
    await keys.setDisabled(key.id, false)
    expect(keys.find(secret)).toMatchObject({ keyId: key.id })
    await keys.delete(key.id)
    expect(keys.find(secret)).toBeUndefined()
    await expect(keys.get(key.id)).rejects.toMatchObject({ code: 'not-found' })
    await expect(keys.delete(key.id)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('takes both secrets while a rotation overlaps, and then the new one', async () => {
    const { keys, world } = staged()
    const first = await keys.create({ policy: {} })
    const second = await keys.rotate(first.key.id, 60)
    expect(second.key).toMatchObject({ id: first.key.id, overlapsUntil: world.now / 1000 + 60 })
    for (const secret of [first.secret, second.secret, first.secret]) {
      expect(await keys.find(secret)).toBeDefined()
    }
    world.now += 60_000
    expect(await keys.find(first.secret)).toBeUndefined()
    expect(await keys.find(second.secret)).toBeDefined()

    const third = await keys.rotate(first.key.id, 0)
    expect(await keys.find(second.secret)).toBeUndefined()
    expect(await keys.find(third.secret)).toBeDefined()
  })

  it('keeps both of two changes made at once', async () => {
    const { keys } = staged()
    const { key } = await keys.create({ policy: { tenant: 'a' } })
    await Promise.all([
      keys.update(key.id, ({ policy }) => ({ policy: { ...policy, models: ['m'] } })),
      keys.setDisabled(key.id, true),
    ])
    expect(await keys.get(key.id)).toMatchObject({
      policy: { tenant: 'a', models: ['m'] },
      disabled: true,
    })
  })

  it('is listed in pages, by tenant', async () => {
    const { keys } = staged()
    for (const tenant of ['a', 'b', 'a', 'b', 'a']) await keys.create({ policy: { tenant } })
    const page = await keys.list({ tenant: 'a', limit: 2 })
    expect(page).toMatchObject({ hasMore: true, data: [{}, {}] })
    const rest = await keys.list({ tenant: 'a', limit: 2, after: page.data.at(-1)!.id })
    expect(rest).toMatchObject({ hasMore: false, data: [{ policy: { tenant: 'a' } }] })
    expect((await keys.list({ limit: 5 })).data).toHaveLength(5)
  })
})

describe('what is remembered of keys', () => {
  it('is asked of the store once in a few seconds, ahead of its time and behind requests', async () => {
    const { keys, world } = staged()
    const { secret } = await keys.create({ policy: {} })
    world.reads = 0
    for (let request = 0; request < 100; request++) {
      world.now += 100
      expect(keys.find(secret)).not.toBeInstanceOf(Promise)
      await settled()
    }
    expect(world.reads).toBe(4)
  })

  it('lets a key that was disabled elsewhere go on for no longer than it is believed', async () => {
    const store = createMemoryStateStore()
    const here = staged({ store })
    const elsewhere = staged({ store })
    const { key, secret } = await elsewhere.keys.create({ policy: {} })
    expect(await here.keys.find(secret)).toBeDefined()
    await elsewhere.keys.setDisabled(key.id, true)
    here.world.now += 5000
    expect(await here.keys.find(secret)).toBeUndefined()
  })

  it('takes a key of another instance soon, though it was shown too early', async () => {
    const { keys, world } = staged()
    const { key, secret } = await staged({ store: world.store }).keys.create({ policy: {} })
    const item = (await world.store.get('keys', key.id))!
    await world.store.delete('keys', key.id)
    expect(await keys.find(secret)).toBeUndefined()
    await world.store.put('keys', item)
    world.now += 5000
    expect(await keys.find(secret)).toBeDefined()
  })

  it('goes on while the store is down, and nobody else is let in', async () => {
    const { keys, world } = staged()
    const { secret } = await keys.create({ policy: {} })
    const stranger = await staged({ store: world.store }).keys.create({ policy: {} })
    world.isDown = true
    world.now += 30_000
    expect(await keys.find(secret)).toBeDefined()
    await expect(keys.find(stranger.secret)).rejects.toMatchObject({
      code: 'overloaded',
      reason: 'keys_unavailable',
      retryAfter: 1,
    })
    world.now += 31_000
    await expect(keys.find(secret)).rejects.toMatchObject({ code: 'overloaded' })
    world.isDown = false
    expect(await keys.find(secret)).toBeDefined()
  })

  it('leaves a store that is down alone for a second', async () => {
    const { keys, world } = staged()
    const { key, secret } = await keys.create({ policy: {} })
    world.isDown = true
    world.now += 10_000
    await keys.find(secret)
    world.reads = 0
    for (let request = 0; request < 10; request++) {
      expect(keys.find(secret)).toMatchObject({ keyId: key.id })
    }
    expect(world.reads).toBe(0)
  })

  it('asks once for many requests that come at the same time', async () => {
    const first = staged()
    const { secret } = await first.keys.create({ policy: {} })
    const { keys, world } = staged({ store: first.world.store })
    const found = await Promise.all(Array.from({ length: 20 }, () => keys.find(secret)))
    expect(found.every(Boolean)).toBe(true)
    expect(world.reads).toBe(1)
  })

  it('does not forget keys for the sake of names that strangers make up', async () => {
    const { keys, world } = staged()
    const { key, secret } = await keys.create({ policy: {} })
    const made = (at: number) => `oc-${String(at).padStart(14, '0')}-${'A'.repeat(43)}`
    for (let at = 0; at < 12_000; at++) await keys.find(made(at))
    world.reads = 0
    expect(keys.find(secret)).toMatchObject({ keyId: key.id })
    expect(world.reads).toBe(0)
  })

  it('costs no more than a few microseconds', async () => {
    const { keys } = staged()
    const { secret } = await keys.create({ policy: { tenant: 'a' } })
    await keys.find(secret)
    const times = Array.from({ length: 5 }, () => {
      const began = performance.now()
      for (let at = 0; at < 20_000; at++) keys.find(secret)
      return (performance.now() - began) / 20
    })
    expect(Math.min(...times)).toBeLessThan(5)
  })
})
