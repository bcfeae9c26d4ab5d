import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { type AssetSource, assetModule, isFresh } from './packed-assets.ts'

const folder = new URL('../pages/', import.meta.url)
const target = new URL('../app/routes/gateway/page-assets.generated.ts', import.meta.url)

const PAGES = ['dashboard', 'playground']

/** A script or style with all it imports, as browsers of the last years take it. */
async function bundled(path: string): Promise<Buffer> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(path, folder))],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2024',
    charset: 'utf8',
    legalComments: 'none',
  })
  return Buffer.from(outputFiles[0]!.contents)
}

const asset = (type: string, bytes: Buffer): AssetSource => ({
  type: `${type}; charset=utf-8`,
  bytes,
})
const file = (path: string) => readFileSync(new URL(path, folder))

const assets: Record<string, AssetSource> = {
  'icon.svg': { type: 'image/svg+xml', bytes: file('shared/icon.svg') },
}
for (const page of PAGES) {
  assets[`${page}.html`] = asset('text/html', file(`${page}/index.html`))
  assets[`${page}.css`] = asset('text/css', await bundled(`${page}/${page}.css`))
  assets[`${page}.js`] = asset('text/javascript', await bundled(`${page}/main.ts`))
}

if (process.argv.includes('--check')) {
  const { pageAssets } = await import('../app/routes/gateway/page-assets.generated.ts')
  if (!isFresh(assets, pageAssets)) {
    console.error('The pages are stale. Run: npm run openapi:assets')
    process.exit(1)
  }
} else {
  const made = 'Made from pages/ by openapi/generate-page-assets.ts.'
  writeFileSync(target, assetModule({ made, name: 'pageAssets', assets }))
}
