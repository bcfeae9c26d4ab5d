import { afterEach, describe, expect, it, vi } from 'vitest'
import { createDynamoStateStore } from '../../../app/providers/aws/dynamodb/state-store.ts'
import { createTableClock } from '../../../app/providers/aws/dynamodb/table-clock.ts'
import { openDynamo, openTable } from '../../fakes/dynamodb.ts'

const TRUE_TIME = Date.UTC(2026, 10, 22, 3, 13, 7)
const MINUTE = 60_000

/** A clock of ours that is off by so much, and an answer of DynamoDB's that took so long. */
function stage(off: number) {
  let time = TRUE_TIME
  const own = () => time + off
  const clock = createTableClock(own)
  const answer = (milliseconds: number, date = new Date(time).toUTCString()) => {
    const sentAt = own()
    time += milliseconds
    clock.heard(date, sentAt)
  }
  return { clock, answer, wrongBy: () => clock.now() - time }
}

describe('the clock of a table', () => {
  it.each([10 * MINUTE, -10 * MINUTE, 5000, -5000])(
    'is the one of DynamoDB where ours is off by %i ms',
    (off) => {
      const { answer, wrongBy } = stage(off)
      expect(wrongBy()).toBe(off)
      answer(20)
      expect(Math.abs(wrongBy())).toBeLessThanOrEqual(1000)
    },
  )

  it.each([0, 1500, -1500])('is ours where that is good enough: off by %i ms', (off) => {
    const { answer, wrongBy } = stage(off)
    for (const milliseconds of [1, 900, 1900, 5000]) answer(milliseconds)
    expect(wrongBy()).toBe(off)
  })

  it('does not go by answers without a date, nor by their haste', () => {
    const { answer, wrongBy } = stage(10 * MINUTE)
    answer(20, '')
    answer(20, 'yesterday')
    expect(wrongBy()).toBe(10 * MINUTE)
  })
})

describe('a server whose clock is ten minutes off', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('judges by the clock of the table once it has heard of it', async () => {
    const dynamo = await openDynamo()
    try {
      const { options } = await openTable(dynamo.url, 'clocks')
      const right = createDynamoStateStore(options)
      const item = { id: 'a', value: '1' }
      await right.put('c', item, { expiresAt: Date.now() + MINUTE })
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * MINUTE })
      const wrong = createDynamoStateStore(options)
      await wrong.list('c')
      expect(await wrong.get('c', 'a')).toMatchObject(item)
      expect(Date.now() - wrong.now!()).toBeGreaterThan(9 * MINUTE)
    } finally {
      dynamo.close()
    }
  })
})
