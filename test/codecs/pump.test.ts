import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPump, type FrameSource } from '../../app/codecs/streams/pump.ts'
import type { PumpLimits } from '../../app/codecs/streams/pump-clock.ts'
import { GatewayError } from '../../app/errors.ts'
import type { Sink } from '../../app/ports/stream-out.ts'

const LIMITS: PumpLimits = { firstToken: 5000, idle: 3000, total: 60_000, keepAliveAfter: 1000 }

/** What a source says and when: milliseconds to wait before each `next` settles. */
type Script = { after?: number; text?: string | undefined; error?: Error; never?: boolean }[]

function scripted(script: Script) {
  const steps = [...script]
  const source: FrameSource & { cancelled: number; asked: number } = {
    cancelled: 0,
    asked: 0,
    keepAlive: ': ping\n\n',
    fail: (error) => `failed(${error instanceof Error ? error.message : error})`,
    cancel() {
      source.cancelled++
    },
    async next() {
      source.asked++
      const step = steps.shift()
      if (!step) return undefined
      if (step.never) return new Promise(() => {})
      if (step.after) await new Promise((resolve) => setTimeout(resolve, step.after))
      if (step.error) throw step.error
      return step.text
    },
  }
  return source
}

/** A reader that notes all it is told; `slow` writes wait until the test makes room. */
function listener() {
  const heard: string[] = []
  let makeRoom = () => {}
  const sink: Sink & { slow: boolean; room(): void; heard: string[] } = {
    heard,
    slow: false,
    room: () => makeRoom(),
    write(text) {
      heard.push(text)
      if (!sink.slow) return undefined
      return new Promise((resolve) => {
        makeRoom = resolve
      })
    },
    end: () => heard.push('END'),
    abort: () => heard.push('ABORT'),
  }
  return sink
}

const words = (...texts: string[]): Script => texts.map((text) => ({ text }))

describe('the pump', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })

  it('writes each piece once, ends well, and says how it went', async () => {
    const source = scripted([{ after: 40, text: 'a' }, { text: '' }, { after: 10, text: 'bc' }])
    const sink = listener()
    const running = createPump(source, LIMITS).run(sink)
    await vi.advanceTimersByTimeAsync(100)
    expect(await running).toEqual({
      ended: 'complete',
      firstText: 40,
      duration: 50,
    })
    expect(sink.heard).toEqual(['a', 'bc', 'END'])
    expect(source.cancelled).toBe(0)
  })

  it('counts from the start of the request when told of it', async () => {
    const startedAt = performance.now() - 500
    const running = createPump(scripted(words('a')), { ...LIMITS, startedAt }).run(listener())
    await vi.advanceTimersByTimeAsync(0)
    expect(await running).toMatchObject({ firstText: 500, duration: 500 })
  })

  it('asks for nothing while the reader is slow', async () => {
    const source = scripted(words('a', 'b', 'c'))
    const sink = listener()
    sink.slow = true
    const running = createPump(source, LIMITS).run(sink)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(sink.heard).toEqual(['a'])
    expect(source.asked).toBe(1)
    sink.room()
    await vi.advanceTimersByTimeAsync(0)
    expect(sink.heard).toEqual(['a', 'b'])
    sink.slow = false
    sink.room()
    await vi.advanceTimersByTimeAsync(0)
    expect(sink.heard).toEqual(['a', 'b', 'c', 'END'])
    expect(await running).toMatchObject({ ended: 'complete' })
  })

  it('tells of a failure, ends, and says no more', async () => {
    const error = new GatewayError('upstream', 'broken')
    const source = scripted([{ text: 'a' }, { error }, { text: 'b' }])
    const sink = listener()
    const running = createPump(source, LIMITS).run(sink)
    await vi.advanceTimersByTimeAsync(0)
    expect(sink.heard).toEqual(['a', 'failed(broken)', 'END'])
    expect(await running).toMatchObject({ ended: 'failed', error })
    expect(source.cancelled).toBe(1)
  })

  it('cuts the connection when even the failure cannot be told', async () => {
    const source = scripted([{ text: 'a' }])
    const sink = listener()
    const broken: Sink = {
      ...sink,
      write() {
        throw new Error('socket closed')
      },
    }
    const running = createPump(source, LIMITS).run(broken)
    await vi.advanceTimersByTimeAsync(0)
    expect(sink.heard).toEqual(['ABORT'])
    expect((await running).ended).toBe('failed')
    expect(source.cancelled).toBe(1)
  })

  it('fails an answer that does not begin in time', async () => {
    const source = scripted([{ never: true }])
    const sink = listener()
    const running = createPump(source, { ...LIMITS, keepAliveAfter: 60_000 }).run(sink)
    await vi.advanceTimersByTimeAsync(4999)
    expect(sink.heard).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(sink.heard).toEqual(['failed(The answer did not begin within 5 seconds.)', 'END'])
    const outcome = await running
    expect(outcome.error).toMatchObject({ code: 'timeout' })
    expect(outcome.firstText).toBeUndefined()
    expect(source.cancelled).toBe(1)
  })

  it('fails an answer that pauses too long, counted from its last sign of life', async () => {
    const source = scripted([
      { after: 100, text: 'a' },
      { after: 2900, text: '' },
      { after: 2900, text: 'b' },
      { never: true },
    ])
    const sink = listener()
    const running = createPump(source, { ...LIMITS, keepAliveAfter: 60_000 }).run(sink)
    await vi.advanceTimersByTimeAsync(8899)
    expect(sink.heard).toEqual(['a', 'b'])
    await vi.advanceTimersByTimeAsync(1)
    expect(sink.heard.slice(2)).toEqual([
      'failed(The answer paused for more than 3 seconds.)',
      'END',
    ])
    expect((await running).duration).toBe(8900)
  })

  it('does not take the time the reader needs for a pause of the upstream', async () => {
    const source = scripted([{ text: 'a' }, { after: 2500, text: 'b' }])
    const sink = listener()
    sink.slow = true
    const running = createPump(source, LIMITS).run(sink)
    await vi.advanceTimersByTimeAsync(10_000)
    sink.slow = false
    sink.room()
    await vi.advanceTimersByTimeAsync(2500)
    expect(await running).toMatchObject({ ended: 'complete', duration: 12_500 })
    expect(sink.heard).toEqual(['a', ': ping\n\n', ': ping\n\n', 'b', 'END'])
  })

  it('fails an answer that takes too long in all', async () => {
    const source = scripted(Array.from({ length: 100 }, () => ({ after: 900, text: 'a' })))
    const sink = listener()
    const running = createPump(source, LIMITS).run(sink)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await running).toMatchObject({ ended: 'failed', duration: 60_000 })
    expect(sink.heard.filter((text) => text === 'a')).toHaveLength(66)
    expect(sink.heard.slice(-2)).toEqual([
      'failed(The answer was not complete within 60 seconds.)',
      'END',
    ])
    await vi.advanceTimersByTimeAsync(900)
  })

  it('cuts off a reader who takes nothing until all time is over', async () => {
    const source = scripted(words('a', 'b'))
    const sink = listener()
    sink.slow = true
    const running = createPump(source, LIMITS).run(sink)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sink.heard).toEqual(['a', 'ABORT'])
    expect(await running).toMatchObject({ ended: 'failed', error: { code: 'timeout' } })
    expect(source.cancelled).toBe(1)
  })

  it('keeps a silent connection open, before the first text as well', async () => {
    const source = scripted([
      { after: 2500, text: 'a' },
      { after: 1500, text: 'b' },
      { after: 999, text: 'c' },
    ])
    const sink = listener()
    const running = createPump(source, LIMITS).run(sink)
    await vi.advanceTimersByTimeAsync(10_000)
    const ping = ': ping\n\n'
    expect(sink.heard).toEqual([ping, ping, 'a', ping, 'b', 'c', 'END'])
    expect(await running).toMatchObject({ ended: 'complete', firstText: 2500 })
  })

  it('heaps no keep-alives on a reader who takes none', async () => {
    const source = scripted([{ after: 4500, text: 'a' }])
    const sink = listener()
    sink.slow = true
    const running = createPump(source, LIMITS).run(sink)
    await vi.advanceTimersByTimeAsync(3500)
    expect(sink.heard).toEqual([': ping\n\n'])
    sink.room()
    await vi.advanceTimersByTimeAsync(999)
    expect(sink.heard).toEqual([': ping\n\n', ': ping\n\n'])
    await vi.advanceTimersByTimeAsync(500)
    expect(sink.heard).toHaveLength(2)
    sink.slow = false
    sink.room()
    await vi.advanceTimersByTimeAsync(0)
    expect(sink.heard.slice(2)).toEqual(['a', 'END'])
    expect((await running).ended).toBe('complete')
  })

  it('lives without a keep-alive where the dialect has none', async () => {
    const source = { ...scripted([{ after: 2500, text: 'a' }]), keepAlive: '' }
    const sink = listener()
    void createPump(source, LIMITS).run(sink)
    await vi.advanceTimersByTimeAsync(3000)
    expect(sink.heard).toEqual(['a', 'END'])
  })

  it('cancels the upstream as soon as the reader leaves, and writes no more', async () => {
    const source = scripted([{ text: 'a' }, { after: 100, text: 'b' }, { text: 'c' }])
    const sink = listener()
    const pump = createPump(source, LIMITS)
    const running = pump.run(sink)
    await vi.advanceTimersByTimeAsync(50)
    pump.left()
    pump.left()
    expect(source.cancelled).toBe(1)
    expect(await running).toEqual({
      ended: 'caller-left',
      firstText: 0,
      duration: 50,
    })
    await vi.advanceTimersByTimeAsync(1000)
    expect(sink.heard).toEqual(['a'])
    expect(source.asked).toBe(2)
  })

  it('cancels when the reader leaves with a full buffer', async () => {
    const source = scripted(words('a', 'b'))
    const sink = listener()
    sink.slow = true
    const pump = createPump(source, LIMITS)
    const running = pump.run(sink)
    await vi.advanceTimersByTimeAsync(10)
    pump.left()
    sink.room()
    expect((await running).ended).toBe('caller-left')
    expect(sink.heard).toEqual(['a'])
    expect(source.asked).toBe(1)
  })

  it('starts nothing for a reader who left before the start', async () => {
    const source = scripted(words('a'))
    const sink = listener()
    const pump = createPump(source, LIMITS)
    pump.left()
    expect((await pump.run(sink)).ended).toBe('caller-left')
    expect(source.cancelled).toBe(1)
    expect(source.asked).toBe(0)
    expect(sink.heard).toEqual([])
  })

  it('does not call it leaving when the reader goes after the end', async () => {
    const source = scripted(words('a'))
    const pump = createPump(source, LIMITS)
    const running = pump.run(listener())
    await vi.advanceTimersByTimeAsync(0)
    pump.left()
    expect((await running).ended).toBe('complete')
    expect(source.cancelled).toBe(0)
  })

  it('tells the reader why it is stopped, once, and not after the end', async () => {
    const source = scripted([{ text: 'a' }, { never: true }])
    const sink = listener()
    const pump = createPump(source, LIMITS)
    pump.stop(new Error('too early to be told'))
    const running = pump.run(sink)
    await vi.advanceTimersByTimeAsync(10)
    const why = new Error('the end')
    pump.stop(why)
    pump.stop(new Error('again'))
    expect(await running).toMatchObject({ ended: 'failed', error: why })
    expect(sink.heard).toEqual(['a', 'failed(the end)', 'END'])
    expect(source.cancelled).toBe(1)
  })

  it('cuts a reader who takes nothing when it is stopped', async () => {
    const sink = Object.assign(listener(), { slow: true })
    const pump = createPump(scripted(words('a', 'b')), LIMITS)
    const running = pump.run(sink)
    await vi.advanceTimersByTimeAsync(10)
    pump.stop(new Error('the end'))
    expect(await running).toMatchObject({ ended: 'failed' })
    expect(sink.heard).toEqual(['a', 'ABORT'])
  })

  it('bears limits beyond what a timer can count', async () => {
    const source = scripted([{ after: 5000, text: 'a' }])
    const endless = Number.MAX_SAFE_INTEGER
    const limits = { firstToken: endless, idle: endless, total: endless, keepAliveAfter: endless }
    const running = createPump(source, limits).run(listener())
    await vi.advanceTimersByTimeAsync(5000)
    expect((await running).ended).toBe('complete')
  })
})
