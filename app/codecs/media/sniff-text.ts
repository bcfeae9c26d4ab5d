/** Control characters that no text holds; tab, line feed, form feed, carriage return and escape do occur. */
const isBinary = (text: string) => {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 32 && code !== 9 && code !== 10 && code !== 12 && code !== 13 && code !== 27)
      return true
  }
  return false
}

const HTML =
  /^(?:<!--[\s\S]*?-->\s*)*<(?:!doctype html|html|head|body|title|script|style|meta|div|p|h[1-6]|table|ul|ol|a|br|span|img)\b/i
const JSON_START = /^(?:\{\s*(?:"|\}|$)|\[\s*(?:["{[\]\d-]|true|false|null|$))/

/**
 * The kind of text a binary string holds; undefined when it is not text in UTF-8 (or UTF-16 with a mark).
 * `more` follows when it is only the front of the content.
 */
export function sniffText(head: string, more: boolean): string | undefined {
  if (head.startsWith('\xff\xfe') || head.startsWith('\xfe\xff')) return 'text/plain'
  if (head === '' || isBinary(head)) return undefined
  const text = decodeUtf8(head, more)?.trimStart()
  if (text === undefined) return undefined
  if (/^<svg[\s>]/i.test(text)) return 'image/svg+xml'
  if (text.startsWith('<?xml') || /^<!doctype svg/i.test(text)) return sniffXml(text)
  if (HTML.test(text)) return 'text/html'
  return JSON_START.test(text) && (more || isJson(text)) ? 'application/json' : 'text/plain'
}

function sniffXml(text: string): string {
  if (/<svg[\s>]/i.test(text)) return 'image/svg+xml'
  return /<html[\s>]/i.test(text) ? 'text/html' : 'application/xml'
}

function decodeUtf8(binary: string, more: boolean): string | undefined {
  // By hand: `Uint8Array.from` makes an object and a string of every byte.
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: more })
  } catch {
    return undefined
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
