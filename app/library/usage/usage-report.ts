import type { StateStore } from '../../ports/state-store.ts'
import { addSums, noSums, type Sums } from './measures.ts'
import { type Grain, type Holder, type Row, readPages, SECONDS } from './pages.ts'

/** What usage can be told apart by. */
export const GROUPS = ['key', 'tenant', 'model', 'operation', 'region', 'tier'] as const
export type Group = (typeof GROUPS)[number]

export interface ReportQuery {
  /** Unix seconds, `to` not included. */
  from: number
  to: number
  width: Grain | 'day'
  groupBy: readonly Group[]
  /** Only of this key. */
  keyId?: string
  /** Only what is one of these, in every group that is named. */
  only?: Partial<Record<Group, readonly string[]>>
}

/** What one group used in one stretch of time. */
export interface Line {
  /** By the groups that were asked for; empty where it is unknown. */
  by: Partial<Record<Group, string>>
  sums: Sums
}

/** A stretch of time, with what was used in it, the most requests first. */
export interface Bucket {
  from: number
  to: number
  lines: Line[]
}

/** The beginning of the stretch a time lies in. */
export const floorTo = (time: number, width: ReportQuery['width']) => time - (time % SECONDS[width])

/** Every stretch from `from` to `to`, also those in which nothing was used, in the order of time. */
export async function reportUsage(state: StateStore, query: ReportQuery): Promise<Bucket[]> {
  const { from, to, width, groupBy, keyId, only = {} } = query
  const step = SECONDS[width]
  const buckets = new Map<number, Map<string, Line>>()
  const first = floorTo(from, width)
  for (let at = first; at < to; at += step) buckets.set(at, new Map())
  const grain = width === 'minute' ? 'minute' : 'hour'
  for await (const page of readPages(state, {
    grain,
    from: first,
    to,
    keyId: keyId ?? oneOf(only),
  })) {
    const lines = buckets.get(floorTo(page.at, width))
    if (!lines) continue
    for (const row of page.rows) {
      const valueBy = (group: Group) => valueIn(group, page.holder, row)
      if (!fits(only, valueBy)) continue
      add(lines, groupBy, { valueBy, sums: row.sums })
    }
  }
  return [...buckets].map(([at, lines]) => ({
    from: at,
    to: at + step,
    lines: [...lines.values()].sort((a, b) => b.sums.requests - a.sums.requests),
  }))
}

/** A filter on one key spares looking at those of all others. */
const oneOf = ({ key }: NonNullable<ReportQuery['only']>) =>
  key?.length === 1 ? key[0] : undefined

function valueIn(group: Group, { keyId, tenant }: Holder, { dimensions }: Row): string {
  if (group === 'key') return keyId
  return group === 'tenant' ? (tenant ?? '') : dimensions[group]
}

type ValueBy = (group: Group) => string

const fits = (only: NonNullable<ReportQuery['only']>, valueBy: ValueBy): boolean =>
  GROUPS.every((group) => only[group]?.includes(valueBy(group)) ?? true)

function add(
  lines: Map<string, Line>,
  groupBy: readonly Group[],
  { valueBy, sums }: { valueBy: ValueBy; sums: Sums },
): void {
  const values = groupBy.map(valueBy)
  const name = JSON.stringify(values)
  const line = lines.get(name) ?? {
    by: Object.fromEntries(groupBy.map((group, at) => [group, values[at]!])),
    sums: noSums(),
  }
  addSums(line.sums, sums)
  lines.set(name, line)
}
