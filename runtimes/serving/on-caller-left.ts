import type { HttpBindings } from '@hono/node-server'

/** Tells when the Node response closes before it was written out. */
export function onNodeCallerLeft(env: unknown, _: Request, leave: () => void): void {
  const { outgoing } = env as HttpBindings
  if (outgoing.destroyed) leave()
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) leave()
  })
}

/** The request's own signal. Deno fires it after a whole answer too, when nobody listens any more. */
export function onRequestAborted(_: unknown, { signal }: Request, leave: () => void): void {
  if (signal.aborted) leave()
  else signal.addEventListener('abort', leave, { once: true })
}
