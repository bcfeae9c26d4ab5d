import { concatenated } from '../../codecs/bytes/byte-pieces.ts'
import { mediaTypeOfName } from '../../codecs/media/media-name.ts'
import { normaliseMediaType, sniffBytes } from '../../codecs/media/media-type.ts'
import { GatewayError } from '../../errors.ts'

export type Bytes = ReadableStream<Uint8Array> | Uint8Array

/** Bytes at the front that tell what a content is. */
export const HEAD = 4096

/** A body on its way into a store, and what was seen of it when it has passed. */
interface Watched {
  body: Bytes
  /** What it is, by content, then by what it is said to be. */
  mediaType(said?: string, name?: string): string
}

/** Watches a body go by. The stream fails with `too-large` behind `limit` bytes; `field` is what it came as. */
export function watch(body: Bytes, limit: number, field: Field = 'file'): Watched {
  if (body instanceof Uint8Array) {
    if (body.length > limit) throw tooLarge(limit, field)
    return { body, mediaType: typeBy(() => body) }
  }
  const head: Uint8Array[] = []
  let size = 0
  const reader = body.getReader()
  const counted = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (done) return controller.close()
        if (size < HEAD) head.push(new Uint8Array(value.subarray(0, HEAD - size)))
        size += value.length
        if (size > limit) throw tooLarge(limit, field)
        controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  return { body: counted, mediaType: typeBy(() => concatenated(head)) }
}

const typeBy = (head: () => Uint8Array) => (said?: string, name?: string) =>
  sniffBytes(head(), normaliseMediaType(said) ?? mediaTypeOfName(name ?? '')) ??
  'application/octet-stream'

/** What bytes come as: a file, or the data of a part of one. */
export type Field = 'file' | 'data'

const REFUSALS: Record<Field, string> = {
  file: 'The file is larger than this server takes',
  data: 'The part is larger than its upload, or than this server takes',
}

export function tooLarge(limit: number, field: Field = 'file'): GatewayError {
  return new GatewayError('too-large', `${REFUSALS[field]}: at most ${limit} bytes.`, {
    param: field,
    reason: 'file_too_large',
  })
}
