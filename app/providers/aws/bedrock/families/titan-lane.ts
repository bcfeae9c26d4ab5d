import { titanText } from '../../../../dialects/titan-text/index.ts'
import type { OwnLane } from './own-lane.ts'

/** Titan Text asked in its own dialect: the prompt stays to the letter, spaces and marks included. */
export const titanLane: OwnLane = {
  dialect: titanText.name,
  client: titanText.client,
  fit: (body) => ({ body, ignored: [] }),
  relent: () => undefined,
}
