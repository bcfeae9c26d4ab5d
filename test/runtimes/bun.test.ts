import { runtimeSuite } from './runtime-suite.ts'

runtimeSuite({
  name: 'bun',
  command: ['bun', 'runtimes/bun.ts'],
  tellsLeaving: 'at once',
  endsWell: true,
  largestBody: 100,
  listens: true,
})
