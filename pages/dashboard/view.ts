/** What usage is told apart by: the API's words for a group, and for a filter on it. */
export const GROUPS = {
  model: { field: 'model', filter: 'models', text: 'Model', unknown: 'no model' },
  key: { field: 'api_key_id', filter: 'api_key_ids', text: 'Key', unknown: 'no key' },
  region: { field: 'region', filter: 'regions', text: 'Region', unknown: 'no region' },
  tenant: { field: 'tenant', filter: 'tenants', text: 'Tenant', unknown: 'no tenant' },
  operation: { field: 'operation', filter: 'operations', text: 'Operation', unknown: 'unknown' },
} as const

export type Group = keyof typeof GROUPS

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400

/** Stretches of time: how many buckets of which width, and after how long they are read again, in seconds. */
export const RANGES = {
  hour: {
    text: 'Hour',
    width: '1m',
    seconds: MINUTE,
    buckets: 60,
    every: 30,
    before: 'the hour before',
  },
  day: {
    text: 'Day',
    width: '1h',
    seconds: HOUR,
    buckets: 24,
    every: 60,
    before: 'the day before',
  },
  week: {
    text: 'Week',
    width: '1h',
    seconds: HOUR,
    buckets: 168,
    every: 120,
    before: 'the week before',
  },
  month: {
    text: 'Month',
    width: '1d',
    seconds: DAY,
    buckets: 30,
    every: 300,
    before: 'the 30 days before',
  },
} as const

export type RangeName = keyof typeof RANGES

/** What is looked at. */
export interface View {
  range: RangeName
  group: Group
  /** Only what is one of these, by group. */
  only: Partial<Record<Group, string>>
}

const names = <Name extends string>(table: Readonly<Record<Name, unknown>>) =>
  Object.keys(table) as Name[]

export const GROUP_NAMES = names(GROUPS)
export const RANGE_NAMES = names(RANGES)

/** The view in a page's address; what it does not say is as usual. */
export function viewIn(search: string): View {
  const said = new URLSearchParams(search)
  const only: View['only'] = {}
  for (const group of GROUP_NAMES) {
    const value = said.get(group)
    if (value) only[group] = value
  }
  return {
    range: RANGE_NAMES.find((one) => one === said.get('range')) ?? 'day',
    group: GROUP_NAMES.find((one) => one === said.get('by')) ?? 'model',
    only,
  }
}

/** As it stands in the address, so that it can be kept and sent on. */
export function searchOf({ range, group, only }: View): string {
  return `?${new URLSearchParams({ range, by: group, ...only })}`
}

/** Unix seconds of a view's beginning and end; the last bucket is the one we are in. */
export function spanOf(range: RangeName, now: number): { from: number; to: number } {
  const { seconds, buckets } = RANGES[range]
  const to = now - (now % seconds) + seconds
  return { from: to - seconds * buckets, to }
}
