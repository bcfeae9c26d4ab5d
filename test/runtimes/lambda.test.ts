import { runtimeSuite } from './runtime-suite.ts'

runtimeSuite({
  name: 'lambda',
  command: ['node', 'test/runtimes/lambda-stand-in.ts'],
  tellsLeaving: 'never',
  endsWell: false,
  largestBody: 5,
  listens: false,
})
