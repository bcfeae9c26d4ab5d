import type { Config } from '../../config.ts'
import type { Surface, Voice } from '../../http/surface.ts'
import { about } from './about.ts'
import { docs, docsAsset } from './docs.ts'
import { health, ping } from './health.ts'
import { getMappings } from './mappings.ts'
import { getMetrics } from './metrics.ts'
import { openApiDocument } from './openapi-document.ts'
import { dashboard, pageAsset } from './pages.ts'
import { getProviders } from './providers.ts'
import { searchModels } from './search-models.ts'

/** What a server tells about itself; errors in the voice of whoever it mostly speaks to. */
export function gatewaySurface(
  voice: Voice,
  document: () => string,
  config: Pick<Config, 'METRICS'> = { METRICS: 'admin' },
): Surface {
  return {
    name: 'gateway',
    prefixes: ['/'],
    voice,
    endpoints: [
      about,
      health,
      ping,
      getProviders,
      getMappings,
      searchModels,
      ...getMetrics(config),
      openApiDocument(document),
      docs,
      docsAsset,
      dashboard,
      pageAsset,
    ],
  }
}
