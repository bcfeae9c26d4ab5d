import type { AccessEntry } from '../log/access-entry.ts'

/**
 * What an answer tells of the time until its head: in its surface's own words, and of answers of models how
 * much of it was ours (https://www.w3.org/TR/server-timing/).
 */
export function timingHeaders({
  record,
  startedAt,
  surface,
  header,
}: AccessEntry): Record<string, string> | undefined {
  const own = surface?.answerHeaders
  const askedAt = record?.askedAt
  if (askedAt === undefined && !own) return undefined
  const now = performance.now()
  const taken = now - startedAt
  const headers = own?.(taken, header) ?? {}
  if (askedAt !== undefined) {
    const upstream = (record?.answeredAt ?? now) - askedAt
    headers['server-timing'] =
      `gateway;dur=${tenths(taken - upstream)}, upstream;dur=${tenths(upstream)}`
  }
  return headers
}

// Small whole numbers are written many times faster than broken ones.
function tenths(milliseconds: number): string {
  const all = Math.round(Math.max(0, milliseconds) * 10)
  return `${Math.floor(all / 10)}.${all % 10}`
}
