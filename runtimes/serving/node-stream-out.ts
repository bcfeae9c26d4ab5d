import type { ServerResponse } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import type { Sink, StreamOut, StreamStart } from '../../app/ports/stream-out.ts'
import { alreadySent } from './already-sent.ts'

/** Strings straight to the Node response: no encoder, no ReadableStream between. */
export const nodeStreamOut: StreamOut = (start, run) => {
  const { outgoing } = start.env as HttpBindings
  let written = false
  let ended = false
  outgoing.writeHead(start.status, headersOf(start, outgoing))
  outgoing.on('close', () => {
    if (!ended) start.onLeave()
  })

  const chunked = frameByHand(outgoing)
  const encoding = start.binary ? 'latin1' : 'utf8'
  const sink: Sink = {
    write(text) {
      if (text === '' || outgoing.destroyed) return undefined
      written = true
      const size = chunked ? Buffer.byteLength(text, encoding).toString(16) : ''
      const chunk = chunked ? `${size}\r\n${text}\r\n` : text
      return outgoing.write(chunk, encoding) ? undefined : writable(outgoing)
    },
    end(trailers) {
      ended = true
      outgoing.end(chunked ? lastChunk(start.trailers && trailers) : undefined)
    },
    abort() {
      ended = true
      outgoing.destroy()
    },
  }
  void run(sink).catch(sink.abort)
  // Whoever left before the head was sent has closed the response already.
  if (outgoing.destroyed) start.onLeave()
  // Head and first frame leave as one packet when the frame is at hand, and the head alone when it is not.
  setImmediate(() => {
    if (!written && !ended) outgoing.flushHeaders()
  })
  return alreadySent()
}

/** Trailers are announced where there are chunks for them to follow; HTTP/1.0 has none. */
function headersOf({ headers, trailers }: StreamStart, outgoing: ServerResponse) {
  if (!trailers || !outgoing.useChunkedEncodingByDefault) return headers
  return { ...headers, trailer: trailers.join(', ') }
}

function lastChunk(trailers: Record<string, string> | undefined): string {
  let text = '0\r\n'
  for (const name in trailers) text += `${name}: ${trailers[name]}\r\n`
  return `${text}\r\n`
}

// Node hands every chunk to the socket in four pieces; one string costs a quarter less per frame. The
// answer stays on the response, which still queues, drains and closes it.
function frameByHand(outgoing: ServerResponse): boolean {
  const { chunkedEncoding } = outgoing
  outgoing.chunkedEncoding = false
  return chunkedEncoding
}

/** Resolves when the response takes more, or has closed. */
function writable(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off('drain', done).off('close', done)
      resolve()
    }
    outgoing.on('drain', done).on('close', done)
  })
}
