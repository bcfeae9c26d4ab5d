import { enableCompileCache, flushCompileCache } from 'node:module'
import { join } from 'node:path'

// Three hundred unbuilt files take Node 300 ms to strip and compile. What it made of them at the last
// start is kept, which leaves 100; a folder that cannot be written to only costs that time again.
enableCompileCache(join(import.meta.dirname, '..', '.outcrop', 'compile-cache'))
await import('./node-server.ts')
flushCompileCache()
