import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { GatewayError } from '../../app/errors.ts'
import { createAlarms } from '../../runtimes/alarms.ts'

describe('alarms', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => vi.useRealTimers())

  it('ring when they should, those of each length in their order', () => {
    const { set: alarm } = createAlarms()
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
    const { set: alarm } = createAlarms()
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
    const { set: alarm } = createAlarms()
    const rung: number[] = []
    alarm(10, () => {
      rung.push(1)
      alarm(10, () => rung.push(2))
    })
    vi.advanceTimersByTime(20)
    expect(rung).toEqual([1, 2])
  })

  it('ring all at once when everything ends, but for those that are called off, and are told why', () => {
    const { set, ringAll } = createAlarms()
    const why = new GatewayError('overloaded', 'The end.')
    const rung: unknown[] = []
    set(10, (told) => rung.push('short', told))
    const off = set(60_000, () => rung.push('off'))
    set(60_000, (told) => {
      rung.push('long', told)
      offLater()
      set(10, (later) => rung.push('later', later))
    })
    const offLater = set(60_000, () => rung.push('called off by one that rang'))
    off()
    ringAll(why)
    expect(rung).toEqual(['short', why, 'long', why])
    vi.advanceTimersByTime(60_000)
    expect(rung.slice(4)).toEqual(['later', undefined])
  })

  it('keep one timer, whatever waits', () => {
    const { set: alarm } = createAlarms()
    const offs = Array.from({ length: 1000 }, () => alarm(60_000, () => {}))
    expect(vi.getTimerCount()).toBe(1)
    for (const off of offs) off()
    vi.advanceTimersByTime(60_000)
    expect(vi.getTimerCount()).toBe(0)
  })
})
