import type { HttpContext } from '../context.ts'
import { requestHeader } from '../request-header.ts'

const BEARER = 'bearer '

/** What a caller shows as a key or token: `Authorization: Bearer`, else `x-api-key`. */
export function shownKey(c: HttpContext): string | undefined {
  const authorization = requestHeader(c, 'authorization')
  if (authorization !== undefined && isBearer(authorization)) {
    return authorization.slice(BEARER.length).trim()
  }
  return requestHeader(c, 'x-api-key')
}

const isBearer = (authorization: string) =>
  authorization.startsWith('Bearer ') ||
  authorization.slice(0, BEARER.length).toLowerCase() === BEARER
