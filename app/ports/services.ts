import type { Config } from '../config.ts'
import type { Access } from './access.ts'
import type { Afterwork } from './afterwork.ts'
import type { AudioStaging } from './audio-staging.ts'
import type { KnowledgeBases } from './knowledge.ts'
import type { MediaSources } from './media-sources.ts'
import type { Metering } from './metering.ts'
import type { Metrics } from './metrics.ts'
import type { Provider } from './models.ts'
import type { ObjectStore } from './object-store.ts'
import type { Runtime } from './runtime.ts'
import type { Speech } from './speech.ts'
import type { StateStore } from './state-store.ts'
import type { Traces } from './traces.ts'

/** The bag every layer above the ports is handed: what is configured, whom to call, what the runtime brings. */
export interface Services {
  config: Config
  runtime: Runtime
  /** Asked in order; the first that knows a model serves it. */
  providers: Provider[]
  /** Where attachments come from that a request only names. */
  media: MediaSources
  /** Where large recordings lie while they are worked on. Absent where there is no such place. */
  staging?: AudioStaging
  /** Speaks answers. Absent where nobody can. */
  speech?: Speech
  /** The name of this server among many, as far as it is known by now; requests wait while it is `coming`. */
  serverId?: { (): string; coming(): Promise<void> | undefined }
  /** What is kept between requests. Opened when it is first used. */
  state: StateStore
  /** Documents that can be asked. */
  knowledge?: KnowledgeBases
  /** How callers can be known beside by the keys of the configuration. */
  access: Access
  /** Limits, budgets and usage. */
  metering: Metering
  /** Counts what happens. Absent where nobody may look. */
  metrics?: Metrics
  /** Who is told of requests as traces. Absent where nobody is. */
  traces?: Traces
  /** Resolves when it is an upload's turn, with what is to be called when it is in. */
  intake(): Promise<() => void>
  /** What the process waits for before it ends. */
  afterwork: Afterwork
  /** Where files are kept. Absent where there is no place that outlives the process. */
  objects?: ObjectStore
}
