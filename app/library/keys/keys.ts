import type { Config } from '../../config.ts'
import { GatewayError } from '../../errors.ts'
import type { KeyChange, KeyPage, ManagedKey, ManagedKeys } from '../../ports/access.ts'
import type { Digest } from '../../ports/aws-credentials.ts'
import type { Linger } from '../../ports/runtime.ts'
import type { StateStore } from '../../ports/state-store.ts'
import { type FreshRecords, freshRecords, unreadable } from '../fresh-records.ts'
import { type HashSecret, type KeyRecord, managedKeyOf, newSalt, secretHash } from './key-record.ts'
import { keyText, newKeyId, newSecret, readKeyText } from './key-text.ts'
import { type LiveKey, liveKey, proveKey } from './prove-key.ts'

const COLLECTION = 'keys'
/** Keys that are looked through at a time for those of a tenant. */
const BATCH = 100
/** How often a change is tried on what others are changing as well. */
const TRIES = 5

interface KeysOptions {
  state: StateStore
  config: Pick<Config, 'KEY_CACHE_SECONDS' | 'KEY_CACHE_MAX_STALE_SECONDS'>
  /** Absent where only WebCrypto can hash. */
  digest?: Digest
  /** As the runtime's. */
  linger?: Linger
  /** Unix milliseconds. */
  now?(): number
}

/** The keys of the state store, of which only salted hashes are kept. */
export function managedKeys(options: KeysOptions): ManagedKeys {
  const { config, digest, now = Date.now } = options
  const state = answering(options.state)
  const hash = secretHash(digest)
  const live = freshRecords<LiveKey>({
    read: async (id) => liveOf((await state.get(COLLECTION, id))?.value),
    fresh: config.KEY_CACHE_SECONDS * 1000,
    mostStale: config.KEY_CACHE_MAX_STALE_SECONDS * 1000,
    linger: options.linger,
    now,
  })
  return {
    find(shown) {
      const text = readKeyText(shown)
      if (!text) return undefined
      const found = live.get(text.id)
      const prove = (key: LiveKey | undefined) =>
        key && proveKey(key, text.secret, { hash, now: now() })
      return found instanceof Promise ? found.then(prove) : prove(found)
    },
    ...keyManagement({ state, hash, live, seconds: () => Math.floor(now() / 1000) }),
  }
}

interface Management {
  state: Kept
  hash: HashSecret
  /** Told at once of what is changed here. */
  live: FreshRecords<LiveKey>
  seconds(): number
}

function keyManagement({ state, hash, live, seconds }: Management): Omit<ManagedKeys, 'find'> {
  const change = createChange(state, live)
  const mint = async () => {
    const secret = newSecret()
    const salt = newSalt()
    return { secret, proof: { salt, hash: await hash(salt, secret) } }
  }
  return {
    async create(given) {
      const id = newKeyId()
      const { secret, proof } = await mint()
      const record: KeyRecord = { id, ...given, created: seconds(), disabled: false, proof }
      const item = { id, value: JSON.stringify(record) }
      const version = await state.put(COLLECTION, item, { ifVersion: 0 })
      if (version === undefined) throw new GatewayError('conflict', 'The id is taken. Try again.')
      live.set(id, liveKey(record))
      return { key: managedKeyOf(record), secret: keyText({ id, secret }) }
    },

    get: async (id) => managedKeyOf((await readRecord(state, id)).record),
    list: (page) => listKeys(state, page),

    update: (id, make) =>
      change(id, (record) => {
        const { name: _, ...rest } = record
        const made: KeyChange = make(managedKeyOf(record))
        return { ...rest, ...made }
      }),

    setDisabled: (id, disabled) => change(id, (record) => ({ ...record, disabled })),

    async rotate(id, overlap) {
      const { secret, proof } = await mint()
      const key = await change(id, ({ before: _, ...record }) => ({
        ...record,
        rotated: seconds(),
        proof,
        ...(overlap > 0 && { before: { ...record.proof, until: seconds() + overlap } }),
      }))
      return { key, secret: keyText({ id, secret }) }
    },

    async delete(id) {
      const isThere = await state.delete(COLLECTION, id)
      live.set(id, undefined)
      if (!isThere) throw unknown(id)
    },
  }
}

type Kept = Pick<StateStore, 'get' | 'put' | 'delete' | 'list'>

/** The same store, whose failures are answered 503: nobody is told that a key is wrong because of one. */
function answering({ get, put, delete: remove, list }: StateStore): Kept {
  const heard = <T>(asked: Promise<T>) =>
    asked.catch((thrown: unknown) => {
      throw unreadable(thrown)
    })
  return {
    get: (...asked) => heard(get(...asked)),
    put: (...asked) => heard(put(...asked)),
    delete: (...asked) => heard(remove(...asked)),
    list: (...asked) => heard(list(...asked)),
  }
}

function createChange(state: Kept, live: FreshRecords<LiveKey>) {
  return async (id: string, make: (record: KeyRecord) => KeyRecord): Promise<ManagedKey> => {
    for (let left = TRIES; left > 0; left--) {
      const { record, version } = await readRecord(state, id)
      const changed = make(record)
      const item = { id, value: JSON.stringify(changed) }
      if (await state.put(COLLECTION, item, { ifVersion: version })) {
        live.set(id, liveKey(changed))
        return managedKeyOf(changed)
      }
    }
    throw new GatewayError('conflict', `Others are changing the key \`${id}\`.`)
  }
}

async function readRecord(state: Kept, id: string) {
  const item = await state.get(COLLECTION, id)
  if (!item) throw unknown(id)
  return { record: JSON.parse(item.value) as KeyRecord, version: item.version }
}

const liveOf = (value: string | undefined): LiveKey | undefined =>
  value === undefined ? undefined : liveKey(JSON.parse(value) as KeyRecord)

async function listKeys(state: Kept, { tenant, after, limit }: KeyPage) {
  const data: ManagedKey[] = []
  const batch = tenant === undefined ? limit + 1 : BATCH
  for (let from = after; ; ) {
    const items = await state.list(COLLECTION, { after: from, limit: batch })
    for (const { value } of items) {
      const record = JSON.parse(value) as KeyRecord
      if (tenant !== undefined && record.policy.tenant !== tenant) continue
      if (data.length === limit) return { data, hasMore: true }
      data.push(managedKeyOf(record))
    }
    if (items.length < batch) return { data, hasMore: false }
    from = items.at(-1)!.id
  }
}

const unknown = (id: string) =>
  new GatewayError('not-found', `There is no key \`${id}\`.`, { reason: 'key_not_found' })
