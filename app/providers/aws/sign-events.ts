import { dateHeader, encodeSignedEvent } from '../../codecs/event-stream/event-stream-signed.ts'
import { createWebDigest } from '../../codecs/web-digest.ts'
import type { AwsCredentials, Digest } from '../../ports/aws-credentials.ts'
import type { SigningScope } from './sign.ts'

/** What stands for the hash of a body whose events are signed one by one. */
export const SIGNED_EVENTS = 'STREAMING-AWS4-HMAC-SHA256-EVENTS'

interface EventSigning {
  credentials: AwsCredentials
  scope: SigningScope
  /** The `authorization` of the request: its signature is where the chain begins. */
  authorization: string
  digest?: Digest
  /** Unix milliseconds. */
  now?(): number
}

/**
 * Wraps messages of an event stream into signed ones, each signature resting on the one before (Signature
 * Version 4 for event streams, as AWS's SDKs make it). The last message of a stream is an empty one.
 */
export function createEventSigner(
  signing: EventSigning,
): (message: Uint8Array) => Promise<Uint8Array<ArrayBuffer>> {
  const { credentials, scope, authorization, digest, now = Date.now } = signing
  const { sha256Hex, hmacSha256, hex } = digestsOf(digest)
  let before = /Signature=([0-9a-f]{64})/.exec(authorization)?.[1] ?? ''
  let key: { day: string; value: Uint8Array } | undefined

  const keyOf = async (day: string): Promise<Uint8Array> => {
    if (key?.day === day) return key.value
    let value = await hmacSha256(`AWS4${credentials.secretAccessKey}`, day)
    for (const part of [scope.region, scope.service, 'aws4_request']) {
      value = await hmacSha256(value, part)
    }
    key = { day, value }
    return value
  }
  return async (message) => {
    // To the second, as the date that is signed has it.
    const milliseconds = Math.floor(now() / 1000) * 1000
    const stamp = `${new Date(milliseconds).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
    const day = stamp.slice(0, 8)
    const date = dateHeader(milliseconds)
    const text = [
      'AWS4-HMAC-SHA256-PAYLOAD',
      stamp,
      `${day}/${scope.region}/${scope.service}/aws4_request`,
      before,
      await sha256Hex(date),
      await sha256Hex(message),
    ].join('\n')
    const signature = await hmacSha256(await keyOf(day), text)
    before = hex(signature)
    return encodeSignedEvent(date, signature, message)
  }
}

/** The synchronous digests where there are any: promises are only as slow as what they wait for. */
function digestsOf(digest: Digest | undefined) {
  const web = createWebDigest()
  if (!digest) return web
  return {
    hex: web.hex,
    sha256Hex: async (data: string | Uint8Array) => digest.sha256Hex(data),
    hmacSha256: async (key: string | Uint8Array, data: string) => digest.hmacSha256(key, data),
  }
}
