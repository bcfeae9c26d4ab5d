import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { assetModule } from '../../openapi/packed-assets.ts'

it('packs assets into a module whose imports there are', () => {
  const text = assetModule({ made: 'Made.', name: 'assets', assets: {} })
  const [, path = ''] = /from '(.+)'/.exec(text) ?? []
  const place = new URL(path, new URL('../../app/routes/gateway/', import.meta.url))
  expect(existsSync(fileURLToPath(place)), path).toBe(true)
})
