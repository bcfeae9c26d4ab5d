import type { Config } from '../config.ts'
import type { MediaSources } from './media-sources.ts'
import type { Provider } from './models.ts'
import type { Runtime } from './runtime.ts'

/** The bag every layer above the ports is handed: what is configured, whom to call, what the runtime brings. */
export interface Services {
  config: Config
  runtime: Runtime
  /** Asked in order; the first that knows a model serves it. */
  providers: Provider[]
  /** Where attachments come from that a request only names. */
  media: MediaSources
}
