import { h } from '../shared/element.ts'
import { compact, count, money, NOTHING } from '../shared/format.ts'
import { type Column, type SortedTable, sortedTable, type TableContent } from './sorted-table.ts'
import type { GroupSums, Overview, OverviewKey } from './usage.ts'

interface KeyRow {
  id: string
  /** Absent for callers that are known by their use alone: holders of tokens, AWS identities. */
  key?: OverviewKey
  used?: GroupSums
}

interface KeysOptions {
  overview: Overview
  used: readonly GroupSums[]
  onfilter(id: string): void
}

export const createKeysTable = (): SortedTable<KeyRow> =>
  sortedTable({ sorted: 3, empty: 'There are none.' })

/** Who may call, what they used, and what is left to them. */
export function keysOf({ overview, used, onfilter }: KeysOptions): TableContent<KeyRow> {
  const uses = new Map(used.map((sums) => [String(sums['api_key_id']), sums]))
  const known = new Set(overview.keys.map(({ id }) => id))
  const rows: KeyRow[] = [
    ...overview.keys.map((key) => ({ id: key.id, key, used: uses.get(key.id) })),
    ...[...uses].filter(([id]) => !known.has(id)).map(([id, sums]) => ({ id, used: sums })),
  ]
  const note = overview.has_more
    ? 'There are more keys than stand here: GET v1/admin/keys lists them.'
    : undefined
  return { rows, caption: 'Keys', columns: columnsOf(onfilter), note }
}

const columnsOf = (onfilter: KeysOptions['onfilter']): Column<KeyRow>[] => [
  {
    title: 'Key',
    isText: true,
    order: ({ id, key }) => key?.name ?? id,
    cell: ({ id, key }) =>
      h(
        'span',
        { class: 'name' },
        h(
          'button',
          { type: 'button', title: `Only ${id}`, onclick: () => onfilter(id) },
          key?.name ?? id,
        ),
        key?.name !== undefined && key.name !== id && h('small', {}, id),
      ),
  },
  {
    title: 'Tenant',
    isText: true,
    order: ({ key }) => key?.tenant,
    cell: ({ key }) => key?.tenant ?? NOTHING,
  },
  {
    title: 'State',
    isText: true,
    order: ({ key }) => stateOf(key),
    cell: ({ key }) => stateMark(key),
  },
  {
    title: 'Requests',
    order: ({ used }) => used?.requests ?? 0,
    cell: ({ used }) => count(used?.requests ?? 0),
  },
  {
    title: 'Cost',
    order: ({ used }) => used?.cost ?? 0,
    cell: ({ used }) => money(used?.cost ?? 0),
  },
  {
    title: 'Requests a minute',
    hint: 'What is left of the limit now, as this instance knows it',
    order: ({ key }) => key?.limits.requests_per_minute,
    cell: ({ key }) => left(key?.remaining.requests, key?.limits.requests_per_minute),
  },
  {
    title: 'Tokens a minute',
    order: ({ key }) => key?.limits.tokens_per_minute,
    cell: ({ key }) => left(key?.remaining.tokens, key?.limits.tokens_per_minute),
  },
  {
    title: 'At once',
    hint: 'Requests that may run at the same time',
    order: ({ key }) => key?.limits.concurrent,
    cell: ({ key }) =>
      key?.limits.concurrent === undefined ? NOTHING : count(key.limits.concurrent),
  },
  {
    title: 'Today',
    hint: 'Spent of the budget of the day (UTC)',
    order: ({ key }) => key && shareOf(key.spent.day, key.budget.day),
    cell: ({ key }) => spent(key?.spent.day, key?.budget.day),
  },
  {
    title: 'This month',
    hint: 'Spent of the budget of the calendar month (UTC)',
    order: ({ key }) => key && shareOf(key.spent.month, key.budget.month),
    cell: ({ key }) => spent(key?.spent.month, key?.budget.month),
  },
]

function stateOf(key: OverviewKey | undefined): string {
  if (!key) return 'not listed'
  if (key.disabled) return 'disabled'
  if (key.expires_at !== undefined && key.expires_at * 1000 < Date.now()) return 'expired'
  return key.admin ? 'admin' : 'active'
}

const stateMark = (key: OverviewKey | undefined) => {
  const state = stateOf(key)
  return h('span', { class: `state ${state.replace(' ', '-')}` }, state)
}

const shareOf = (part: number | undefined, whole: number | undefined) =>
  part === undefined || !whole ? undefined : part / whole

/** A bar that fills as money goes. */
function spent(part: number | undefined, whole: number | undefined) {
  if (whole === undefined || part === undefined) return NOTHING
  return meter(`${money(part)} of ${money(whole)}`, whole === 0 ? 1 : part / whole)
}

function left(part: number | undefined, whole: number | undefined) {
  if (whole === undefined) return NOTHING
  return part === undefined
    ? compact(whole)
    : meter(`${compact(part)} of ${compact(whole)} left`, 1 - part / whole)
}

/** Nearly all of it is gone. */
const LITTLE = 0.9

function meter(text: string, full: number) {
  const share = Math.min(1, Math.max(0, full))
  return h(
    'span',
    { class: share >= LITTLE ? 'meter little' : 'meter', style: { '--share': String(share) } },
    text,
  )
}
