import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { assetModule, isFresh } from './packed-assets.ts'

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

const assets = Object.fromEntries(
  Object.entries(ASSETS).map(([name, type]) => [name, { type, bytes: source(name) }]),
)

if (process.argv.includes('--check')) {
  const { swaggerAssets } = await import('../app/routes/gateway/swagger-assets.generated.ts')
  if (!isFresh(assets, swaggerAssets)) {
    console.error('The docs assets are stale. Run: npm run openapi:assets')
    process.exit(1)
  }
} else {
  const made = `swagger-ui-dist ${version} (Apache-2.0), made by openapi/generate-docs-assets.ts.`
  writeFileSync(target, assetModule({ made, name: 'swaggerAssets', assets }))
}
