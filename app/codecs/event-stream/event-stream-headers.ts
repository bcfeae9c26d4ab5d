import { GatewayError } from '../../errors.ts'

/** What the headers of one frame say. `type` is the event's, the exception's or the error's name. */
export interface FrameHead {
  messageType: 'event' | 'exception' | 'error'
  type: string
  /** Of an error; empty elsewhere. */
  message: string
}

const UTF8_DECODER = new TextDecoder('utf-8', { ignoreBOM: true })
const UTF8_ENCODER = new TextEncoder()

/** Bytes of a header value by its type; those of -1 (bytes, text) carry their own length. */
const VALUE_SIZE: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16]
const TEXT_VALUE = 7

const TYPE_HEADER: Record<FrameHead['messageType'], string> = {
  event: ':event-type',
  exception: ':exception-type',
  error: ':error-code',
}

/** Reads header blocks and remembers the last: all deltas of a stream carry the same header bytes. */
export function createHeadReader() {
  let known: FrameHead | undefined
  let knownView = new DataView(new ArrayBuffer(0))

  return (view: DataView, start: number, end: number): FrameHead => {
    if (known !== undefined && knownView.byteLength === end - start) {
      if (sameBytes(knownView, view, start)) return known
    }
    const block = bytesOf(view, start, end).slice()
    knownView = new DataView(block.buffer)
    known = readHead(block, knownView)
    return known
  }
}

function sameBytes(known: DataView, view: DataView, start: number): boolean {
  const length = known.byteLength
  let at = 0
  for (; at + 4 <= length; at += 4) {
    if (known.getInt32(at) !== view.getInt32(start + at)) return false
  }
  for (; at < length; at++) {
    if (known.getUint8(at) !== view.getUint8(start + at)) return false
  }
  return true
}

function readHead(block: Uint8Array, view: DataView): FrameHead {
  const values = new Map<string, string>()
  let at = 0
  const take = (size: number): number => {
    if (at + size > block.length) throw damaged('headers that do not end')
    at += size
    return at - size
  }
  while (at < block.length) {
    const nameSize = view.getUint8(take(1))
    const nameAt = take(nameSize)
    const kind = view.getUint8(take(1))
    const fixed = VALUE_SIZE[kind]
    if (fixed === undefined) throw damaged(`a header value of type ${kind}`)
    const size = fixed === -1 ? view.getUint16(take(2)) : fixed
    const valueAt = take(size)
    if (kind !== TEXT_VALUE) continue
    const name = UTF8_DECODER.decode(block.subarray(nameAt, nameAt + nameSize))
    values.set(name, UTF8_DECODER.decode(block.subarray(valueAt, valueAt + size)))
  }
  return headOf(values)
}

function headOf(values: ReadonlyMap<string, string>): FrameHead {
  const messageType = values.get(':message-type') ?? 'event'
  if (messageType !== 'event' && messageType !== 'exception' && messageType !== 'error') {
    throw damaged(`a message of type ${messageType}`)
  }
  return {
    messageType,
    type: values.get(TYPE_HEADER[messageType]) ?? '',
    message: values.get(':error-message') ?? '',
  }
}

/** A header block in which every value is text. */
export function encodeHeaders(headers: Record<string, string>): Uint8Array {
  const parts = Object.entries(headers).map(([name, value]) => {
    const nameBytes = UTF8_ENCODER.encode(name)
    const valueBytes = UTF8_ENCODER.encode(value)
    const size = valueBytes.length
    return [nameBytes.length, ...nameBytes, TEXT_VALUE, size >>> 8, size & 255, ...valueBytes]
  })
  return new Uint8Array(parts.flat())
}

/** The bytes of a view from `start` up to `end`, not copied. */
function bytesOf(view: DataView, start: number, end: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, end - start)
}

/** The error of a stream whose bytes cannot be what the sender wrote. */
export function damaged(what: string): GatewayError {
  return new GatewayError('upstream', 'The answer arrived damaged. Retry the request.', {
    cause: new Error(`event stream: ${what}`),
  })
}
