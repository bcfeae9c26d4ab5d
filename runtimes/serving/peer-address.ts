import type { HttpBindings } from '@hono/node-server'

/** Of the socket, as node:http knows it. */
export const nodePeerAddress = (env: unknown): string | undefined =>
  (env as HttpBindings).incoming.socket.remoteAddress

interface BunBindings {
  server: { requestIP(request: Request): { address: string } | null }
}

export const bunPeerAddress = (env: unknown, request: Request): string | undefined =>
  (env as BunBindings).server.requestIP(request)?.address

interface DenoBindings {
  info: { remoteAddr?: { hostname?: string } }
}

export const denoPeerAddress = (env: unknown): string | undefined =>
  (env as DenoBindings).info.remoteAddr?.hostname

/** Cloudflare sets it, whatever a caller sends. */
export const workersPeerAddress = (_: unknown, { headers }: Request): string | undefined =>
  headers.get('cf-connecting-ip') ?? undefined
