import type { StateStore } from '../../ports/state-store.ts'
import { createTally, dimensionIn, type PackedRow, type Sums, type Tally } from './measures.ts'
import { type Grain, type Holder, readPages, SECONDS } from './pages.ts'

/** What usage can be told apart by. */
const GROUPS = ['key', 'tenant', 'model', 'operation', 'region', 'tier'] as const
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
  const buckets = new Map<number, Map<string, Counted>>()
  const first = floorTo(from, width)
  for (let at = first; at < to; at += step) buckets.set(at, new Map())
  const grain = width === 'minute' ? 'minute' : 'hour'
  const wanted = GROUPS.flatMap((group): Wanted[] => (only[group] ? [[group, only[group]]] : []))
  for await (const page of readPages(state, {
    grain,
    from: first,
    to,
    keyId: keyId ?? oneOf(only),
  })) {
    const lines = buckets.get(floorTo(page.at, width))
    if (!lines) continue
    for (const row of page.rows) {
      if (!fits(wanted, page.holder, row)) continue
      const values = groupBy.map((group) => valueIn(group, page.holder, row))
      tallyOf(lines, values).add(row)
    }
  }
  return [...buckets].map(([at, lines]) => ({
    from: at,
    to: at + step,
    lines: Array.from(lines.values(), (counted) => lineOf(counted, groupBy)).sort(
      (a, b) => b.sums.requests - a.sums.requests,
    ),
  }))
}

/** What one group used, while it is added up. */
interface Counted {
  values: readonly string[]
  tally: Tally
}

/** A filter on one key spares looking at those of all others. */
const oneOf = ({ key }: NonNullable<ReportQuery['only']>) =>
  key?.length === 1 ? key[0] : undefined

function valueIn(group: Group, { keyId, tenant }: Holder, row: PackedRow): string {
  if (group === 'key') return keyId
  return group === 'tenant' ? (tenant ?? '') : dimensionIn(row, group)
}

type Wanted = [group: Group, values: readonly string[]]

const fits = (wanted: readonly Wanted[], holder: Holder, row: PackedRow): boolean =>
  wanted.every(([group, values]) => values.includes(valueIn(group, holder, row)))

function tallyOf(lines: Map<string, Counted>, values: readonly string[]): Tally {
  const name = values.length === 1 ? values[0]! : JSON.stringify(values)
  const known = lines.get(name)
  if (known) return known.tally
  const tally = createTally()
  lines.set(name, { values, tally })
  return tally
}

const lineOf = ({ values, tally }: Counted, groupBy: readonly Group[]): Line => ({
  by: Object.fromEntries(groupBy.map((group, at) => [group, values[at]!])),
  sums: tally.sums(),
})
