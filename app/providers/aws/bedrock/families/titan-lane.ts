import { titanTextClient } from '../../../../dialects/titan-text/client.ts'
import { NAME } from '../../../../dialects/titan-text/extras.ts'
import type { OwnLane } from './own-lane.ts'

/** Titan Text asked in its own dialect: the prompt stays to the letter, spaces and marks included. */
export const titanLane: OwnLane = {
  dialect: NAME,
  client: titanTextClient,
  fit: (body) => ({ body, ignored: [] }),
  relent: () => undefined,
}
