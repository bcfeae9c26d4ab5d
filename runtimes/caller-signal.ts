import type { HttpBindings } from '@hono/node-server'

/** Fires when the Node response closes before it was written out. */
export function nodeCallerSignal(env: unknown): AbortSignal {
  const { outgoing } = env as HttpBindings
  const controller = new AbortController()
  if (outgoing.destroyed) controller.abort()
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) controller.abort()
  })
  return controller.signal
}

/** The request's own signal. Deno fires it after a whole answer too, when nobody listens any more. */
export const requestCallerSignal = (_: unknown, request: Request): AbortSignal => request.signal
