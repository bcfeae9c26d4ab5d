import type { KeyPolicy } from '../../config/key-policy.ts'
import type { ManagedKey } from '../../ports/access.ts'
import type { Digest } from '../../ports/aws-credentials.ts'

/** What is kept of a secret. Many can be proven by it, none can be read from it. */
export interface SecretProof {
  salt: string
  /** SHA-256 of salt and secret, in hex. */
  hash: string
}

/** A key as it is stored. */
export interface KeyRecord {
  id: string
  name?: string
  policy: KeyPolicy
  /** Unix seconds. */
  created: number
  rotated?: number
  disabled: boolean
  proof: SecretProof
  /** The secret before this one, and until when it is good, in Unix seconds. */
  before?: SecretProof & { until: number }
}

export const managedKeyOf = ({ proof: _, before, ...key }: KeyRecord): ManagedKey => ({
  ...key,
  ...(before && { overlapsUntil: before.until }),
})

export type HashSecret = (salt: string, secret: string) => string | Promise<string>

/** At once where the runtime can hash at once. */
export function secretHash(digest: Digest | undefined): HashSecret {
  if (digest) return (salt, secret) => digest.sha256Hex(`${salt}.${secret}`)
  return async (salt, secret) => {
    const bytes = new TextEncoder().encode(`${salt}.${secret}`)
    return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
  }
}

export const newSalt = () => hex(crypto.getRandomValues(new Uint8Array(16)))

const hex = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
