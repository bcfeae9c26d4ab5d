import type { Family } from './family.ts'

/** Vectors of videos, and Pegasus, which talks about them through InvokeModel alone. */
export const twelvelabs: Family = {
  name: 'twelvelabs',
  owner: 'TwelveLabs',
  matches: (id) => id.startsWith('twelvelabs.'),
  chat: [],
}
