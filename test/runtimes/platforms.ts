import { join } from 'node:path'
import type { Platform } from './platform.ts'

/** What the three that are servers of their own have in common. */
const traits = { tellsLeaving: 'at once', endsWell: true, largestBody: 100, listens: true } as const

/** The one most tests of a whole server take. */
export const node: Platform = { name: 'node', command: ['node', 'runtimes/node.ts'], ...traits }

export const bun: Platform = { name: 'bun', command: ['bun', 'runtimes/bun.ts'], ...traits }

/** Deno as the package's own script starts it. */
export const DENO = ['deno', 'run', '-A', '--no-lock', '--unstable-no-legacy-abort'] as const

export const deno: Platform = { name: 'deno', command: [...DENO, 'runtimes/deno.ts'], ...traits }

export const workers: Platform = {
  name: 'workers',
  command: ['node', 'deploy/start-workers.ts'],
  tellsLeaving: 'when writing',
  endsWell: true,
  largestBody: 5,
  listens: true,
}

/** A stand-in for Lambda around the function that was bundled into a folder. */
export const lambdaIn = (folder: string): Platform => ({
  name: 'lambda',
  command: ['node', 'test/runtimes/lambda-stand-in.ts'],
  tellsLeaving: 'never',
  endsWell: false,
  largestBody: 5,
  listens: false,
  env: { FUNCTION: join(folder, 'index.mjs') },
  unconfigured: { AUTH: 'none' },
})
