import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { withFirstRead } from '../../app/codecs/streams/first-read.ts'

/** A source whose reads the test settles one by one. */
function heldSource() {
  const reads: PromiseWithResolvers<string | undefined>[] = []
  const cancel = vi.fn()
  return {
    reads,
    cancel,
    read() {
      const pending = Promise.withResolvers<string | undefined>()
      reads.push(pending)
      return pending.promise
    },
  }
}

describe('withFirstRead', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('resolves with the first read in hand, and gives it first', async () => {
    const source = heldSource()
    const waiting = withFirstRead(source, 1000)
    source.reads[0]!.resolve('one')
    const ready = await waiting
    expect(source.reads).toHaveLength(1)
    expect(await ready.read()).toBe('one')
    const second = ready.read()
    source.reads[1]!.resolve(undefined)
    expect(await second).toBeUndefined()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('resolves when patience ends, with the read still under way', async () => {
    const source = heldSource()
    const waiting = withFirstRead(source, 1000)
    await vi.advanceTimersByTimeAsync(1000)
    const ready = await waiting
    const first = ready.read()
    source.reads[0]!.resolve('late')
    expect(await first).toBe('late')
    expect(source.reads).toHaveLength(1)
  })

  it('rejects when the first read fails in time, and cancels', async () => {
    const source = heldSource()
    const waiting = withFirstRead(source, 1000)
    source.reads[0]!.reject(new Error('throttled'))
    await expect(waiting).rejects.toThrow('throttled')
    expect(source.cancel).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves a later failure to the reader', async () => {
    const source = heldSource()
    const waiting = withFirstRead(source, 1000)
    await vi.advanceTimersByTimeAsync(1000)
    const ready = await waiting
    source.reads[0]!.reject(new Error('too late'))
    await vi.advanceTimersByTimeAsync(1)
    await expect(ready.read()).rejects.toThrow('too late')
    expect(source.cancel).not.toHaveBeenCalled()
  })

  it('hands a cancel on', async () => {
    const source = heldSource()
    const waiting = withFirstRead(source, 1000)
    source.reads[0]!.resolve('one')
    const ready = await waiting
    ready.cancel()
    expect(source.cancel).toHaveBeenCalledOnce()
  })

  it('reads nothing ahead without patience, and waits with any amount of it', async () => {
    const source = heldSource()
    expect(await withFirstRead(source, 0)).toBe(source)
    expect(source.reads).toHaveLength(0)
    const waiting = withFirstRead(source, Number.POSITIVE_INFINITY)
    await vi.advanceTimersByTimeAsync(100_000)
    source.reads[0]!.resolve('one')
    expect(await (await waiting).read()).toBe('one')
  })
})
