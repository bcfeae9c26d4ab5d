import { enableCompileCache, flushCompileCache, registerHooks } from 'node:module'
import { join } from 'node:path'

// Hundreds of unbuilt files take Node 300 ms to strip and compile. What it made of them at the last start is
// kept, which leaves 100; a folder that cannot be written to only costs that time again.
enableCompileCache(join(import.meta.dirname, '..', '.outcrop', 'compile-cache'))
// Our imports name their file to the letter, so its links, its package and its format need not be looked up.
registerHooks({
  resolve(specifier, { parentURL, ...context }, next) {
    const isOurs = specifier.startsWith('.') && specifier.endsWith('.ts')
    if (!isOurs) return next(specifier, { parentURL, ...context })
    const { href } = new URL(specifier, parentURL)
    return { url: href, format: 'module-typescript', shortCircuit: true }
  },
})
await import('./node-server.ts')
flushCompileCache()
