import { stabilityPainters } from '../images/stability.ts'
import { stabilityTools } from '../images/stability-tools.ts'
import type { Family } from './family.ts'

/** Pictures only. */
export const stability: Family = {
  name: 'stability',
  owner: 'Stability AI',
  matches: (id) => id.startsWith('stability.'),
  chat: [],
  painters: [...stabilityPainters, ...stabilityTools],
}
