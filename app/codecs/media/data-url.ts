import { GatewayError } from '../../errors.ts'
import { encodeBase64, normaliseBase64 } from '../bytes/base64.ts'
import { normaliseMediaType } from './media-type.ts'

/** What a `data:` URL holds, whichever way it was written. */
export interface DataUrl {
  /** Normalised (`image/jpeg`); absent when the URL names none. */
  mediaType?: string
  /** The content in padded standard base64 without white space. */
  base64: string
}

const SCHEME = 'data:'
/** Media type and parameters are short; a comma further away belongs to something else. */
const LONGEST_HEAD = 1024

export function isDataUrl(url: string): boolean {
  return url.slice(0, SCHEME.length).toLowerCase() === SCHEME
}

/**
 * Reads a `data:` URL (RFC 2397), base64 or percent-encoded. Throws `invalid-request` naming `param`.
 * Base64 is checked but not decoded.
 */
export function parseDataUrl(url: string, param?: string): DataUrl {
  const comma = url.slice(0, LONGEST_HEAD).indexOf(',')
  if (!isDataUrl(url) || comma === -1) throw invalid(param, 'has no comma before its content')
  const [claim = '', ...parameters] = url
    .slice(SCHEME.length, comma)
    .split(';')
    .map((word) => word.trim())
  const encoded = parameters.some((word) => word.toLowerCase() === 'base64')
  const content = url.slice(comma + 1)
  const base64 = encoded ? fromBase64(content) : fromPercents(content)
  if (base64 === undefined) throw invalid(param, 'does not hold valid base64')

  const mediaType = normaliseMediaType(claim)
  return mediaType ? { mediaType, base64 } : { base64 }
}

// Some clients percent-encode the `+`, `/` and `=` of base64.
function fromBase64(content: string): string | undefined {
  const whole = normaliseBase64(content)
  if (whole !== undefined || !content.includes('%')) return whole
  const binary = percentDecoded(content)
  return normaliseBase64(new TextDecoder().decode(binary))
}

function fromPercents(content: string): string {
  return encodeBase64(percentDecoded(content))
}

/** The bytes behind a percent-encoded text; a percent sign that encodes nothing stands for itself. */
function percentDecoded(content: string): Uint8Array {
  const bytes = new TextEncoder().encode(content)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes[at] === 37 ? hexPair(bytes, at + 1) : undefined
    bytes[length++] = code ?? bytes[at]!
    if (code !== undefined) at += 2
  }
  return bytes.subarray(0, length)
}

function hexPair(bytes: Uint8Array, at: number): number | undefined {
  const pair = String.fromCharCode(bytes[at] ?? 0, bytes[at + 1] ?? 0)
  return /^[0-9a-f]{2}$/i.test(pair) ? Number.parseInt(pair, 16) : undefined
}

function invalid(param: string | undefined, what: string): GatewayError {
  return new GatewayError('invalid-request', `The data URL ${what}.`, {
    ...(param !== undefined && { param }),
    reason: 'invalid_value',
  })
}
