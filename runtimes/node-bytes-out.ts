import type { ServerResponse } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { BytesOut } from '../app/ports/stream-out.ts'

/** Bytes of each of the two pieces that take turns: one is read into while the other is sent. */
const PIECE = 256 * 1024

/**
 * Large answers straight to Node's response, through two pieces of memory that are used over and over: as
 * Web streams they would cost a new piece each time, and most of the time would go into collecting those.
 */
export const nodeBytesOut: BytesOut = ({ status, headers, env }, body) => {
  const { outgoing } = env as HttpBindings
  outgoing.writeHead(status, headers)
  pump(body, outgoing as ServerResponse).then(
    () => outgoing.end(),
    (thrown: Error) => outgoing.destroy(thrown),
  )
  return RESPONSE_ALREADY_SENT
}

async function pump(body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  const read = readerOf(body)
  const left = () => void read.cancel()
  outgoing.once('close', left)
  let sending: Promise<unknown> = Promise.resolve()
  try {
    for (let bytes = await read.next(); bytes; bytes = await read.next()) {
      await sending
      sending = sent(outgoing, bytes)
    }
    await sending
  } finally {
    outgoing.off('close', left)
  }
}

/** Resolves when the bytes are out of our hands, or nobody takes them any more. */
function sent(outgoing: ServerResponse, bytes: Uint8Array): Promise<unknown> {
  return new Promise((resolve) => {
    outgoing.write(bytes, resolve)
  })
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
