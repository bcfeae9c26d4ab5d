import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../../../app/errors.ts'
import { fanOut } from '../../../../app/providers/aws/bedrock/embeddings/fan-out.ts'

const never = () => new AbortController().signal

/** Work that is finished by hand. */
function workshop() {
  const open: { item: number; signal: AbortSignal; finish(): void; fail(thrown: unknown): void }[] =
    []
  const started: number[] = []
  const work = (item: number, signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      started.push(item)
      open.push({ item, signal, finish: () => resolve(`done ${item}`), fail: reject })
    })
  return { open, started, work }
}

const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
}

describe('fanning out', () => {
  it('never has more open than it may, and keeps the order of 2,048 items', async () => {
    const { open, started, work } = workshop()
    const items = Array.from({ length: 2048 }, (_, index) => index)
    const all = fanOut(items, { most: 16, signal: never() }, work)
    let most = 0
    while (started.length < items.length || open.length > 0) {
      most = Math.max(most, open.length)
      // The last comes first, so that the order is not that of the answers.
      open.pop()!.finish()
      await settle()
    }
    expect(most).toBe(16)
    expect(started).toEqual(items)
    expect(await all).toEqual(items.map((item) => `done ${item}`))
  })

  it('stops the others when one fails, and begins no more', async () => {
    const { open, started, work } = workshop()
    const all = fanOut([0, 1, 2, 3], { most: 2, signal: never() }, work)
    const broken = new GatewayError('upstream', 'broken')
    open[1]!.fail(broken)
    await expect(all).rejects.toBe(broken)
    expect(open[0]!.signal.aborted).toBe(true)
    open[0]!.finish()
    await settle()
    expect(started).toEqual([0, 1])
  })

  it('tries again what was throttled, each time after twice as long a pause', async () => {
    const pauses: number[] = []
    let calls = 0
    const work = async (item: number) => {
      calls += 1
      if (item === 1 && calls < 5) throw new GatewayError('rate-limit', 'slow down')
      return item
    }
    const wait = async (milliseconds: number) => void pauses.push(milliseconds)
    expect(await fanOut([0, 1], { most: 1, signal: never(), wait }, work)).toEqual([0, 1])
    expect(pauses).toEqual([500, 1000, 2000])
  })

  it('gives up in the end', async () => {
    const work = async () => {
      throw new GatewayError('rate-limit', 'slow down')
    }
    const all = fanOut([0, 1], { most: 1, signal: never(), wait: async () => {} }, work)
    await expect(all).rejects.toMatchObject({ code: 'rate-limit' })
  })

  it('leaves a single call that was throttled to its caller', async () => {
    let calls = 0
    const work = async () => {
      calls += 1
      throw new GatewayError('rate-limit', 'slow down')
    }
    await expect(fanOut([0], { most: 4, signal: never() }, work)).rejects.toThrow('slow down')
    expect(calls).toBe(1)
  })

  it('hears the caller leave', async () => {
    const { open, work } = workshop()
    const caller = new AbortController()
    const all = fanOut([0, 1, 2], { most: 2, signal: caller.signal }, work)
    const left = new GatewayError('caller-left', 'gone')
    caller.abort(left)
    expect(open.map(({ signal }) => signal.aborted)).toEqual([true, true])
    for (const one of open) one.fail(left)
    await expect(all).rejects.toBe(left)
  })
})
