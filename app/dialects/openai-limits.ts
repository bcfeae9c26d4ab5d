import type { Standing } from '../ports/metering.ts'
import type { LimitStandings } from './dialect.ts'

/** OpenAI's `x-ratelimit-*`; times are told as the distance from now (API reference, rate limits; recorded). */
export function limitHeaders({ now, requests, tokens }: LimitStandings): Record<string, string> {
  if (!requests) return tokens ? ofTokens(tokens, now) : {}
  const headers = ofRequests(requests, now)
  return tokens ? Object.assign(headers, ofTokens(tokens, now)) : headers
}

// With every answer: names that are put together take longer to write than what they name.
const ofRequests = (
  { limit, remaining, reset }: Standing,
  now: number,
): Record<string, string> => ({
  'x-ratelimit-limit-requests': String(limit),
  'x-ratelimit-remaining-requests': String(remaining),
  'x-ratelimit-reset-requests': duration(reset - now),
})

const ofTokens = ({ limit, remaining, reset }: Standing, now: number): Record<string, string> => ({
  'x-ratelimit-limit-tokens': String(limit),
  'x-ratelimit-remaining-tokens': String(remaining),
  'x-ratelimit-reset-tokens': duration(reset - now),
})

/** As Go writes it: `120ms`, `8.64s`, `1m0s`. */
function duration(milliseconds: number): string {
  if (milliseconds <= 0) return '0s'
  if (milliseconds < 1000) return `${Math.ceil(milliseconds)}ms`
  const minutes = Math.floor(milliseconds / 60_000)
  const seconds = Math.round(milliseconds - minutes * 60_000) / 1000
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`
}
