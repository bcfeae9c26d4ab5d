import type { IncomingMessage } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import type { ByteSource } from '../app/ports/transport.ts'

/** The body of a request straight from Node's own: a Web stream around it copies every byte once more. */
export function nodeRequestBody(env: unknown): ByteSource {
  const { incoming } = env as HttpBindings
  return {
    async read() {
      for (;;) {
        const bytes: Buffer | null = incoming.read()
        if (bytes) return bytes
        if (incoming.readableEnded) return undefined
        if (incoming.destroyed) throw incoming.errored ?? new Error('The request was cut off.')
        await somethingHappens(incoming as IncomingMessage)
      }
    },
    // Whoever answers without reading on leaves it to the server to empty or close the connection.
    cancel() {},
  }
}

const EVENTS = ['readable', 'end', 'error', 'close'] as const

/** Listens no longer than it waits: a request that somebody listens to cannot be emptied. */
function somethingHappens(incoming: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const happened = () => {
      for (const event of EVENTS) incoming.off(event, happened)
      resolve()
    }
    for (const event of EVENTS) incoming.on(event, happened)
  })
}
