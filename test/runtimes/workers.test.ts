import { runtimeSuite } from './runtime-suite.ts'

runtimeSuite({
  name: 'workers',
  command: ['node', 'deploy/start-workers.ts'],
  tellsLeaving: 'when writing',
  endsWell: true,
  largestBody: 5,
  listens: true,
})
