import { equalsInConstantTime } from '../../codecs/constant-time.ts'
import type { CallerIdentity } from '../../ports/caller.ts'
import { identityOf, ownerOf } from './key-owner.ts'
import type { HashSecret, KeyRecord, SecretProof } from './key-record.ts'

/** A record at work: what it grants, and the secrets that have proven it in this process. */
export interface LiveKey {
  record: KeyRecord
  identity: CallerIdentity
  /** Known in clear from now on, as the caller's own memory has them: comparing is cheaper than hashing. */
  secret?: string
  formerSecret?: string
}

export function liveKey(record: KeyRecord): LiveKey {
  const { id, name, policy } = record
  return { record, identity: identityOf({ owner: ownerOf('key', id)!, keyId: id, name, policy }) }
}

type Proven = CallerIdentity | undefined

/** Whose secret this is, if it is that of a key in use. A promise only where a hash must be waited for. */
export function proveKey(
  key: LiveKey,
  secret: string,
  { hash, now }: { hash: HashSecret; now: number },
): Proven | Promise<Proven> {
  const { record, identity } = key
  const over = record.policy.expires_at
  if (record.disabled || (over !== undefined && over * 1000 <= now)) return undefined
  if (key.secret !== undefined && equalsInConstantTime(key.secret, secret)) return identity

  const { before } = record
  const former = before && before.until * 1000 > now ? before : undefined
  const isKnownFormer = former && key.formerSecret !== undefined
  if (isKnownFormer && equalsInConstantTime(key.formerSecret!, secret)) return identity

  const learn = (name: 'secret' | 'formerSecret') => (holds: boolean) => {
    if (holds) key[name] = secret
    return holds
  }
  return settled(holds(record.proof, secret, hash), learn('secret'), (isCurrent) => {
    if (isCurrent) return identity
    if (!former) return undefined
    return settled(holds(former, secret, hash), learn('formerSecret'), (isFormer) =>
      isFormer ? identity : undefined,
    )
  })
}

function holds(proof: SecretProof, secret: string, hash: HashSecret): boolean | Promise<boolean> {
  const hashed = hash(proof.salt, secret)
  if (typeof hashed === 'string') return equalsInConstantTime(proof.hash, hashed)
  return hashed.then((late) => equalsInConstantTime(proof.hash, late))
}

function settled(
  found: boolean | Promise<boolean>,
  note: (holds: boolean) => boolean,
  next: (holds: boolean) => Proven | Promise<Proven>,
): Proven | Promise<Proven> {
  return found instanceof Promise ? found.then((late) => next(note(late))) : next(note(found))
}
