import { runtimeSuite } from './runtime-suite.ts'

runtimeSuite({
  name: 'node',
  command: ['node', 'runtimes/node.ts'],
  tellsLeaving: 'at once',
  endsWell: true,
  largestBody: 100,
  listens: true,
})
