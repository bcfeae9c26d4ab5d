/** One kept value. `value` is text, JSON as a rule; `version` rises by one with every write. */
export interface StateItem {
  id: string
  value: string
  version: number
}

export interface PutOptions {
  /** Write only onto this version; `0` means only when nothing is there. */
  ifVersion?: number
  /** Unix milliseconds after which the item is gone. */
  expiresAt?: number
}

export interface ListOptions {
  /** Only ids that begin so. */
  prefix?: string
  /** Only ids behind this one, in the direction of the listing. */
  after?: string
  limit?: number
  descending?: boolean
}

/**
 * Small shared state. Items live in collections (`completions/<owner>`) and are ordered by id, by code
 * units. An item whose time is over is absent to every method. Collections and ids are never empty;
 * values stay under 350 kB so that every engine can keep them.
 */
export interface StateStore {
  get(collection: string, id: string): Promise<StateItem | undefined>
  /** The new version, or undefined when `ifVersion` did not hold. */
  put(
    collection: string,
    item: { id: string; value: string },
    options?: PutOptions,
  ): Promise<number | undefined>
  /** Whether it was there. */
  delete(collection: string, id: string): Promise<boolean>
  list(collection: string, options?: ListOptions): Promise<StateItem[]>
  /** Adds to a counter, atomically, and returns the sum. A new counter takes `expiresAt`; an old one keeps its own. */
  add(
    collection: string,
    counter: { id: string; amount: number },
    expiresAt?: number,
  ): Promise<number>
  /** Unix milliseconds by the clock that all share who share the store. Absent where that is our own. */
  now?(): number
}
