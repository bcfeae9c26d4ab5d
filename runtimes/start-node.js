// What `npm start` runs: the bundle that `npm ci` made of the server, or the sources, once one of them has changed.
// Plain JavaScript, so that Node's TypeScript stripper is not loaded for it.
import { readFileSync, statSync } from 'node:fs'
import { enableCompileCache, flushCompileCache } from 'node:module'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const bundle = join(root, 'dist', 'server')

if (isFresh()) {
  enableCompileCache(join(root, '.outcrop', 'compile-cache'))
  await import(join(bundle, 'server.mjs'))
  flushCompileCache()
} else {
  await import('./quick-start.js')
  await import('./node-server.ts')
  flushCompileCache()
}

function isFresh() {
  try {
    const inputs = JSON.parse(readFileSync(join(bundle, 'inputs.json'), 'utf8'))
    // Some hundred files: `join` would take as long as the look at them.
    for (const path in inputs) {
      if (statSync(`${root}/${path}`).mtimeMs !== inputs[path]) return false
    }
    return true
  } catch {
    // No bundle, or a source that is gone.
    return false
  }
}
