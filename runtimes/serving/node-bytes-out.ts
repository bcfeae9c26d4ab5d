import type { ServerResponse } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import type { BytesEnd, BytesOut } from '../../app/ports/stream-out.ts'
import { alreadySent } from './already-sent.ts'

/** Bytes of each of the two pieces that take turns: one is read into while the other is sent. */
const PIECE = 256 * 1024

/**
 * Large answers straight to Node's response, through two pieces of memory that are used over and over: as
 * Web streams they would cost a new piece each time, and most of the time would go into collecting those.
 */
export const nodeBytesOut: BytesOut = ({ status, headers, env }, body, ended) => {
  const { outgoing } = env as HttpBindings
  outgoing.writeHead(status, headers)
  pump(body, outgoing as ServerResponse).then((end) => {
    if (end.ended === 'failed') outgoing.destroy(end.error as Error)
    else outgoing.end()
    ended?.(end)
  })
  return alreadySent()
}

/** Never rejects. */
async function pump(body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<BytesEnd> {
  const read = readerOf(body)
  let ended: BytesEnd['ended'] = 'complete'
  let bytes = 0
  let letGo = () => {}
  const left = () => {
    ended = 'caller-left'
    void read.cancel()
    letGo()
  }
  /** Resolves when the bytes are out of our hands, or nobody takes them any more. */
  const sent = (piece: Uint8Array) =>
    new Promise<void>((resolve) => {
      // Node forgets the callbacks of what a closed connection still holds.
      letGo = resolve
      outgoing.write(piece, (error) => {
        if (!error) bytes += piece.length
        resolve()
      })
    })
  outgoing.once('close', left)
  // It closes only once, perhaps before anything was read.
  if (outgoing.destroyed) left()
  let sending: Promise<unknown> = Promise.resolve()
  try {
    for (let piece = await read.next(); piece; piece = await read.next()) {
      await sending
      sending = sent(piece)
    }
    await sending
    return { ended, bytes }
  } catch (error) {
    await sending
    return { ended: 'failed', bytes, error }
  } finally {
    outgoing.off('close', left)
  }
}

/** Reads into two pieces by turns where the stream fills what it is given, else takes what it brings. */
function readerOf(body: ReadableStream<Uint8Array>) {
  const byob = byobReader(body)
  if (!byob) {
    const reader = body.getReader()
    return {
      next: async () => (await reader.read()).value,
      cancel: () => reader.cancel().catch(() => {}),
    }
  }
  let [idle, busy] = [new ArrayBuffer(PIECE), new ArrayBuffer(PIECE)]
  return {
    async next() {
      const { value } = await byob.read(new Uint8Array(idle))
      if (!value || value.length === 0) return undefined
      idle = busy
      busy = value.buffer
      return value
    },
    cancel: () => byob.cancel().catch(() => {}),
  }
}

function byobReader(body: ReadableStream<Uint8Array>) {
  try {
    return body.getReader({ mode: 'byob' })
  } catch {
    return undefined
  }
}
