import type { Session } from '../shared/session.ts'
import { GROUPS, type Group, RANGES, spanOf, type View } from './view.ts'

/** Sums as `/v1/usage` tells them. */
export interface Sums {
  requests: number
  failed_requests: number
  aborted_requests: number
  unpriced_requests: number
  input_tokens: number
  output_tokens: number
  total_tokens: number
  cached_tokens: number
  cost: number
  p50_milliseconds: number | null
  p95_milliseconds: number | null
  p50_first_token_milliseconds: number | null
  p95_first_token_milliseconds: number | null
}

/** One group's sums; its name stands under the API's word for the group. */
export interface GroupSums extends Sums {
  [field: string]: string | number | null
}

/** The same of one bucket of time. */
export interface Line extends GroupSums {
  /** Unix seconds. */
  start_time: number
}

interface Report {
  data: Line[]
  groups: GroupSums[]
  total: Sums
}

export interface Usage {
  from: number
  to: number
  /** Unix seconds at which it was asked. */
  now: number
  lines: Line[]
  groups: GroupSums[]
  total: Sums
  /** Of the stretch before, as long as this one. */
  before: Sums
  /** What each key used in this stretch, whatever the view is told apart by. */
  keys: GroupSums[]
}

/** Everything a view shows of usage. Rejects with `Refusal`. */
export async function loadUsage(session: Session, view: View, signal: AbortSignal): Promise<Usage> {
  const now = Math.floor(Date.now() / 1000)
  const { from, to } = spanOf(view.range, now)
  const { width } = RANGES[view.range]
  const ask = async (query: Record<string, string>) =>
    (await session.get(`v1/usage?${new URLSearchParams(query)}`, signal)) as Report
  const only = filters(view)
  const [report, before, keys] = await Promise.all([
    ask({ ...span(from, to), bucket_width: width, group_by: GROUPS[view.group].field, ...only }),
    ask({ ...span(from - (to - from), from), bucket_width: width, group_by: 'operation', ...only }),
    // The table of keys tells all of their use, whatever is filtered.
    ask({ ...span(from, to), bucket_width: width, group_by: 'api_key_id' }),
  ])
  return {
    from,
    to,
    now,
    lines: report.data,
    groups: report.groups,
    total: report.total,
    before: before.total,
    keys: keys.groups,
  }
}

const span = (from: number, to: number) => ({ start_time: String(from), end_time: String(to) })

function filters({ only }: View): Record<string, string> {
  return Object.fromEntries(
    Object.entries(only).map(([group, value]) => [GROUPS[group as Group].filter, value]),
  )
}

export interface OverviewKey {
  id: string
  name?: string
  tenant?: string
  source: 'configuration' | 'managed'
  admin: boolean
  disabled: boolean
  expires_at?: number
  limits: { requests_per_minute?: number; tokens_per_minute?: number; concurrent?: number }
  remaining: { requests?: number; tokens?: number }
  budget: { day?: number; month?: number }
  spent: { day?: number; month?: number }
}

export interface Overview {
  runtime: string
  server_id?: string
  providers: string[]
  keys: OverviewKey[]
  has_more: boolean
}

const OPEN_STREAMS = /^outcrop_open_streams(?:\{[^}]*\})? (\d+)/m

/** Answers that this instance is streaming now; undefined where it does not tell. */
export async function loadOpenStreams(session: Session): Promise<number | undefined> {
  const answer = await fetch('metrics', { headers: session.headers() }).catch(() => undefined)
  const [, streams] = OPEN_STREAMS.exec((answer?.ok && (await answer.text())) || '') ?? []
  return streams === undefined ? undefined : Number(streams)
}
