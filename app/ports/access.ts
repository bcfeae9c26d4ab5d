import type { KeyPolicy } from '../config/key-policy.ts'
import type { CallerIdentity } from './caller.ts'

/** A key that callers may show, as its manager sees it: never the key itself. */
export interface ManagedKey {
  id: string
  name?: string
  policy: KeyPolicy
  /** Unix seconds. */
  created: number
  /** When its secret last changed. */
  rotated?: number
  /** Until when the secret before this one is good as well. */
  overlapsUntil?: number
  disabled: boolean
}

/** A key with its secret, which is told this once. */
export interface MintedKey {
  key: ManagedKey
  secret: string
}

export interface KeyPage {
  /** Only keys of this tenant. */
  tenant?: string
  after?: string
  limit: number
}

export interface KeyChange {
  name?: string
  policy: KeyPolicy
}

/**
 * Keys that are kept in the state store. What is done here counts at once here, and within
 * KEY_CACHE_SECONDS on every instance that shares the store. Those that name an id throw `not-found`.
 */
export interface ManagedKeys {
  /**
   * Whose key this is: undefined for one that is unknown, wrong, disabled or expired. Not a promise where it is
   * known already. Rejects with `overloaded` when nobody can tell now.
   */
  find(shown: string): CallerIdentity | undefined | Promise<CallerIdentity | undefined>
  create(change: KeyChange): Promise<MintedKey>
  get(id: string): Promise<ManagedKey>
  /** In the order of their ids. */
  list(page: KeyPage): Promise<{ data: ManagedKey[]; hasMore: boolean }>
  update(id: string, change: (key: ManagedKey) => KeyChange): Promise<ManagedKey>
  setDisabled(id: string, disabled: boolean): Promise<ManagedKey>
  /** Gives it a new secret; the old one is good for `overlap` seconds more. */
  rotate(id: string, overlap: number): Promise<MintedKey>
  delete(id: string): Promise<void>
}

/** A text that the operator keeps elsewhere than in the environment. */
export interface KeptSecret {
  /** For messages: `the SSM parameter /outcrop/key`. */
  describe: string
  /** Asks every time. Throws `GatewayError`. */
  read(): Promise<string>
}

/** Somebody whom AWS knows. */
export interface AwsPrincipal {
  /** As AWS says it: `arn:aws:sts::123456789012:assumed-role/app/session`. */
  arn: string
  account: string
  userId?: string
}

/** A principal, and until when the proof of it holds, in Unix milliseconds. */
export interface ProvenPrincipal {
  principal: AwsPrincipal
  until: number
}

/** Asks AWS who made a proof. */
export interface PrincipalSource {
  /** Throws `authentication` for what proves nothing, `overloaded` when AWS cannot be asked. */
  verify(proof: string): Promise<ProvenPrincipal>
}

/** How callers can be known beside by the keys of the configuration. */
export interface Access {
  keys: ManagedKeys
  kept?: KeptSecret
  principals?: PrincipalSource
}
