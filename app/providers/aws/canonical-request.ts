import { tidyHeaderValue } from '../../codecs/canonical-request.ts'

/** What a signature covers, beside the body. `path` holds the query, both as they stand on the wire. */
export interface Signable {
  method: string
  /** As it stands in the `host` header: with its port unless that is the scheme's own. */
  host: string
  path: string
  headers: Record<string, string>
  body?: string | Uint8Array
}

/** The headers a signature names: `list` for `SignedHeaders=`, `lines` for the canonical request. */
export interface CanonicalHeaders {
  list: string
  lines: string
}

/**
 * Only what SigV4 demands is signed (host, content-type, everything x-amz-*): a proxy that rewrites
 * `accept-encoding` on the way must not break the signature.
 */
const isSigned = (name: string) =>
  name === 'content-type' ||
  name === 'host' ||
  (name.startsWith('x-amz') && name !== 'x-amzn-trace-id')

export function canonicalHeaders(
  host: string,
  ...groups: Record<string, string>[]
): CanonicalHeaders {
  const names = ['host']
  const values = [host]
  for (const group of groups) {
    for (const name in group) {
      const lower = name.toLowerCase()
      if (lower !== 'host' && isSigned(lower)) insert(lower, group[name]!, { names, values })
    }
  }
  let lines = ''
  for (let at = 0; at < names.length; at++)
    lines += `${names[at]}:${tidyHeaderValue(values[at]!)}\n`
  return { list: names.join(';'), lines }
}

/** Puts a header at its place in the order of names; the later of two by one name counts. */
function insert(
  name: string,
  value: string,
  { names, values }: { names: string[]; values: string[] },
): void {
  const known = names.indexOf(name)
  if (known >= 0) {
    values[known] = value
    return
  }
  let at = names.length
  for (; at > 0 && names[at - 1]! > name; at--) {
    names[at] = names[at - 1]!
    values[at] = values[at - 1]!
  }
  names[at] = name
  values[at] = value
}
