import type { CallerIdentity } from '../../ports/caller.ts'
import type { UsageBook, UsageDimensions } from '../../ports/metering.ts'
import type { StateStore } from '../../ports/state-store.ts'
import { count, noSums } from './measures.ts'
import { type Grain, type Holder, MINUTE_DAYS, type Row, SECONDS, writePage } from './pages.ts'

interface UsageBookOptions {
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

/** The page of a key and its tenant that is being written on. */
interface Open {
  /** Unlike those of all other pages. */
  name: string
  holder: Holder
  at: number
  rows: Map<string, Row>
  /** Events noted, and those that are written. */
  noted: number
  written: number
  /** When a write of it began that has not ended, in Unix milliseconds. */
  writingSince?: number
}

interface Sheet {
  grain: Grain
  /** By key and tenant. */
  current: Map<string, Open>
  /** Full pages that are not written yet. */
  full: Open[]
  expiresAfter: number
  delay: number
  timer?: ReturnType<typeof setTimeout>
}

const DAY = SECONDS.day * 1000
/** Milliseconds after which a write counts as lost that never ended: Workers stop what outlives its request. */
const LOST = 15_000
/** Milliseconds between two looks whether others have written, and how many there are. */
const LOOK = 20
const LOOKS = 250

/**
 * Pages are written whole and over one another, so that to write one twice does no harm, and one at a time, so
 * that an older one is never the last to be written. Nobody waits for a promise that another request made: on
 * Workers it would never be kept.
 */
export function createUsageBook(options: UsageBookOptions): UsageBook {
  const { days, now = Date.now } = options
  const hours = newSheet('hour', days * DAY)
  const minutes = newSheet('minute', MINUTE_DAYS * DAY)
  const writer = createWriter({ ...options, now })
  const flushSheet = async (sheet: Sheet): Promise<void> => {
    for (let left = LOOKS; left > 0; left--) {
      const isDone = await writer.write(sheet)
      if (!isDone || !isDirty(sheet)) return
      await pause(LOOK)
    }
  }
  return {
    note(caller, event) {
      const seconds = now() / 1000
      const name = rowName(event.dimensions)
      for (const sheet of [hours, minutes]) {
        const width = SECONDS[sheet.grain]
        const page = pageFor(sheet, caller, Math.floor(seconds / width) * width)
        count(rowFor(page, name, event.dimensions).sums, event)
        page.noted += 1
        writer.writeLater(sheet)
      }
    },
    waiting: () => waitingIn(hours),
    async flush() {
      await Promise.all([flushSheet(hours), flushSheet(minutes)])
    },
  }
}

const newSheet = (grain: Grain, expiresAfter: number): Sheet => ({
  grain,
  current: new Map(),
  full: [],
  expiresAfter,
  delay: DELAY[grain],
})

function createWriter({ state, now, onFailure }: UsageBookOptions & { now(): number }) {
  const writeOne = async ({ grain, expiresAfter }: Sheet, page: Open): Promise<void> => {
    const { name, noted, at, rows, holder } = page
    page.writingSince = now()
    try {
      const expiresAt = at * 1000 + expiresAfter
      await writePage(state, { holder, at, rows: rows.values() }, { grain, name, expiresAt })
      page.written = noted
    } finally {
      page.writingSince = undefined
    }
  }
  /** False where something could not be written; it is tried again later. */
  const write = async (sheet: Sheet): Promise<boolean> => {
    clearTimeout(sheet.timer)
    sheet.timer = undefined
    let isDone = true
    try {
      await inTurns(writablePages(sheet, now()), (page) => writeOne(sheet, page))
      sheet.delay = DELAY[sheet.grain]
    } catch (thrown) {
      isDone = false
      sheet.delay = Math.min(LONGEST, Math.max(1000, sheet.delay * 2))
      onFailure?.(thrown)
    }
    forget(sheet, now())
    if (isDirty(sheet)) writeLater(sheet)
    return isDone
  }
  const writeLater = (sheet: Sheet) => {
    sheet.timer ??= setTimeout(() => void write(sheet), sheet.delay)
  }
  return { write, writeLater }
}

const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds)
  })

const rowName = ({ operation, model, region, tier }: UsageDimensions) =>
  `${operation} ${model} ${region} ${tier}`

function pageFor(sheet: Sheet, { keyId, name, tenant }: CallerIdentity, at: number): Open {
  // A key may be given to another tenant at any time.
  const place = tenant === undefined ? keyId : `${keyId} ${tenant}`
  const open = sheet.current.get(place)
  if (open?.at === at) return open
  if (open && open.noted > open.written) sheet.full.push(open)
  const page: Open = {
    name: crypto.randomUUID().slice(0, 8),
    holder: { keyId, name, tenant },
    at,
    rows: new Map(),
    noted: 0,
    written: 0,
  }
  sheet.current.set(place, page)
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

const isNew = (page: Open) => page.noted > page.written

function waitingIn({ current, full }: Sheet): number {
  let count = 0
  for (const page of [...full, ...current.values()]) count += page.noted - page.written
  return count
}

const isDirty = ({ current, full }: Sheet) => full.length > 0 || [...current.values()].some(isNew)

/** What is new and not being written by somebody else. */
const writablePages = ({ current, full }: Sheet, now: number): Open[] =>
  [...full, ...current.values()].filter(
    (page) => isNew(page) && (page.writingSince ?? 0) < now - LOST,
  )

/** Some at a time. Rejects when one has failed and all others have ended. */
async function inTurns(
  pages: readonly Open[],
  write: (page: Open) => Promise<void>,
): Promise<void> {
  let next = 0
  const work = async () => {
    for (let page = pages[next++]; page; page = pages[next++]) await write(page)
  }
  const done = await Promise.allSettled(Array.from({ length: AT_ONCE }, work))
  const failed = done.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
}

/** Lets go of pages that are written and over. */
function forget(sheet: Sheet, now: number): void {
  sheet.full = sheet.full.filter(isNew)
  for (const [place, page] of sheet.current) {
    const isOver = (page.at + SECONDS[sheet.grain]) * 1000 <= now
    if (isOver && !isNew(page)) sheet.current.delete(place)
  }
}
