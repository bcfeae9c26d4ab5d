import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAlarms } from '../../runtimes/alarms.ts'

describe('alarms', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => vi.useRealTimers())

  it('ring when they should, those of each length in their order', () => {
    const alarm = createAlarms()
    const rung: string[] = []
    alarm(100, () => rung.push('first'))
    alarm(30, () => rung.push('short'))
    vi.advanceTimersByTime(20)
    alarm(100, () => rung.push('second'))
    vi.advanceTimersByTime(79)
    expect(rung).toEqual(['short'])
    vi.advanceTimersByTime(1)
    expect(rung).toEqual(['short', 'first'])
    vi.advanceTimersByTime(19)
    expect(rung).toEqual(['short', 'first'])
    vi.advanceTimersByTime(1)
    expect(rung).toEqual(['short', 'first', 'second'])
  })

  it('do not ring when they are called off, however often', () => {
    const alarm = createAlarms()
    const rung: number[] = []
    const offs = [0, 1, 2, 3].map((one) => alarm(50, () => rung.push(one)))
    offs[1]!()
    offs[1]!()
    offs[3]!()
    vi.advanceTimersByTime(50)
    expect(rung).toEqual([0, 2])
    offs[0]!()
    alarm(50, () => rung.push(4))
    vi.advanceTimersByTime(50)
    expect(rung).toEqual([0, 2, 4])
  })

  it('may be set by one that rings', () => {
    const alarm = createAlarms()
    const rung: number[] = []
    alarm(10, () => {
      rung.push(1)
      alarm(10, () => rung.push(2))
    })
    vi.advanceTimersByTime(20)
    expect(rung).toEqual([1, 2])
  })

  it('keep one timer, whatever waits', () => {
    const alarm = createAlarms()
    const offs = Array.from({ length: 1000 }, () => alarm(60_000, () => {}))
    expect(vi.getTimerCount()).toBe(1)
    for (const off of offs) off()
    vi.advanceTimersByTime(60_000)
    expect(vi.getTimerCount()).toBe(0)
  })
})
