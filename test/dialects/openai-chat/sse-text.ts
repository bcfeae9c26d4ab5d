/** The data of every frame of a stream, `[DONE]` as it stands. */
export function frames(text: string): unknown[] {
  return text
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: '))
    .map((frame) => frame.slice('data: '.length))
    .map((data) => (data === '[DONE]' ? data : JSON.parse(data)))
}

export const bytes = (text: string) => new TextEncoder().encode(text)

/** A text in pieces of a few bytes, as a network may deliver it. */
export function pieces(text: string, size: number): Uint8Array[] {
  const all = bytes(text)
  const cut: Uint8Array[] = []
  for (let at = 0; at < all.length; at += size) cut.push(all.subarray(at, at + size))
  return cut
}
