import fc from 'fast-check'
import { own } from './fakes/own-globals.ts'
import { seed } from './fuzz/runs.ts'

// Node's server replaces both for the whole worker, which files share; each file begins without that.
for (const [name, value] of Object.entries(own)) Object.defineProperty(globalThis, name, { value })

// What passed once passes again; `npm run fuzz` is where chance is let in.
fc.configureGlobal({ seed })
