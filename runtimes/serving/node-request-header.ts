import type { HttpBindings } from '@hono/node-server'

/** A header as node:http has read it; a `Headers` around it costs several checks for every look. */
export function nodeRequestHeader(env: unknown, name: string): string | undefined {
  const value = (env as HttpBindings).incoming.headers[name]
  return typeof value === 'string' ? value : undefined
}
