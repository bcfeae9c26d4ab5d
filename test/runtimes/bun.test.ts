import { runtimeSuite } from './runtime-suite.ts'

runtimeSuite({
  name: 'bun',
  command: ['bun', 'runtimes/bun.ts'],
  tellsLeaving: true,
  endsWell: true,
  largestBody: 100,
  listens: true,
})
