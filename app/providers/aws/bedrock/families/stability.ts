import type { Family } from './family.ts'

/** Pictures only. */
export const stability: Family = {
  name: 'stability',
  owner: 'Stability AI',
  matches: (id) => id.startsWith('stability.'),
  chat: [],
}
