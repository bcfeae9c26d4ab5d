import type { IncomingMessage } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import type { OpenApp } from '../../app/open-app.ts'
import type { ByteSource } from '../../app/ports/transport.ts'

/** Milliseconds a caller may send nothing of a body. */
const STANDSTILL = 5 * 60_000

/** The same app, but whoever stops in the middle of a body is not waited for. Most bodies are there before the app is asked. */
export const notWaitingForever = (app: OpenApp): OpenApp => ({
  ...app,
  fetch(request, env) {
    const { incoming, outgoing } = env as HttpBindings
    if (!incoming.complete) {
      incoming.setTimeout(STANDSTILL, () => incoming.destroy())
      // Once the answer is out, the timer is the server's own.
      incoming.once('end', () => outgoing.writableEnded || incoming.setTimeout(0))
    }
    return app.fetch(request, env)
  },
})

/**
 * The body of a request straight from Node's own, piece by piece as it was read from the socket: a Web stream
 * around it copies every byte once more, and so does `read`, which puts waiting pieces together.
 */
export function nodeRequestBody(env: unknown): ByteSource {
  const incoming = (env as HttpBindings).incoming as IncomingMessage
  return {
    read: async () => (incoming.readableEnded ? undefined : nextPiece(incoming)),
    // Whoever answers without reading on leaves it to the server to empty or close the connection.
    cancel() {},
  }
}

/** Listens no longer than it waits: a request that somebody listens to cannot be emptied. */
function nextPiece(incoming: IncomingMessage): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const over = () => {
      incoming.setTimeout(0)
      incoming.off('data', came).off('end', ended).off('error', broke).off('close', broke)
    }
    const came = (piece: Buffer) => {
      incoming.pause()
      over()
      resolve(piece)
    }
    const ended = () => {
      over()
      resolve(undefined)
    }
    const broke = () => {
      over()
      reject(incoming.errored ?? new Error('The request was cut off.'))
    }
    if (incoming.destroyed) return broke()
    incoming.setTimeout(STANDSTILL)
    incoming.on('data', came).on('end', ended).on('error', broke).on('close', broke)
    incoming.resume()
  })
}
