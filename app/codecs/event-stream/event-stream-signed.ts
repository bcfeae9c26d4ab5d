import { crc32 } from './crc32.ts'

const PRELUDE = 12
const CHECKSUM = 4
const BYTES = 6
const TIMESTAMP = 8
const ENCODER = new TextEncoder()

/** The header block that says when an event was signed, which is what the signature covers of the headers. */
export function dateHeader(milliseconds: number): Uint8Array {
  const name = ENCODER.encode(':date')
  const block = new Uint8Array(1 + name.length + 1 + 8)
  block[0] = name.length
  block.set(name, 1)
  block[1 + name.length] = TIMESTAMP
  new DataView(block.buffer).setBigInt64(2 + name.length, BigInt(milliseconds))
  return block
}

/** An event of a signed event stream of AWS: the message in `payload`, in one that carries its signature. */
export function encodeSignedEvent(
  date: Uint8Array,
  signature: Uint8Array,
  payload: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const name = ENCODER.encode(':chunk-signature')
  const headers = date.length + 1 + name.length + 3 + signature.length
  const message = new Uint8Array(PRELUDE + headers + payload.length + CHECKSUM)
  const view = new DataView(message.buffer)
  view.setUint32(0, message.length)
  view.setUint32(4, headers)
  view.setUint32(8, crc32(view, 0, 8))
  message.set(date, PRELUDE)
  let at = PRELUDE + date.length
  message[at] = name.length
  message.set(name, at + 1)
  at += 1 + name.length
  message[at] = BYTES
  view.setUint16(at + 1, signature.length)
  message.set(signature, at + 3)
  message.set(payload, PRELUDE + headers)
  const end = message.length - CHECKSUM
  view.setUint32(end, crc32(view, 0, end))
  return message
}
