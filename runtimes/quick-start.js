// What Node must know before it loads the first of our files; that is why this one is plain JavaScript. With
// `--import` it comes before runtimes/node.ts as well, and Node's TypeScript stripper is never loaded: 35 ms.
import { enableCompileCache, registerHooks } from 'node:module'
import { join } from 'node:path'

// Hundreds of unbuilt files take Node 300 ms to strip and compile. What it made of them at the last start is
// kept; a folder that cannot be written to only costs that time again.
enableCompileCache(join(import.meta.dirname, '..', '.outcrop', 'compile-cache'))

/** Packages whose relative imports lead to ES modules only. */
const PACKAGES = /\/node_modules\/(zod|hono)\//

// An import that names its file to the letter is taken at its word: links, package and format, which Node looks
// up for every file otherwise, are known. That is a fifth of a start.
registerHooks({
  resolve(specifier, context, next) {
    const format = specifier.startsWith('.') ? formatOf(specifier, context) : undefined
    if (!format) return next(specifier, context)
    return { url: new URL(specifier, context.parentURL).href, format, shortCircuit: true }
  },
})

function formatOf(specifier, { parentURL = '', conditions }) {
  if (specifier.endsWith('.ts')) return 'module-typescript'
  const isImport = specifier.endsWith('.js') && conditions.includes('import')
  return isImport && PACKAGES.test(parentURL) ? 'module' : undefined
}
