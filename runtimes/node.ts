import { flushCompileCache } from 'node:module'
import './quick-start.js'

await import('./node-server.ts')
flushCompileCache()
