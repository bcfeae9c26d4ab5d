/** Enough for every header that tells. */
export const ALPHA_HEAD = 30

/**
 * Whether a picture may have transparent dots, by its first bytes: a PNG with alpha or a palette, a WebP that
 * says so. A PNG in which one colour stands for nothing is not seen.
 */
export function mayBeTransparent(head: Uint8Array): boolean {
  const text = String.fromCharCode(...head.subarray(0, ALPHA_HEAD))
  if (text.startsWith('\x89PNG')) return (head[25] ?? 0) >= 3
  if (text.startsWith('GIF8')) return true
  if (!text.startsWith('RIFF')) return false
  // https://developers.google.com/speed/webp/docs/riff_container
  if (text.startsWith('VP8X', 12)) return ((head[20] ?? 0) & 0x10) !== 0
  return text.startsWith('VP8L', 12) && ((head[24] ?? 0) & 0x10) !== 0
}
