import type { CallerIdentity } from '../../ports/caller.ts'
import type { UsageBook, UsageDimensions } from '../../ports/metering.ts'
import type { StateStore } from '../../ports/state-store.ts'
import { count, noSums } from './measures.ts'
import { type Grain, type Holder, MINUTE_DAYS, type Row, SECONDS, writePage } from './pages.ts'

export interface UsageBookOptions {
  state: StateStore
  /** Days that hours are kept. */
  days: number
  /** Told when what is counted could not be written; it is tried again. */
  onFailure?(thrown: unknown): void
  /** Unix milliseconds. */
  now?(): number
}

/** Milliseconds after which what is new is written. */
const DELAY: Record<Grain, number> = { hour: 500, minute: 10_000 }
/** The most milliseconds between two tries when the store is down. */
const LONGEST = 10_000
/** Things told apart in a page: callers can make up names of models. */
const MOST_ROWS = 200
const LONGEST_NAME = 512
/** Pages written at the same time. */
const AT_ONCE = 8

/** The page of a key that is being written on. */
interface Open {
  holder: Holder
  at: number
  rows: Map<string, Row>
  /** Events noted, and those that are written. */
  noted: number
  written: number
}

interface Sheet {
  grain: Grain
  current: Map<string, Open>
  /** Full pages that are not written yet. */
  full: Open[]
  expiresAfter: number
}

const DAY = SECONDS.day * 1000

export function createUsageBook(options: UsageBookOptions): UsageBook {
  const { state, days, now = Date.now, onFailure } = options
  const sheets: Sheet[] = [
    { grain: 'hour', current: new Map(), full: [], expiresAfter: days * DAY },
    { grain: 'minute', current: new Map(), full: [], expiresAfter: MINUTE_DAYS * DAY },
  ]
  let writer: string | undefined
  const timers: Partial<Record<Grain, ReturnType<typeof setTimeout>>> = {}
  const delays = { ...DELAY }
  const writing: Partial<Record<Grain, Promise<void>>> = {}

  const write = async (sheet: Sheet): Promise<void> => {
    // Not made at the start: Workers have no randomness before their first request.
    writer ??= crypto.randomUUID().slice(0, 8)
    const place = { grain: sheet.grain, writer }
    try {
      await writeSheet(sheet, async (page) => {
        const expiresAt = page.at * 1000 + sheet.expiresAfter
        await writePage(state, { ...page, rows: page.rows.values() }, { ...place, expiresAt })
      })
      delays[sheet.grain] = DELAY[sheet.grain]
    } catch (thrown) {
      delays[sheet.grain] = Math.min(LONGEST, Math.max(1000, delays[sheet.grain] * 2))
      onFailure?.(thrown)
    }
    forget(sheet, now())
    if (isDirty(sheet)) writeLater(sheet)
  }
  const writeNow = (sheet: Sheet): Promise<void> => {
    clearTimeout(timers[sheet.grain])
    delete timers[sheet.grain]
    // One at a time, so that an older page never overwrites a newer one.
    const before = writing[sheet.grain] ?? Promise.resolve()
    writing[sheet.grain] = before.then(() => write(sheet))
    return writing[sheet.grain]!
  }
  const writeLater = (sheet: Sheet) => {
    if (timers[sheet.grain] !== undefined) return
    timers[sheet.grain] = setTimeout(() => void writeNow(sheet), delays[sheet.grain])
  }

  return {
    note(caller, event) {
      const seconds = now() / 1000
      const name = rowName(event.dimensions)
      for (const sheet of sheets) {
        const width = SECONDS[sheet.grain]
        const page = pageFor(sheet, caller, Math.floor(seconds / width) * width)
        count(rowFor(page, name, event.dimensions).sums, event)
        page.noted += 1
        writeLater(sheet)
      }
    },
    async flush() {
      await Promise.all(sheets.map((sheet) => (isDirty(sheet) ? writeNow(sheet) : undefined)))
    },
  }
}

const rowName = ({ operation, model, region, tier }: UsageDimensions) =>
  `${operation} ${model} ${region} ${tier}`

function pageFor(sheet: Sheet, { keyId, name, tenant }: CallerIdentity, at: number): Open {
  const open = sheet.current.get(keyId)
  if (open?.at === at) return open
  if (open && open.noted > open.written) sheet.full.push(open)
  const page = { holder: { keyId, name, tenant }, at, rows: new Map(), noted: 0, written: 0 }
  sheet.current.set(keyId, page)
  return page
}

function rowFor({ rows }: Open, name: string, dimensions: UsageDimensions): Row {
  const known = rows.get(name)
  if (known) return known
  const isCrowded = rows.size >= MOST_ROWS
  const key = isCrowded ? `${dimensions.operation} ...` : name
  const row = rows.get(key) ?? {
    dimensions: isCrowded
      ? { operation: dimensions.operation, model: '...', region: '', tier: '' }
      : shortened(dimensions),
    sums: noSums(),
  }
  rows.set(key, row)
  return row
}

const shortened = (dimensions: UsageDimensions): UsageDimensions => ({
  ...dimensions,
  model: dimensions.model.slice(0, LONGEST_NAME),
})

const isDirty = ({ current, full }: Sheet) =>
  full.length > 0 || [...current.values()].some((page) => page.noted > page.written)

/** Writes what is new, some pages at a time. Rejects when one could not be written; it stays to be written. */
async function writeSheet(sheet: Sheet, write: (page: Open) => Promise<void>): Promise<void> {
  const dirty = [...sheet.full, ...sheet.current.values()].filter(
    (page) => page.noted > page.written,
  )
  let next = 0
  const work = async () => {
    for (let page = dirty[next++]; page; page = dirty[next++]) {
      const { noted } = page
      await write(page)
      page.written = noted
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

/** Lets go of pages that are written and over. */
function forget(sheet: Sheet, now: number): void {
  const isWritten = (page: Open) => page.noted === page.written
  sheet.full = sheet.full.filter((page) => !isWritten(page))
  for (const [keyId, page] of sheet.current) {
    const isOver = (page.at + SECONDS[sheet.grain]) * 1000 <= now
    if (isOver && isWritten(page)) sheet.current.delete(keyId)
  }
}
