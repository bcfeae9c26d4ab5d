import { offersOfId } from '../../../../app/providers/aws/bedrock/offers.ts'
import type { Plan } from '../../../../app/providers/aws/bedrock/region-policy.ts'
import { planRegions } from '../../../../app/providers/aws/bedrock/region-policy.ts'
import type { Routing } from '../../../../app/providers/aws/bedrock/routed.ts'
import { createRouter } from '../../../../app/providers/aws/bedrock/router.ts'
import { createWarmRegions } from '../../../../app/providers/aws/bedrock/warm-regions.ts'

/** Rests as a server has them when nothing is configured. */
export const RESTS = {
  quotaBackoff: 60_000,
  mostQuotaBackoff: 3_600_000,
  unavailableBackoff: 30_000,
}

/** What a model needs to be asked, without a server around it. */
export const stagedRouting = (): Routing => ({
  router: createRouter({ strategy: 'ordered', ...RESTS }),
  warmRegions: createWarmRegions(),
  hedgeAfter: 0,
  patience: { stream: 60_000, reply: 300_000 },
  warn: () => {},
})

/** An id that is asked by itself in each of these regions, whatever it leads to. */
export const planOf = (id: string, ...regions: string[]): Plan =>
  planRegions({ id, bases: [], offers: offersOfId(id, regions) }, { ...OPEN, regions })

/** No rule but the regions. */
const OPEN = { crossRegion: true, global: true, restrictions: {} }
