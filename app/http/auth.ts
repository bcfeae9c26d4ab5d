import type { Config } from '../config.ts'
import { GatewayError } from '../errors.ts'
import type { HttpContext } from './context.ts'
import { isLoopback } from './loopback.ts'
import { requestHeader } from './request-header.ts'

/** Undefined lets the request in; else what to answer instead. */
export type Guard = (c: HttpContext) => GatewayError | undefined

/**
 * Sits in front of every path but the open ones. Without a key it lets in whoever reaches us, which is
 * the listen policy's matter, but no web page from elsewhere in a browser of this machine.
 */
export function createGuard(config: Config, isOpen: (path: string) => boolean): Guard {
  if (config.AUTH === 'none') return () => undefined
  const fault = config.API_KEY === undefined ? foreignPage : withoutKey(config.API_KEY)
  return (c) => {
    const found = fault(c)
    return found && c.req.method !== 'OPTIONS' && !isOpen(c.req.path) ? found : undefined
  }
}

/** A page may send a request to localhost from anywhere, and need not see the answer to cost money. */
function foreignPage(c: HttpContext): GatewayError | undefined {
  const origin = requestHeader(c, 'origin')
  if (origin === undefined) return undefined
  if (URL.canParse(origin)) {
    const { protocol, hostname } = new URL(origin)
    if (!protocol.startsWith('http') || isLoopback(hostname)) return undefined
  }
  return new GatewayError(
    'permission',
    'This server has no key, so web pages from elsewhere may not call it. Set API_KEY on the server.',
    { reason: 'foreign_origin' },
  )
}

function withoutKey(key: string): Guard {
  const matches = constantTimeMatcher(key)
  return (c) => {
    const shown = shownKey(c)
    if (shown !== undefined && matches(shown)) return undefined
    return new GatewayError('authentication', shown === undefined ? MISSING : WRONG, {
      reason: 'invalid_api_key',
    })
  }
}

const MISSING =
  'You did not provide an API key. Send it as `Authorization: Bearer KEY` or in the `x-api-key` header.'
const WRONG = 'The API key provided is not valid for this server.'
const BEARER = /^bearer +/i

function shownKey(c: HttpContext): string | undefined {
  const authorization = requestHeader(c, 'authorization')
  if (authorization !== undefined && BEARER.test(authorization)) {
    return authorization.replace(BEARER, '').trim()
  }
  return requestHeader(c, 'x-api-key')
}

/**
 * Compares in a time that depends on the key alone: every character of it is looked at, whatever was
 * shown and wherever the two differ.
 */
function constantTimeMatcher(key: string): (shown: string) => boolean {
  const length = key.length
  const expected = Uint16Array.from({ length }, (_, at) => key.charCodeAt(at))
  return (shown) => {
    let difference = shown.length ^ length
    for (let at = 0; at < length; at++) difference |= expected[at]! ^ shown.charCodeAt(at)
    return difference === 0
  }
}
