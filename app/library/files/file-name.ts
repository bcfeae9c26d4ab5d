import { GatewayError } from '../../errors.ts'

/** As Anthropic has it; UTF-16 units. */
const LONGEST = 255
/** Bytes of the escaped name, so that a key that holds it stays within 900. */
const LONGEST_ESCAPED = 600

/** Control characters, also those of Unicode, and what XML cannot say. */
const UNSPEAKABLE = /[\p{Cc}\u2028\u2029\ufffe\uffff]/u

/**
 * A caller's file name as it is kept. Throws `invalid-request` for names that are empty, too long, or lead
 * somewhere: a name is what stands in a folder, never a path.
 */
export function checkedName(name: string, param = 'file'): string {
  const wellFormed = name.toWellFormed()
  const fault = faultOf(wellFormed)
  if (fault === undefined) return wellFormed
  throw new GatewayError('invalid-request', `Invalid file name: ${fault}.`, {
    param,
    reason: 'invalid_filename',
  })
}

function faultOf(name: string): string | undefined {
  if (name.trim() === '') return 'it is empty'
  if (UNSPEAKABLE.test(name)) return 'it holds control characters'
  if (/[/\\]/.test(name)) return 'it is a path; send the last part alone'
  if (name === '.' || name === '..') return 'it names a folder'
  const isLong =
    name.length > LONGEST || new TextEncoder().encode(escapeName(name)).length > LONGEST_ESCAPED
  return isLong ? `it has more than ${LONGEST} characters or ${LONGEST_ESCAPED} bytes` : undefined
}

/** The last part of what may be a path, as some clients send it; empty when there is none. */
export const lastPart = (path: string) => path.slice(path.search(/[^/\\]*$/))

/** What a key may not hold, or a disk may not: escaped, and told back by `unescapeName`. */
export const escapeName = (name: string): string =>
  name.replace(/[%/\\<>:"|?*,]|^\.|[. ]$/g, (letter) => encodeCode(letter.charCodeAt(0)))

export const unescapeName = (escaped: string): string =>
  escaped.replace(/%([0-9A-F]{2})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )

const encodeCode = (code: number) => `%${code.toString(16).toUpperCase().padStart(2, '0')}`
