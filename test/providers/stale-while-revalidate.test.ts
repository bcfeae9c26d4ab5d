import { describe, expect, it } from 'vitest'
import { staleWhileRevalidate } from '../../app/providers/stale-while-revalidate.ts'

function scene() {
  let now = 0
  const loads: ((value: string) => void)[] = []
  const before: (string | undefined)[] = []
  const told: Promise<unknown>[] = []
  const cached = staleWhileRevalidate<string>(
    (known) => {
      before.push(known)
      return new Promise((resolve) => {
        loads.push((value) => resolve({ value, seconds: 60 }))
      })
    },
    { linger: (work) => void told.push(work), now: () => now },
  )
  return {
    cached,
    loads,
    before,
    told,
    moveTo: (seconds: number) => {
      now = seconds * 1000
    },
  }
}

describe('staleWhileRevalidate', () => {
  it('loads once for many who ask at the same time, and not before anybody asks', async () => {
    const { cached, loads } = scene()
    expect([loads.length, cached.peek()]).toEqual([0, undefined])
    const asked = [cached.get(), cached.get()]
    loads[0]!('first')
    expect(await Promise.all(asked)).toEqual(['first', 'first'])
    expect([loads.length, cached.peek(), cached.get()]).toEqual([1, 'first', 'first'])
  })

  it('gives the old value while one load runs behind it', async () => {
    const { cached, loads, before, told, moveTo } = scene()
    const asked = cached.get()
    loads[0]!('first')
    await asked
    moveTo(60)
    expect([cached.get(), cached.get(), loads.length]).toEqual(['first', 'first', 2])
    loads[1]!('second')
    await new Promise((resolve) => setImmediate(resolve))
    expect([cached.get(), before]).toEqual(['second', [undefined, 'first']])
    // So that a platform that stops work with its request does not stop the load behind it.
    expect(await Promise.all(told)).toEqual(['first', 'second'])
  })
})
