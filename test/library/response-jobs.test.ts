import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { readConfig } from '../../app/config.ts'
import { responseJobs } from '../../app/library/responses/response-jobs.ts'
import { createMemoryStateStore } from '../../app/providers/embedded/memory-state-store.ts'

const MINUTE = 60_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A server that works on a response and one that is asked about it; the clock of the first goes before by so much. */
function servers(ahead: number) {
  const services = { state: createMemoryStateStore(), objects: undefined, config: readConfig({}) }
  const job = responseJobs(services, 'me').open('resp_1')
  const beat = async () => {
    const now = Date.now()
    vi.setSystemTime(now + ahead)
    await job.beat()
    vi.setSystemTime(now)
  }
  const jobs = responseJobs(services, 'me')
  /** Whether it is alive, and after how many seconds that was known. */
  const judged = async () => {
    const from = performance.now()
    const alive = await jobs.isAlive('resp_1')
    return { alive, seconds: Math.round((performance.now() - from) / 1000) }
  }
  return { beat, judged, jobs }
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)

it.each([0, 25_000, -25_000])(
  'a sign of life of just now is believed, %i ms away',
  async (ahead) => {
    const { beat, judged } = servers(ahead)
    await beat()
    expect(await judged()).toEqual({ alive: true, seconds: 0 })
  },
)

/** The judgement on one that gave a sign of life and then none. */
async function afterSilence({ beat, judged }: Pick<ReturnType<typeof servers>, 'beat' | 'judged'>) {
  await beat()
  await pass(31_000)
  const judging = judged()
  await pass(30_000)
  return judging
}

it.each([-9 * MINUTE, -MINUTE, MINUTE, 9 * MINUTE])(
  'clocks that differ by %i ms take nobody for dead who gives signs of life',
  async (ahead) => {
    const { beat, judged } = servers(ahead)
    await beat()
    const judging = judged()
    await pass(8000)
    await beat()
    await pass(2000)
    expect(await judging).toEqual({ alive: true, seconds: 9 })
  },
)

it.each([0, -9 * MINUTE, 9 * MINUTE])(
  'who gives none any more is dead, also by a clock that is %i ms away',
  async (ahead) => {
    expect(await afterSilence(servers(ahead))).toEqual({ alive: false, seconds: 20 })
  },
)

it.each([0, -9 * MINUTE, 9 * MINUTE])(
  'one who waited spares the next ones that, by a clock that is %i ms away, until it lives again',
  async (ahead) => {
    const { beat, judged } = servers(ahead)
    await afterSilence({ beat, judged })
    expect(await judged()).toEqual({ alive: false, seconds: 0 })
    await beat()
    const again = judged()
    await pass(8000)
    await beat()
    await pass(2000)
    expect((await again).alive).toBe(true)
  },
)

it('what has been silent for longer than clocks may differ is dead at once', async () => {
  const { beat, judged } = servers(0)
  await beat()
  await pass(11 * MINUTE)
  expect(await judged()).toEqual({ alive: false, seconds: 0 })
})

it('who goes on looking need not wait to know', async () => {
  const { beat, jobs } = servers(-MINUTE)
  await beat()
  const look = jobs.watch('resp_1')
  const seen = []
  for (let second = 0; second < 40; second++) {
    if (second === 10) await beat()
    seen.push(await look())
    await pass(1000)
  }
  expect([seen[0], seen[9], seen[10], seen[29], seen[31]]).toEqual([true, true, true, true, false])
})
