/** Characters that `fromCharCode` takes at once without running out of stack. */
const SLICE = 8192

/** Bytes as a text of one character each, for ways that carry text alone. */
export function textOfBytes(bytes: Uint8Array): string {
  if (bytes.length <= SLICE) return String.fromCharCode(...bytes)
  let text = ''
  for (let at = 0; at < bytes.length; at += SLICE) {
    text += String.fromCharCode(...bytes.subarray(at, at + SLICE))
  }
  return text
}

/** The bytes of such a text. */
export function bytesOfText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}
