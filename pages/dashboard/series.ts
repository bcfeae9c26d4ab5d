import type { GroupSums, Line, Sums } from './usage.ts'
import { GROUPS, type Group } from './view.ts'

/** One of those that usage is told apart by, over time. */
export interface Series {
  /** As the API names it; undefined for all that have no colour of their own. */
  value: string | undefined
  text: string
  /** Place in the palette. */
  colour: number
  /** By bucket; undefined where nothing was asked. */
  points: (Sums | undefined)[]
  total: Sums
}

/** Colours that can be told apart, without the one for the rest. */
const COLOURS = 6

/** Sums that can be added up: durations cannot. */
const ADDED = [
  'requests',
  'failed_requests',
  'aborted_requests',
  'unpriced_requests',
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'cached_tokens',
  'cost',
] as const satisfies readonly (keyof Sums)[]

const UNKNOWN = {
  p50_milliseconds: null,
  p95_milliseconds: null,
  p50_first_token_milliseconds: null,
  p95_first_token_milliseconds: null,
}

interface Told {
  group: Group
  lines: readonly Line[]
  /** The most requests first. */
  groups: readonly GroupSums[]
  /** Unix seconds of every bucket's beginning, in order. */
  times: readonly number[]
  /** Shown names of values that have one. */
  names?: ReadonlyMap<string, string>
}

/** What keys are called, by id: by their names, with the id where several have the same. */
export function namesOf(keys: readonly { id: string; name?: string }[]): Map<string, string> {
  const byName = Map.groupBy(keys, ({ name }) => name)
  return new Map(
    keys.map(({ id, name }) => {
      const isShared = name !== undefined && byName.get(name)!.length > 1
      return [id, isShared ? `${name} (${id})` : (name ?? id)]
    }),
  )
}

/** Usage as series, the most requests first. */
export function seriesOf({ group, lines, groups, times, names }: Told): Series[] {
  const { field, unknown } = GROUPS[group]
  const valueIn = (sums: GroupSums) => String(sums[field] ?? '')
  const byValue = Map.groupBy(lines, valueIn)
  return groups.map((total, colour): Series => {
    const value = valueIn(total)
    const at = new Map(byValue.get(value)?.map((line) => [line.start_time, line]))
    return {
      value,
      text: names?.get(value) ?? (value || unknown),
      colour: Math.min(colour, COLOURS),
      points: times.map((time) => at.get(time)),
      total,
    }
  })
}

/** Those that have a colour of their own, and all others as one at the end. */
export function heaped(all: readonly Series[]): readonly Series[] {
  // One more than there are colours needs no heap.
  if (all.length <= COLOURS + 1) return all
  return [...all.slice(0, COLOURS), heap(all.slice(COLOURS))]
}

function heap(series: readonly Series[]): Series {
  const points = series[0]!.points.map((_, at) => {
    const own = series.flatMap(({ points }) => points[at] ?? [])
    return own.length === 0 ? undefined : added(own)
  })
  const total = added(series.map((one) => one.total))
  return { value: undefined, text: `${series.length} others`, colour: COLOURS, points, total }
}

/** Sums of several; how long they took is unknown then. */
export function added(all: readonly Sums[]): Sums {
  const sums = ADDED.map((name) => [name, all.reduce((sum, one) => sum + one[name], 0)])
  return { ...(Object.fromEntries(sums) as Pick<Sums, (typeof ADDED)[number]>), ...UNKNOWN }
}

/** The beginnings of all buckets of so many seconds. */
export const timesOf = (from: number, to: number, seconds: number): number[] =>
  Array.from({ length: Math.ceil((to - from) / seconds) }, (_, at) => from + at * seconds)
