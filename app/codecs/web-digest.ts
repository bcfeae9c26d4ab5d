/** The digests of SigV4 from WebCrypto, for runtimes that bring no synchronous ones. */
export function createWebDigest() {
  const encoder = new TextEncoder()
  const bytes = (data: string | Uint8Array) =>
    // WebCrypto wants a plain ArrayBuffer behind the view; only a shared one has to be copied.
    (typeof data === 'string' ? encoder.encode(data) : data) as Uint8Array<ArrayBuffer>

  return {
    hex,
    async sha256Hex(data: string | Uint8Array): Promise<string> {
      return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes(data))))
    },
    async hmacSha256(key: string | Uint8Array, data: string): Promise<Uint8Array> {
      const algorithm = { name: 'HMAC', hash: 'SHA-256' }
      const imported = await crypto.subtle.importKey('raw', bytes(key), algorithm, false, ['sign'])
      return new Uint8Array(await crypto.subtle.sign('HMAC', imported, encoder.encode(data)))
    },
  }
}

function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}
