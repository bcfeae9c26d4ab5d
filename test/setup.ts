import { own } from './fakes/own-globals.ts'

// Node's server replaces both for the whole worker, which files share; each file begins without that.
for (const [name, value] of Object.entries(own)) Object.defineProperty(globalThis, name, { value })
