import type { Family } from './family.ts'

/** Videos only. */
export const luma: Family = {
  name: 'luma',
  owner: 'Luma AI',
  matches: (id) => id.startsWith('luma.'),
  chat: [],
}
