import type { Usage } from './events.ts'

/** What of a bill is a number and simply adds up. */
export const COUNTS = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'reasoning',
  'images',
  'audioSeconds',
  'characters',
  'searches',
] as const satisfies readonly (keyof Usage)[]
