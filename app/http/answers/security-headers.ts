import type { Config } from '../../config.ts'
import type { Forwarded, StandingHeaders } from '../context.ts'
import type { Cors } from '../entrance/cors.ts'

/** What stands on every answer that is no page: it is read as what it says it is, and never runs or shows in a frame. */
export const ANSWER_HEADERS: StandingHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

/** A page has a policy of its own for what it loads. */
const PAGE_HEADERS: StandingHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
}

/** Headers of an answer by what is sent; `more` are those of the one request. */
export function securityHeaders(type: string, more: StandingHeaders | undefined): StandingHeaders {
  const headers = type.startsWith('text/html') ? PAGE_HEADERS : ANSWER_HEADERS
  return more ? { ...headers, ...more } : headers
}

/** What of an answer's headers depends on how it was asked for: CORS, and https for browsers. */
export function standingHeaders(
  { HSTS_SECONDS: seconds }: Pick<Config, 'HSTS_SECONDS'>,
  cors: Cors | undefined,
):
  | ((origin: string | undefined, forwarded: () => Forwarded) => StandingHeaders | undefined)
  | undefined {
  if (seconds === 0) return cors && ((origin) => cors.headers(origin))
  const hsts = { 'strict-transport-security': `max-age=${seconds}` }
  return (origin, forwarded) => {
    const allowed = cors?.headers(origin)
    // Browsers ignore it on http, and it would only mislead people there.
    return forwarded().protocol === 'https' ? { ...allowed, ...hsts } : allowed
  }
}
