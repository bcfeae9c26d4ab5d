import type { Usage } from '../../conversation/events.ts'

/** Tokens read, those of the cache included: Titan has no cache and tells one number. */
export const inputTokens = ({ input, cacheRead = 0, cacheWrite = 0 }: Usage): number =>
  input + cacheRead + cacheWrite

/** What an answer cost; marked where it did not say. */
export function decodeUsage(input: unknown, output: unknown): Usage {
  const known = typeof input === 'number' && typeof output === 'number'
  const usage: Usage = {
    input: typeof input === 'number' ? input : 0,
    output: typeof output === 'number' ? output : 0,
  }
  return known ? usage : { ...usage, estimated: true }
}
