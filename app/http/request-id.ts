/** What may stand in a log line, a header and an AWS tag without being escaped. */
const VALID = /^[A-Za-z0-9._-]{1,128}$/

/** The caller's own id for the request where it is a valid one, else a fresh one. */
export function requestIdFrom(given: string | undefined): string {
  return given !== undefined && VALID.test(given) ? given : crypto.randomUUID()
}
