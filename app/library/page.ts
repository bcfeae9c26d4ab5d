/** Which part of a list is wanted. */
export interface PageOptions {
  /** Only what stands behind this id, in the direction of the list. */
  after?: string
  limit: number
  descending: boolean
}

export interface Page<T> {
  data: T[]
  hasMore: boolean
}

/** One page of a list that is here in full, in ascending order. Undefined when nothing is called `after`. */
export function pageOf<T extends { id: string }>(
  all: readonly T[],
  { after, limit, descending }: PageOptions,
): Page<T> | undefined {
  const ordered = descending ? all.toReversed() : all
  const place = after === undefined ? -1 : ordered.findIndex(({ id }) => id === after)
  if (after !== undefined && place < 0) return undefined
  const data = ordered.slice(place + 1, place + 1 + limit)
  return { data, hasMore: place + 1 + limit < ordered.length }
}
