import type { Surface, Voice } from '../../http/surface.ts'
import { disableKey, enableKey, rotateKey, updateKey } from './key-changes.ts'
import { createKey, deleteKey, getKey, listKeys } from './keys.ts'
import { getOverview } from './overview.ts'

/** What the operator manages by HTTP; errors in the voice of whoever it mostly speaks to. */
export function adminSurface(voice: Voice): Surface {
  return {
    name: 'admin',
    prefixes: ['/v1/admin/'],
    voice,
    endpoints: [
      createKey,
      listKeys,
      getKey,
      updateKey,
      deleteKey,
      rotateKey,
      disableKey,
      enableKey,
      getOverview,
    ],
  }
}
