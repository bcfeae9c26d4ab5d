import { workers } from './platforms.ts'
import { runtimeSuite } from './runtime-suite.ts'

runtimeSuite(workers)
