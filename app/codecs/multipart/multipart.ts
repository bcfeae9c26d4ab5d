import { GatewayError } from '../../errors.ts'
import { createByteSearch } from '../bytes/byte-search.ts'
import { type PartHeaders, readPartHeaders } from './multipart-headers.ts'

/** What a form is made of, in order: every part begins, has bytes, ends. `end` comes once, last. */
export type FormEvent =
  | { type: 'part'; headers: PartHeaders }
  | { type: 'bytes'; bytes: Uint8Array }
  | { type: 'part-end' }
  | { type: 'end' }

/**
 * Reads `multipart/form-data` (RFC 7578) as it comes, holding no more than what may be part of a boundary.
 * `write` takes the next bytes once `next` has said that there are no more events; the bytes of events
 * are views on what was written, in which nobody is interested any more. `next` throws `invalid-request`
 * on what is no form.
 */
interface MultipartParser {
  write(bytes: Uint8Array): void
  next(): FormEvent | undefined
}

type State = 'preamble' | 'delimiter' | 'headers' | 'body' | 'part-ended' | 'ended'

/** Bytes that the headers of one part may take. */
const HEADERS_LIMIT = 16 * 1024
const CR = 13
const LF = 10
const DASH = 45
/** The blank line behind headers, with the end of the last of them. */
const HEADERS_END = createByteSearch(Uint8Array.of(CR, LF, CR, LF))
const BLANKS: ReadonlySet<number> = new Set([9, 32])

export function createMultipartParser(boundary: string): MultipartParser {
  const delimiter = createByteSearch(new TextEncoder().encode(`\r\n--${boundary}`))
  let state: State = 'preamble'
  // The first boundary may stand at the very start, where no line ends before it.
  let rest: Uint8Array = Uint8Array.of(CR, LF)

  /** Takes everything up to the next boundary, or as far as surely none begins. */
  const takeContent = (whenFound: State): Uint8Array => {
    const at = delimiter.find(rest)
    const content = rest.subarray(0, at === -1 ? rest.length - delimiter.begunAtEnd(rest) : at)
    // A copy, for whoever takes the content may do with its memory what he likes; `slice` of Node's is none.
    rest = new Uint8Array(rest.subarray(at === -1 ? content.length : at + delimiter.length))
    if (at !== -1) state = whenFound
    return content
  }

  const takeHeaders = (): FormEvent | undefined => {
    const end = HEADERS_END.find(rest)
    if ((end === -1 ? rest.length : end) > HEADERS_LIMIT) {
      throw broken('the headers of a part are too long')
    }
    if (end === -1) return undefined
    const headers = readPartHeaders(rest.subarray(0, end))
    rest = rest.subarray(end + HEADERS_END.length)
    state = 'body'
    return { type: 'part', headers }
  }

  /** Behind a boundary: two dashes end the form, else its line ends here and a part begins. */
  const passBoundary = (): FormEvent | undefined => {
    if (rest.length < 2) return undefined
    if (rest[0] === DASH && rest[1] === DASH) {
      state = 'ended'
      return { type: 'end' }
    }
    const at = lineEndIn(rest)
    if (at === undefined) return undefined
    // The line's end is left, so that the blank line of a part without headers is found as well.
    rest = rest.subarray(at)
    state = 'headers'
    return takeHeaders()
  }

  const next = (): FormEvent | undefined => {
    switch (state) {
      case 'preamble':
        takeContent('delimiter')
        return state === 'preamble' ? undefined : next()
      case 'delimiter':
        return passBoundary()
      case 'headers':
        return takeHeaders()
      case 'body': {
        const bytes = takeContent('part-ended')
        if (bytes.length > 0) return { type: 'bytes', bytes }
        return state === 'body' ? undefined : next()
      }
      case 'part-ended':
        state = 'delimiter'
        return { type: 'part-end' }
      case 'ended':
        return undefined
    }
  }

  return {
    next,
    write(bytes) {
      if (state !== 'ended') rest = rest.length === 0 ? bytes : joined(rest, bytes)
    },
  }
}

/** Where the rest of a boundary's line ends, of which nothing but blanks is left; undefined while it is not here. */
function lineEndIn(rest: Uint8Array): number | undefined {
  let at = 0
  while (BLANKS.has(rest[at]!)) at++
  if (rest.length < at + 2 && at < HEADERS_LIMIT) return undefined
  if (rest[at] === CR && rest[at + 1] === LF) return at
  throw broken('a boundary is followed by text')
}

/** The boundary that a content type names; undefined when it is no form. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (!contentType || !/^multipart\/form-data\s*(;|$)/i.test(contentType)) return undefined
  const found = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType)
  const boundary = found?.[1] ?? found?.[2]
  if (boundary && /^[\x20-\x7e]{1,200}$/.test(boundary)) return boundary
  throw broken('its content type names no boundary')
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}

export function broken(fault: string): GatewayError {
  return new GatewayError('invalid-request', `The form cannot be read: ${fault}.`, {
    reason: 'invalid_form',
  })
}
