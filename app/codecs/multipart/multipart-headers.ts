/** What the headers of a form's part say. */
export interface PartHeaders {
  /** The field's name; empty when it has none. */
  name: string
  /** Present where the part is a file; may be empty. */
  filename?: string
  /** As it was written. */
  contentType?: string
}

/** Reads the header lines of one part. Unknown headers are passed over. */
export function readPartHeaders(lines: Uint8Array): PartHeaders {
  // Names come as raw UTF-8 (RFC 7578, 5.1.2), whatever else is allowed.
  const text = new TextDecoder().decode(lines)
  const headers: PartHeaders = { name: '' }
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (name === 'content-type') headers.contentType = value
    if (name === 'content-disposition') Object.assign(headers, readDisposition(value))
  }
  return headers
}

const PARAMETER = /;\s*([a-z*]+)\s*=\s*(?:"((?:\\["\\]|[^"])*)"|([^;"]*))/gi

function readDisposition(value: string): Partial<PartHeaders> {
  const found = new Map<string, string>()
  for (const [, name = '', quoted, bare = ''] of value.matchAll(PARAMETER)) {
    found.set(name.toLowerCase(), quoted === undefined ? bare.trim() : unquoted(quoted))
  }
  const name = found.get('name')
  const filename = extended(found.get('filename*')) ?? found.get('filename')
  return {
    ...(name !== undefined && { name }),
    ...(filename !== undefined && { filename }),
  }
}

/** Browsers and SDKs write `%22`, `%0D` and `%0A` for what a quoted name cannot hold, curl a backslash. */
function unquoted(text: string): string {
  return text
    .replace(/\\(["\\])/g, '$1')
    .replace(/%(22|0D|0A)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** `UTF-8''na%C3%AFve.txt` (RFC 8187); undefined for anything else. */
function extended(value: string | undefined): string | undefined {
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(value ?? '')?.[1]
  if (encoded === undefined) return undefined
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}
