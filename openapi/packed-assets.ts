import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { PackedAsset } from '../app/http/answers/packed-asset.ts'

/** What is served under a name. */
export interface AssetSource {
  type: string
  bytes: Buffer
}

interface AssetModule {
  /** The first line, as a comment. */
  made: string
  /** The name of the constant. */
  name: string
  assets: Readonly<Record<string, AssetSource>>
}

/** A module that holds assets packed, for runtimes without a disk. */
export function assetModule({ made, name, assets }: AssetModule): string {
  const entries = Object.entries(assets).map(([path, { type, bytes }]) => {
    const etag = createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
    const gzip = gzipSync(bytes, { level: 9 }).toString('base64')
    return `  '${path}': {\n    type: '${type}',\n    etag: '${etag}',\n    gzip: '${gzip}',\n  },`
  })
  return [
    `// ${made} Do not edit.`,
    "import type { PackedAsset } from '../../http/answers/packed-asset.ts'\n",
    `export const ${name}: Record<string, PackedAsset | undefined> = {`,
    ...entries,
    '}\n',
  ].join('\n')
}

/** Compressed bytes differ between machines, so freshness is judged by what they unpack to. */
export function isFresh(
  assets: AssetModule['assets'],
  packed: Readonly<Record<string, PackedAsset | undefined>>,
): boolean {
  if (Object.keys(packed).length !== Object.keys(assets).length) return false
  return Object.entries(assets).every(([path, { type, bytes }]) => {
    const asset = packed[path]
    return asset?.type === type && gunzipSync(Buffer.from(asset.gzip, 'base64')).equals(bytes)
  })
}
