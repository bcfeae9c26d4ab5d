import type { Standing } from '../../ports/metering.ts'
import type { LimitStandings } from '../dialect.ts'

/** Anthropic's `anthropic-ratelimit-*`; times are RFC 3339 in whole seconds (docs, rate limits; recorded). */
export function limitHeaders({ requests, tokens }: LimitStandings): Record<string, string> {
  const headers: Record<string, string> = {}
  if (requests) tell(headers, 'requests', requests)
  if (tokens) tell(headers, 'tokens', tokens)
  return headers
}

function tell(
  headers: Record<string, string>,
  kind: string,
  { limit, remaining, reset }: Standing,
): void {
  headers[`anthropic-ratelimit-${kind}-limit`] = String(limit)
  headers[`anthropic-ratelimit-${kind}-remaining`] = String(remaining)
  headers[`anthropic-ratelimit-${kind}-reset`] = inSeconds(reset)
}

const inSeconds = (time: number) =>
  `${new Date(Math.ceil(time / 1000) * 1000).toISOString().slice(0, 19)}Z`
