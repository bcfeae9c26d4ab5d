import { GatewayError } from '../../errors.ts'

/** What a key has a limit of. */
export type Kind = 'requests' | 'tokens' | 'slots'

const WORDS: Record<Kind, (limit: number) => string> = {
  requests: (limit) => `This key may make ${limit} requests a minute, and none is left now.`,
  tokens: (limit) =>
    `This key may use ${limit} tokens a minute, and this request may need more than are left.`,
  slots: (limit) => `This key may run ${limit} requests at the same time, and they are running.`,
}

/** The refusal of one more; `wait` in milliseconds. */
export function tooMany(kind: Kind, limit: number, wait: number): GatewayError {
  const seconds = Math.max(1, Math.ceil(wait / 1000))
  const message = `Rate limit reached. ${WORDS[kind](limit)} Try again in ${seconds} s.`
  return new GatewayError('rate-limit', message, {
    reason: 'rate_limit_exceeded',
    retryAfter: seconds,
    lacking: kind,
  })
}
