import type { ModelCard } from '../../ports/models.ts'
import type { WireNames } from './wire-names.ts'

/** What every step of encoding a request knows. */
export interface Asking {
  card: ModelCard
  names: WireNames
  /** The caller spoke this dialect: what can be sent goes out as it came. */
  heard: boolean
  /** Names what has no effect: a key of `Settings`, or the caller's own word. */
  ignore(what: string): void
}
