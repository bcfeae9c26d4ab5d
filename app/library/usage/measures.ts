import { COUNTS } from '../../conversation/usage-counts.ts'
import type { UsageDimensions, UsageEvent } from '../../ports/metering.ts'
import { BEGAN, classOf, TOOK } from './durations.ts'

/** What is counted, in the order it is stored: names may be added at the end. */
const MEASURES = [
  'requests',
  /** Those that failed, and those whose caller left before the end. */
  'errors',
  'aborted',
  /** Bills that were estimated. */
  'estimated',
  // The counts of a bill, here in the order of what is stored, which theirs need not be.
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'reasoning',
  'images',
  'audioSeconds',
  'characters',
  'searches',
  /** US dollars, and the answers without a known price. */
  'cost',
  'unpriced',
  'milliseconds',
  /** Of streams: how many began, and after how many milliseconds in all. */
  'streams',
  'firstTokenMilliseconds',
  ...TOOK,
  ...BEGAN,
] as const

export type Measure = (typeof MEASURES)[number]
export type Sums = Record<Measure, number>

/** In the order they are stored: new names go to the end of the measures alone. */
const DIMENSIONS = [
  'operation',
  'model',
  'region',
  'tier',
] as const satisfies readonly (keyof UsageDimensions)[]

export const noSums = (): Sums =>
  Object.fromEntries(MEASURES.map((measure) => [measure, 0])) as Sums

export function count(sums: Sums, event: UsageEvent): void {
  const { usage, cost, firstTokenAfter, milliseconds } = event
  sums.requests += 1
  sums.milliseconds += milliseconds
  if (event.failed) sums.errors += 1
  if (event.aborted) sums.aborted += 1
  // A refusal is quick, and would make a model look so that answers nobody.
  if (!event.failed && !event.aborted) sums[TOOK[classOf(milliseconds)]!] += 1
  if (firstTokenAfter !== undefined) {
    sums.streams += 1
    sums.firstTokenMilliseconds += firstTokenAfter
    sums[BEGAN[classOf(firstTokenAfter)]!] += 1
  }
  if (!usage) return
  if (usage.estimated) sums.estimated += 1
  if (cost === undefined) sums.unpriced += 1
  else sums.cost += cost
  for (const name of COUNTS) sums[name] += usage[name] ?? 0
}

export function addSums(to: Sums, more: Sums): void {
  for (const measure of MEASURES) to[measure] += more[measure]
}

/** As a row is stored: its dimensions, then its sums, without zeros at the end. */
export type PackedRow = readonly (string | number)[]

export function packRow(dimensions: UsageDimensions, sums: Sums): PackedRow {
  const numbers = MEASURES.map((measure) => rounded(sums[measure]))
  const last = numbers.findLastIndex((number) => number !== 0)
  return [...DIMENSIONS.map((name) => dimensions[name]), ...numbers.slice(0, last + 1)]
}

/** Sums of floats grow tails that nobody needs. */
const rounded = (number: number) =>
  Number.isInteger(number) ? number : Math.round(number * 1e9) / 1e9

const PLACES = Object.fromEntries(DIMENSIONS.map((name, at) => [name, at])) as Record<
  keyof UsageDimensions,
  number
>

export const dimensionIn = (row: PackedRow, name: keyof UsageDimensions): string =>
  String(row[PLACES[name]] ?? '')

/** Adds up rows as they are stored: a month has tens of thousands, and nobody waits for objects made of each. */
export interface Tally {
  add(row: PackedRow): void
  sums(): Sums
}

export function createTally(): Tally {
  const numbers = MEASURES.map(() => 0)
  return {
    add(row) {
      for (let at = DIMENSIONS.length; at < row.length; at++) {
        numbers[at - DIMENSIONS.length]! += Number(row[at])
      }
    },
    sums: () =>
      Object.fromEntries(MEASURES.map((measure, at) => [measure, numbers[at] ?? 0])) as Sums,
  }
}
