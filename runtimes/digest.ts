import { createHmac, hash } from 'node:crypto'
import type { Digest } from '../app/ports/aws-credentials.ts'

/** Bytes SHA-256 takes at a time; a key is padded to that many. */
const BLOCK = 64
const HASH = 32
/** Bytes of text that are hashed without a buffer of their own; what is signed has about 150. */
const ROOM = 1024

/** A key as HMAC uses it (RFC 2104): before the text, and before the hash of both. */
interface Pads {
  inner: Buffer
  outer: Buffer
}

/** Digests of node:crypto, which Node, Bun and Deno share. */
export function createDigest(): Digest {
  const known = new WeakMap<Uint8Array, Pads>()
  const padsOf = (key: Uint8Array) => {
    const kept = known.get(key)
    if (kept) return kept
    const pads = padded(key)
    known.set(key, pads)
    return pads
  }
  return {
    sha256Hex: (data) => hash('sha256', data, 'hex'),
    hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
    // Once a request: two hashes at one go take half the time of an Hmac object.
    hmacSha256Hex: (key, data) => hmacHex(padsOf(key), data),
  }
}

function padded(key: Uint8Array): Pads {
  const short = key.length > BLOCK ? hash('sha256', key, 'buffer') : key
  const inner = Buffer.alloc(BLOCK + ROOM, 0)
  const outer = Buffer.alloc(BLOCK + HASH, 0)
  inner.set(short)
  outer.set(short)
  for (let at = 0; at < BLOCK; at++) {
    inner[at]! ^= 0x36
    outer[at]! ^= 0x5c
  }
  return { inner, outer }
}

function hmacHex({ inner, outer }: Pads, data: string): string {
  const fits = data.length * 3 <= ROOM
  const text = fits
    ? inner.subarray(0, BLOCK + inner.write(data, BLOCK))
    : Buffer.concat([inner.subarray(0, BLOCK), Buffer.from(data)])
  outer.write(hash('sha256', text, 'hex'), BLOCK, 'hex')
  return hash('sha256', outer, 'hex')
}
