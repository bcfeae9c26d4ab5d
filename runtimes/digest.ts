import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto'
import type { Digest } from '../app/ports/aws-credentials.ts'

/** Digests of node:crypto, which Node, Bun and Deno share. */
export function createDigest(): Digest {
  const keys = new WeakMap<Uint8Array, KeyObject>()
  // On Node an HMAC by raw bytes takes 12 us, by a key made once 1.5 us (measured on 24.21).
  const keyOf = (bytes: Uint8Array) => {
    const kept = keys.get(bytes)
    if (kept) return kept
    const key = createSecretKey(bytes)
    keys.set(bytes, key)
    return key
  }
  const hmac = (key: string | Uint8Array, data: string) =>
    createHmac('sha256', typeof key === 'string' ? key : keyOf(key)).update(data)

  return {
    sha256Hex: (data) => hash('sha256', data, 'hex'),
    hmacSha256: (key, data) => hmac(key, data).digest(),
    hmacSha256Hex: (key, data) => hmac(key, data).digest('hex'),
  }
}
