import type { Standing } from '../ports/metering.ts'
import type { LimitStandings } from './dialect.ts'

/** OpenAI's `x-ratelimit-*`; times are told as the distance from now (API reference, rate limits; recorded). */
export function limitHeaders({ now, requests, tokens }: LimitStandings): Record<string, string> {
  const headers: Record<string, string> = {}
  const tell = (kind: string, { limit, remaining, reset }: Standing) => {
    headers[`x-ratelimit-limit-${kind}`] = String(limit)
    headers[`x-ratelimit-remaining-${kind}`] = String(remaining)
    headers[`x-ratelimit-reset-${kind}`] = duration(reset - now)
  }
  if (requests) tell('requests', requests)
  if (tokens) tell('tokens', tokens)
  return headers
}

/** As Go writes it: `120ms`, `8.64s`, `1m0s`. */
function duration(milliseconds: number): string {
  if (milliseconds <= 0) return '0s'
  if (milliseconds < 1000) return `${Math.ceil(milliseconds)}ms`
  const minutes = Math.floor(milliseconds / 60_000)
  const seconds = Math.round(milliseconds - minutes * 60_000) / 1000
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`
}
