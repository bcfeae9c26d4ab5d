import { readFileSync, writeFileSync } from 'node:fs'
import { createApp } from '../app/app.ts'
import type { Runtime } from '../app/ports/runtime.ts'
import { describeApi } from '../app/routes/gateway/api-description.ts'

const target = new URL('openapi.json', import.meta.url)

const never = () => {
  throw new Error('Nothing is called while the document is made.')
}

/** A runtime that is never asked for anything. */
const runtime: Runtime = {
  name: 'openapi',
  env: { PROVIDER: 'embedded' },
  transport: { send: never },
  streamOut: never,
  log: { write: () => {} },
}

const document = `${JSON.stringify(describeApi(createApp(runtime)), undefined, 2)}\n`

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== document) {
    console.error('openapi/openapi.json is stale. Run: npm run openapi')
    process.exit(1)
  }
} else {
  writeFileSync(target, document)
}
