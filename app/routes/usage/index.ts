import type { Surface, Voice } from '../../http/surface.ts'
import { getCost } from './cost.ts'
import { organizationUsage } from './organization.ts'
import { getUsage } from './own-usage.ts'

/** What was used and what it cost; errors in the voice of whoever it mostly speaks to. */
export function usageSurface(voice: Voice): Surface {
  return {
    name: 'usage',
    prefixes: ['/v1/usage', '/v1/cost', '/v1/organization/'],
    voice,
    endpoints: [getUsage, getCost, ...organizationUsage],
  }
}
