import {
  compact,
  count,
  duration,
  known,
  money,
  percent,
  roughDuration,
  roughMoney,
} from '../shared/format.ts'
import { bars, type Drawing, lines } from './charts/draw.ts'
import type { Sums } from './usage.ts'

type Amount = (sums: Sums) => number | null

/** One way to look at what a chart shows. */
interface Way {
  text: string
  of: Amount
}

/** What has a chart. */
export interface Measure {
  title: string
  drawing: Drawing
  /** The first is what is shown first. */
  ways: readonly [Way, ...Way[]]
  format(value: number): string
  axis(value: number): string
  whole?: boolean
  empty: string
}

const way = (text: string, of: Amount): Way => ({ text, of })

export const MEASURES: readonly Measure[] = [
  {
    title: 'Requests',
    drawing: bars,
    ways: [way('All', ({ requests }) => requests)],
    format: count,
    axis: compact,
    whole: true,
    empty: 'Nobody asked anything.',
  },
  {
    title: 'Cost',
    drawing: bars,
    ways: [way('All', ({ cost }) => cost)],
    format: money,
    axis: roughMoney,
    empty: 'Nothing was spent.',
  },
  {
    title: 'Tokens',
    drawing: bars,
    ways: [
      way('All', ({ total_tokens }) => total_tokens),
      way('Read', ({ input_tokens }) => input_tokens),
      way('Written', ({ output_tokens }) => output_tokens),
    ],
    format: count,
    axis: compact,
    whole: true,
    empty: 'No tokens were read or written.',
  },
  {
    title: 'Errors',
    drawing: bars,
    ways: [
      way('Failed', ({ failed_requests }) => failed_requests),
      way('Abandoned', ({ aborted_requests }) => aborted_requests),
    ],
    format: count,
    axis: compact,
    whole: true,
    empty: 'None.',
  },
  {
    title: 'Latency',
    drawing: lines,
    ways: [
      way('p95', ({ p95_milliseconds }) => p95_milliseconds),
      way('p50', ({ p50_milliseconds }) => p50_milliseconds),
    ],
    format: duration,
    axis: roughDuration,
    empty: 'Nothing was answered.',
  },
  {
    title: 'First token',
    drawing: lines,
    ways: [
      way('p95', ({ p95_first_token_milliseconds }) => p95_first_token_milliseconds),
      way('p50', ({ p50_first_token_milliseconds }) => p50_first_token_milliseconds),
    ],
    format: duration,
    axis: roughDuration,
    empty: 'Nothing was streamed.',
  },
]

export const failureShare = ({ failed_requests, requests }: Sums) =>
  requests === 0 ? null : failed_requests / requests

/** What is told of a stretch at a glance. */
export interface Tile {
  title: string
  of: Amount
  format(value: number): string
  note(sums: Sums): string
}

export const TILES: readonly Tile[] = [
  {
    title: 'Requests',
    of: ({ requests }) => requests,
    format: compact,
    note: ({ aborted_requests: left }) => `${compact(left)} abandoned`,
  },
  {
    title: 'Cost',
    of: ({ cost }) => cost,
    format: money,
    note: ({ unpriced_requests: unpriced }) =>
      unpriced === 0 ? 'US dollars' : `${compact(unpriced)} without a price`,
  },
  {
    title: 'Tokens',
    of: ({ total_tokens }) => total_tokens,
    format: compact,
    note: ({ input_tokens: input, output_tokens: output }) =>
      `${compact(input)} in · ${compact(output)} out`,
  },
  {
    title: 'Errors',
    of: failureShare,
    format: percent,
    note: ({ failed_requests: failed }) => `${compact(failed)} failed`,
  },
  {
    title: 'Latency',
    of: ({ p50_milliseconds }) => p50_milliseconds,
    format: duration,
    note: ({ p95_milliseconds }) => `p95 ${known(p95_milliseconds, duration)}`,
  },
  {
    title: 'First token',
    of: ({ p50_first_token_milliseconds }) => p50_first_token_milliseconds,
    format: duration,
    note: ({ p95_first_token_milliseconds }) =>
      `p95 ${known(p95_first_token_milliseconds, duration)}`,
  },
]
