import { mediaTypeOfName } from '../codecs/media-name.ts'
import { normaliseMediaType, sniffBytes } from '../codecs/media-type.ts'
import { GatewayError } from '../errors.ts'

export type Bytes = ReadableStream<Uint8Array> | Uint8Array

/** Bytes at the front that tell what a content is. */
export const HEAD = 4096

/** A body on its way into a store, and what was seen of it when it has passed. */
export interface Watched {
  body: Bytes
  /** What it is, by content, then by what it is said to be. */
  mediaType(said?: string, name?: string): string
}

/** Watches a body go by. The stream fails with `too-large` behind `limit` bytes. */
export function watch(body: Bytes, limit: number): Watched {
  if (body instanceof Uint8Array) {
    if (body.length > limit) throw tooLarge(limit)
    return { body, mediaType: typeBy(() => body) }
  }
  const head: Uint8Array[] = []
  let size = 0
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      if (size < HEAD) head.push(bytes.slice(0, HEAD - size))
      size += bytes.length
      if (size > limit) throw tooLarge(limit)
      controller.enqueue(bytes)
    },
  })
  return { body: body.pipeThrough(counted), mediaType: typeBy(() => concatenated(head)) }
}

const typeBy = (head: () => Uint8Array) => (said?: string, name?: string) =>
  sniffBytes(head(), normaliseMediaType(said) ?? mediaTypeOfName(name ?? '')) ??
  'application/octet-stream'

export function concatenated(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

export function tooLarge(limit: number): GatewayError {
  return new GatewayError(
    'too-large',
    `The file is larger than this server takes: at most ${limit} bytes.`,
    { param: 'file', reason: 'file_too_large' },
  )
}
