import { describe, expect, it } from 'vitest'
import { count, noSums, packRow } from '../../app/library/usage/measures.ts'
import { createUsageBook } from '../../app/library/usage/usage-book.ts'
import { reportUsage } from '../../app/library/usage/usage-report.ts'
import type { CallerIdentity } from '../../app/ports/caller.ts'
import type { UsageEvent } from '../../app/ports/metering.ts'
import type { StateStore } from '../../app/ports/state-store.ts'
import { createMemoryStateStore } from '../../app/providers/embedded/memory-state-store.ts'

const NOON = Date.UTC(2026, 10, 22, 12) / 1000

function stage() {
  let time = NOON * 1000
  const now = () => time
  const kept = createMemoryStateStore(now)
  const control = { fails: false, writes: 0 }
  const failures: unknown[] = []
  const state: StateStore = {
    ...kept,
    async put(...asked) {
      control.writes++
      if (control.fails) throw new Error('no store')
      return kept.put(...asked)
    },
  }
  const open = () =>
    createUsageBook({ state, days: 400, now, onFailure: (thrown) => void failures.push(thrown) })
  const pass = (seconds: number) => {
    time += seconds * 1000
  }
  return { open, state: kept, control, failures, pass }
}

const caller = (keyId: string): CallerIdentity => ({ owner: keyId, keyId, name: `Key ${keyId}` })

const event = (more: Partial<UsageEvent['dimensions']> = {}): UsageEvent => ({
  dimensions: { operation: 'chat', model: 'm', region: 'eu-west-3', tier: '', ...more },
  usage: { input: 10, output: 2 },
  cost: 0.1,
  failed: false,
  aborted: false,
  milliseconds: 100,
})

const requests = async (state: StateStore, width: 'minute' | 'hour' | 'day', hours = 24) => {
  const range = { from: NOON, to: NOON + hours * 3600, width, groupBy: ['key', 'model'] } as const
  const buckets = await reportUsage(state, range)
  return buckets.flatMap(({ from, lines }) =>
    lines.map(({ by, sums }) => [from - NOON, by.key, by.model, sums.requests, sums.cost]),
  )
}

describe('the usage book', () => {
  it('reads what it wrote years ago: every number has its place', () => {
    const sums = noSums()
    const tokens = { input: 11, output: 12, cacheRead: 13, cacheWrite: 14, reasoning: 15 }
    const units = { images: 16, audioSeconds: 17, characters: 18, searches: 19 }
    const asked = event({ tier: 'flex' })
    count(sums, { ...asked, usage: { ...tokens, ...units }, firstTokenAfter: 50 })
    expect(packRow(asked.dimensions, sums).slice(0, 22)).toEqual([
      ...['chat', 'm', 'eu-west-3', 'flex'],
      ...[1, 0, 0, 0],
      ...[11, 12, 13, 14, 15, 16, 17, 18, 19],
      ...[0.1, 0, 100, 1, 50],
    ])
  })

  it('counts for the tenant a key belongs to when it is used', async () => {
    const { open, state } = stage()
    const book = open()
    for (const tenant of ['one', 'two', 'one']) {
      book.note({ ...caller('a'), tenant }, event())
      await book.flush()
    }
    const range = { from: NOON, to: NOON + 3600, width: 'hour', groupBy: ['tenant'] } as const
    const [bucket] = await reportUsage(state, range)
    expect(bucket!.lines.map(({ by, sums }) => [by.tenant, sums.requests])).toEqual([
      ['one', 2],
      ['two', 1],
    ])
  })

  it('loses nothing when the clock is set back', async () => {
    const { open, state, pass } = stage()
    const book = open()
    for (const seconds of [0, 60, -60]) {
      pass(seconds)
      book.note(caller('a'), event())
      await book.flush()
    }
    expect(await requests(state, 'minute')).toEqual([
      [0, 'a', 'm', 2, 0.2],
      [60, 'a', 'm', 1, 0.1],
    ])
  })

  it('adds what several instances counted, by minute, hour and day', async () => {
    const { open, state, pass } = stage()
    const [one, other] = [open(), open()]
    one.note(caller('a'), event())
    other.note(caller('a'), event())
    pass(90)
    one.note(caller('a'), event({ model: 'n' }))
    one.note(caller('b/c'), event())
    pass(3600)
    other.note(caller('a'), event())
    await Promise.all([one.flush(), other.flush()])
    expect(await requests(state, 'minute', 2)).toEqual([
      [0, 'a', 'm', 2, 0.2],
      [60, 'a', 'n', 1, 0.1],
      [60, 'b/c', 'm', 1, 0.1],
      [3660, 'a', 'm', 1, 0.1],
    ])
    expect(await requests(state, 'hour')).toEqual([
      [0, 'a', 'm', 2, 0.2],
      [0, 'a', 'n', 1, 0.1],
      [0, 'b/c', 'm', 1, 0.1],
      [3600, 'a', 'm', 1, 0.1],
    ])
    const days = await requests(state, 'day')
    expect(days.map(([, , , count]) => count)).toEqual([3, 1, 1])
  })

  it('keeps minutes for three days, hours for as long as was asked', async () => {
    const { open, state, pass } = stage()
    const book = open()
    book.note(caller('a'), event())
    await book.flush()
    pass(4 * 86_400)
    expect(await requests(state, 'minute')).toEqual([])
    expect(await requests(state, 'hour')).toHaveLength(1)
    pass(400 * 86_400)
    expect(await requests(state, 'hour')).toEqual([])
  })

  it('writes only what is new', async () => {
    const { open, control } = stage()
    const book = open()
    book.note(caller('a'), event())
    book.note(caller('a'), event())
    await book.flush()
    await book.flush()
    expect(control.writes).toBe(2)
  })

  it('loses nothing while the store is down, and says that it is', async () => {
    const { open, state, control, failures, pass } = stage()
    const book = open()
    control.fails = true
    book.note(caller('a'), event())
    await book.flush()
    expect(failures.length).toBeGreaterThan(0)
    pass(3600)
    book.note(caller('a'), event())
    control.fails = false
    await book.flush()
    expect(await requests(state, 'hour')).toEqual([
      [0, 'a', 'm', 1, 0.1],
      [3600, 'a', 'm', 1, 0.1],
    ])
  })

  it('stays small when a caller makes up names of models', async () => {
    const { open, state } = stage()
    const book = open()
    for (let n = 0; n < 1000; n++) book.note(caller('a'), event({ model: `made-up-${n}` }))
    await book.flush()
    const lines = await requests(state, 'hour')
    expect(lines).toHaveLength(201)
    expect(lines[0]).toEqual([0, 'a', '...', 800, expect.closeTo(80)])
  })
})
