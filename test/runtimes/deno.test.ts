import { deno } from './platforms.ts'
import { runtimeSuite } from './runtime-suite.ts'

runtimeSuite(deno)
