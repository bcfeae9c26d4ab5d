import { bun } from './platforms.ts'
import { runtimeSuite } from './runtime-suite.ts'

runtimeSuite(bun)
