import { watchedStream } from '../../app/codecs/bytes/byte-stream.ts'
import type { BytesEnd, BytesOut } from '../../app/ports/stream-out.ts'

/** Of Workers: what tells the length of a body that is sent as it is read, and so keeps `content-length`. */
declare const FixedLengthStream: new (
  length: number,
) => { readable: ReadableStream<Uint8Array>; writable: WritableStream<Uint8Array> }

/** Large answers of a known length; the platform moves the bytes itself where it brought them. */
export const workersBytesOut: BytesOut = ({ status, headers }, body, ended) => {
  const init = { status, headers }
  const length = Number(headers['content-length'])
  if (!Number.isInteger(length)) {
    return new Response(ended ? watchedStream(body, ended) : body, init)
  }
  const { readable, writable } = new FixedLengthStream(length)
  void pipe(body, writable, length).then(ended)
  return new Response(readable, init)
}

/** How far it got before it broke is not told: nobody counts on the way. Never rejects. */
async function pipe(
  body: ReadableStream<Uint8Array>,
  writable: WritableStream<Uint8Array>,
  length: number,
): Promise<BytesEnd> {
  try {
    await body.pipeTo(writable, { preventCancel: true })
    return { ended: 'complete', bytes: length }
  } catch (error) {
    // What has failed itself cannot be cancelled any more.
    return body.cancel().then(
      (): BytesEnd => ({ ended: 'caller-left' }),
      (): BytesEnd => ({ ended: 'failed', error }),
    )
  }
}
