import { asksForProof, knowsCallers } from '../../config/access.ts'
import type { Config } from '../../config.ts'
import { isLoopback, unbracketed } from './loopback.ts'

/** Where to listen, and what the person who starts the server should know about it. */
export interface ListenPolicy {
  host: string
  port: number
  warning?: string
}

/**
 * Without a key only this machine may call, unless `AUTH=none` says otherwise in so many words. Throws
 * an `Error` whose message tells what to set.
 */
export function listenPolicy(config: Config): ListenPolicy {
  requireKeyForKeyAuth(config)
  const host = unbracketed(config.HOST ?? '127.0.0.1')
  const place = { host, port: config.PORT }
  if (asksForProof(config)) return place
  if (isLoopback(host)) {
    return config.AUTH === 'none'
      ? place
      : { ...place, warning: 'No API_KEY is set, so only this machine can call.' }
  }
  if (config.AUTH === 'none') {
    return {
      ...place,
      warning: `AUTH=none: everybody who reaches ${host} can call, and you pay for it.`,
    }
  }
  throw new Error(
    `HOST=${host} would let others call without a key. Set API_KEY, or set AUTH=none if that is what you want, or leave HOST out to serve this machine only.`,
  )
}

/** The same for a runtime that has no address to bind: it is reachable from the start. */
export function publicPolicy(config: Config): { warning?: string } {
  requireKeyForKeyAuth(config)
  if (asksForProof(config)) return {}
  if (config.AUTH === 'none') {
    return {
      warning: 'AUTH=none: everybody who reaches this address can call, and you pay for it.',
    }
  }
  throw new Error(
    'This server is reachable from outside and has no key. Set API_KEY, or set AUTH=none if something in front of it checks who calls.',
  )
}

function requireKeyForKeyAuth(config: Config): void {
  if (config.AUTH === 'key' && !knowsCallers(config)) {
    throw new Error('AUTH=key needs a key to compare with. Set API_KEY.')
  }
}
