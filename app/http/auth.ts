import type { Config } from '../config.ts'
import { GatewayError } from '../errors.ts'
import type { HttpContext } from './context.ts'

/** Undefined lets the request in; else the 401 to answer with. */
export type Guard = (c: HttpContext) => GatewayError | undefined

/** Sits in front of every path but the open ones. Without a key it lets everybody in: who may reach us is then the listen policy's matter. */
export function createGuard(config: Config, isOpen: (path: string) => boolean): Guard {
  const key = config.API_KEY
  if (key === undefined || config.AUTH === 'none') return () => undefined
  const matches = constantTimeMatcher(key)
  return (c) => {
    const shown = shownKey(c)
    if (shown !== undefined && matches(shown)) return undefined
    if (c.req.method === 'OPTIONS' || isOpen(c.req.path)) return undefined
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
  const authorization = c.req.header('authorization')
  if (authorization !== undefined && BEARER.test(authorization)) {
    return authorization.replace(BEARER, '').trim()
  }
  return c.req.header('x-api-key')
}

/**
 * Compares in a time that depends on the key alone: every character of it is looked at, whatever was
 * shown and wherever the two differ.
 */
export function constantTimeMatcher(key: string): (shown: string) => boolean {
  const length = key.length
  const expected = Uint16Array.from({ length }, (_, at) => key.charCodeAt(at))
  return (shown) => {
    let difference = shown.length ^ length
    for (let at = 0; at < length; at++) difference |= expected[at]! ^ shown.charCodeAt(at)
    return difference === 0
  }
}
