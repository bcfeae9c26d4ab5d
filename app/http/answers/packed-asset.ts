import type { HttpContext } from '../context.ts'
import { acceptsGzip, holdsVersion } from './conditional.ts'
import { reply } from './reply.ts'

/** A file that came with the server. */
export interface PackedAsset {
  type: string
  etag: string
  /** Base64 of the gzipped bytes. */
  gzip: string
}

/** Serves a file that came with the server, gzipped where the caller takes that; 304 for who holds it. */
export async function replyAsset(
  c: HttpContext,
  asset: PackedAsset,
  more?: Record<string, string>,
): Promise<Response> {
  const { type } = asset
  const headers = {
    'cache-control': 'no-cache',
    etag: `W/"${asset.etag}"`,
    vary: 'accept-encoding',
    ...more,
  }
  if (holdsVersion(c, headers.etag)) return reply(c, null, { status: 304, headers })
  const gzipped = Uint8Array.from(atob(asset.gzip), (character) => character.charCodeAt(0))
  if (acceptsGzip(c)) {
    return reply(c, gzipped, { type, headers: { ...headers, 'content-encoding': 'gzip' } })
  }
  const plain = new Blob([gzipped]).stream().pipeThrough(new DecompressionStream('gzip'))
  return reply(c, await new Response(plain).text(), { type, headers })
}
