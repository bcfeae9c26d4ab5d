import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gunzipSync, gzipSync } from 'node:zlib'

/** What the docs page loads, by the name it is served under. */
const ASSETS = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  // The script names this file as the place of its licenses.
  'swagger-ui-bundle.js.LICENSE.txt': 'text/plain; charset=utf-8',
} as const

const target = new URL('../app/routes/gateway/swagger-assets.generated.ts', import.meta.url)
const require = createRequire(import.meta.url)

const source = (name: string) => readFileSync(require.resolve(`swagger-ui-dist/${name}`))
const version: unknown = require('swagger-ui-dist/package.json').version

function generate(): string {
  const entries = Object.entries(ASSETS).map(([name, type]) => {
    const bytes = source(name)
    const etag = createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
    const gzip = gzipSync(bytes, { level: 9 }).toString('base64')
    return `  '${name}': {\n    type: '${type}',\n    etag: '${etag}',\n    gzip: '${gzip}',\n  },`
  })
  return [
    `// swagger-ui-dist ${version} (Apache-2.0), made by openapi/generate-docs-assets.ts. Do not edit.`,
    'export interface DocsAsset {\n  type: string\n  etag: string\n  /** Base64 of the gzipped bytes. */\n  gzip: string\n}\n',
    'export const swaggerAssets: Record<string, DocsAsset | undefined> = {',
    ...entries,
    '}\n',
  ].join('\n')
}

// Compressed bytes differ between machines, so freshness is judged by what they unpack to.
async function isFresh(): Promise<boolean> {
  const { swaggerAssets } = await import('../app/routes/gateway/swagger-assets.generated.ts')
  return Object.entries(ASSETS).every(([name, type]) => {
    const asset = swaggerAssets[name]
    if (asset?.type !== type) return false
    return gunzipSync(Buffer.from(asset.gzip, 'base64')).equals(source(name))
  })
}

if (process.argv.includes('--check')) {
  if (!(await isFresh())) {
    console.error('The docs assets are stale. Run: npm run openapi:assets')
    process.exit(1)
  }
} else {
  writeFileSync(target, generate())
}
