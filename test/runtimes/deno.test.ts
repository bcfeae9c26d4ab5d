import { runtimeSuite } from './runtime-suite.ts'

runtimeSuite({
  name: 'deno',
  command: ['deno', 'run', '-A', '--no-lock', '--unstable-no-legacy-abort', 'runtimes/deno.ts'],
  tellsLeaving: 'at once',
  endsWell: true,
  largestBody: 100,
  listens: true,
})
