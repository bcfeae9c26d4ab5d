import type { UsageDimensions } from '../../ports/metering.ts'
import type { StateStore } from '../../ports/state-store.ts'
import { type PackedRow, packRow, type Sums } from './measures.ts'

/** How finely time is told: hours are kept for long and written at once, minutes are for the last days. */
export type Grain = 'hour' | 'minute'

export const SECONDS: Record<Grain | 'day', number> = { minute: 60, hour: 3600, day: 86_400 }

/** Days that minutes are kept. */
export const MINUTE_DAYS = 3

/** Whose usage it is. */
export interface Holder {
  keyId: string
  name?: string
  tenant?: string
}

export interface Row {
  dimensions: UsageDimensions
  sums: Sums
}

/** What one key used in one hour or minute, as one instance saw it. */
interface PageOf<Rows> {
  holder: Holder
  /** Unix seconds of its beginning. */
  at: number
  rows: Rows
}

type Page = PageOf<Iterable<Row>>
/** The same as it is stored. */
type PackedPage = PageOf<readonly PackedRow[]>

interface Stored {
  k: string
  n?: string
  t?: string
  r: readonly PackedRow[]
}

/** A day's pages are one collection; those of a key lie together, in the order of time. */
const collectionOf = (grain: Grain, at: number) =>
  `${grain === 'hour' ? 'usage' : 'usage-minutes'}/${isoOf(at).slice(0, 10)}`

const isoOf = (at: number) => new Date(at * 1000).toISOString()

const prefixOf = (keyId: string) => `${encodeURIComponent(keyId)}/`

/** `14` or `14:05`. */
const timeOf = (grain: Grain, at: number) => isoOf(at).slice(11, grain === 'hour' ? 13 : 16)

interface PagePlace {
  grain: Grain
  /** Which of the pages of this key and time it is. */
  name: string
  /** Unix milliseconds. */
  expiresAt: number
}

/** Writes a page over what was written of it before, so that writing it twice does no harm. */
export async function writePage(state: StateStore, page: Page, place: PagePlace): Promise<void> {
  const { holder, at, rows } = page
  const stored: Stored = {
    k: holder.keyId,
    ...(holder.name !== undefined && { n: holder.name }),
    ...(holder.tenant !== undefined && { t: holder.tenant }),
    r: Array.from(rows, ({ dimensions, sums }) => packRow(dimensions, sums)),
  }
  const { grain, name, expiresAt } = place
  const id = `${prefixOf(holder.keyId)}${timeOf(grain, at)}/${name}`
  const item = { id, value: JSON.stringify(stored) }
  await state.put(collectionOf(grain, at), item, { expiresAt })
}

interface PageRange {
  grain: Grain
  /** Unix seconds, `to` not included. */
  from: number
  to: number
  /** Only of this key. */
  keyId?: string
}

/** Items one look at the store brings. */
const LOOK = 500

/** Pages in no particular order, several of one key and time where several instances saw it. */
export async function* readPages(
  state: StateStore,
  { grain, from, to, keyId }: PageRange,
): AsyncGenerator<PackedPage> {
  const prefix = keyId === undefined ? undefined : prefixOf(keyId)
  for (let day = from - (from % SECONDS.day); day < to; day += SECONDS.day) {
    const collection = collectionOf(grain, day)
    let after: string | undefined
    do {
      const items = await state.list(collection, { prefix, after, limit: LOOK })
      for (const { id, value } of items) {
        const at = timeIn(id, day)
        if (at >= from - (from % SECONDS[grain]) && at < to) yield pageOf(at, value)
      }
      after = items.length < LOOK ? undefined : items.at(-1)!.id
    } while (after !== undefined)
  }
}

function timeIn(id: string, day: number): number {
  const [, time = ''] = id.split('/')
  const [hour, minute = 0] = time.split(':').map(Number)
  return day + hour! * SECONDS.hour + minute * SECONDS.minute
}

function pageOf(at: number, value: string): PackedPage {
  const { k, n, t, r } = JSON.parse(value) as Stored
  return { holder: { keyId: k, name: n, tenant: t }, at, rows: r }
}
