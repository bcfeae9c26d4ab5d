import type { Numbers } from './measure.ts'
import type { Scenario } from './scenarios.ts'

/** Scenario name -> target name -> one set of numbers a round. */
export type Results = Record<string, Record<string, Numbers[]>>

interface Column {
  key: string
  title: string
  digits?: number
  /** How rounds become one number; the median when absent. */
  over?: 'sum' | 'max' | 'min'
  /** Compared with the baseline, round by round. */
  ratio?: boolean
}

/** Every number a scenario may give, in the order of the table. */
const COLUMNS: Column[] = [
  { key: 'ready', title: 'first answer ms' },
  { key: 'ready', title: 'fastest ms', over: 'min' },
  { key: 'startCpu', title: 'CPU ms' },
  { key: 'idle', title: 'RSS idle MB' },
  { key: 'cpu', title: 'CPU ratio', ratio: true },
  { key: 'cpu', title: 'CPU us/request', digits: 1 },
  { key: 'token', title: 'CPU us/token', digits: 2 },
  { key: 'rate', title: 'answers/s' },
  { key: 'first', title: 'first token p50 ms', digits: 1 },
  { key: 'p50', title: 'p50 ms', digits: 1 },
  { key: 'p99', title: 'p99 ms', digits: 1 },
  { key: 'peak', title: 'RSS peak MB', over: 'max' },
  { key: 'growth', title: 'RSS growth MB' },
  { key: 'opened', title: 'left streams', over: 'sum' },
  { key: 'sockets', title: 'sockets left', over: 'max' },
  { key: 'upstream', title: 'upstream streams left', over: 'max' },
  { key: 'settle', title: 'quiet after ms', over: 'max' },
  { key: 'waves', title: 'RSS growth, 4 waves MB' },
  { key: 'lastWave', title: 'in the fifth MB' },
  { key: 'streams', title: 'streams', over: 'sum' },
  { key: 'damaged', title: 'damaged', over: 'sum' },
]

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? 0)) / 2
}

const OVER = {
  sum: (values: number[]) => values.reduce((sum, value) => sum + value, 0),
  max: (values: number[]) => Math.max(...values),
  min: (values: number[]) => Math.min(...values),
}

/** Ratios are taken inside a round, where the machine was the same for both, and only then summed up. */
function ratioCell(own: number[], base: number[]): string {
  const ratios = own
    .map((value, round) => value / (base[round] ?? Number.NaN))
    .filter(Number.isFinite)
  if (ratios.length === 0) return '-'
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)]
  return `**${median(ratios).toFixed(2)}** (${low.toFixed(2)} to ${high.toFixed(2)})`
}

function cell(column: Column, own: Numbers[], base: Numbers[]): string {
  const values = own.map((numbers) => numbers[column.key] ?? Number.NaN)
  if (column.ratio)
    return ratioCell(
      values,
      base.map((numbers) => numbers[column.key] ?? Number.NaN),
    )
  const value = column.over ? OVER[column.over](values) : median(values)
  return Number.isFinite(value) ? value.toFixed(column.digits ?? 0) : '-'
}

/** A Markdown table of one scenario. */
export function table(scenario: Scenario, results: Results, baseline: string): string {
  const rows = results[scenario.name] ?? {}
  const known = new Set(Object.values(rows).flatMap((rounds) => rounds.flatMap(Object.keys)))
  const columns = COLUMNS.filter(({ key }) => known.has(key))
  const lines = Object.entries(rows).map(([name, rounds]) => [
    name,
    ...columns.map((column) => cell(column, rounds, rows[baseline] ?? [])),
  ])
  const all = [
    ['target', ...columns.map(({ title }) => title)],
    columns.map(() => '---:'),
    ...lines,
  ]
  all[1]?.unshift('---')
  return `### ${scenario.name}: ${scenario.title}\n\n${all.map((line) => `| ${line.join(' | ')} |`).join('\n')}\n`
}
