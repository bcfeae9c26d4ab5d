import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createIntake } from '../../app/library/files/intake.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** So many who ask to be let in, and who of them are. */
async function asking(count: number) {
  const intake = createIntake({ atOnce: 2, patience: 100 })
  const leave: (() => void)[] = []
  const within: number[] = []
  const ask = async (index: number) => {
    leave[index] = await intake()
    within.push(index)
  }
  for (let index = 0; index < count; index++) void ask(index)
  await vi.advanceTimersByTimeAsync(0)
  return { ask, leave, within }
}

describe('the intake of uploads', () => {
  it('lets in a few at a time, in the order they came', async () => {
    const { leave, within } = await asking(4)
    expect(within).toEqual([0, 1])
    leave[1]!()
    leave[1]!()
    await vi.advanceTimersByTimeAsync(0)
    expect(within).toEqual([0, 1, 2])
    leave[0]!()
    await vi.advanceTimersByTimeAsync(0)
    expect(within).toEqual([0, 1, 2, 3])
  })

  it('has room again when all are done', async () => {
    const { ask, leave, within } = await asking(2)
    for (const one of leave) one()
    for (const index of [2, 3, 4]) void ask(index)
    await vi.advanceTimersByTimeAsync(0)
    expect(within).toEqual([0, 1, 2, 3])
  })

  it('does not wait for slow ones, and counts them no second time', async () => {
    const { leave, within } = await asking(6)
    await vi.advanceTimersByTimeAsync(100)
    expect(within).toEqual([0, 1, 2, 3])
    leave[0]!()
    await vi.advanceTimersByTimeAsync(0)
    expect(within).toEqual([0, 1, 2, 3])
  })
})
