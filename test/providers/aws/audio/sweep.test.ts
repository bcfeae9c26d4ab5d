import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../../../app/config.ts'
import type { StateStore } from '../../../../app/ports/state-store.ts'
import { createAudioFolders } from '../../../../app/providers/aws/audio-work/folders.ts'
import { keepSwept } from '../../../../app/providers/aws/audio-work/keep-swept.ts'
import { createLeases } from '../../../../app/providers/aws/audio-work/leases.ts'
import { sweepAudio } from '../../../../app/providers/aws/audio-work/sweep.ts'
import { createAwsCall } from '../../../../app/providers/aws/call.ts'
import { createEndpoints } from '../../../../app/providers/aws/endpoints.ts'
import { sigV4Signer } from '../../../../app/providers/aws/sign.ts'
import { staticCredentials } from '../../../../app/providers/aws/static-credentials.ts'
import { createMemoryStateStore } from '../../../../app/providers/embedded/memory-state-store.ts'
import { createUndiciTransport } from '../../../../runtimes/calling/undici-transport.ts'
import { startFakeTranscribe } from '../../../fakes/fake-transcribe.ts'
import { openS3Server, type S3Server } from '../../../fakes/s3-server.ts'
import { keysIn } from '../../../routes/openai/audio/stage.ts'

const REGION = 'us-east-1'
const HOUR = 3_600_000
const START = Date.now()
const stand = {} as { s3: S3Server }
const ending: (() => Promise<void>)[] = []

beforeAll(async () => {
  stand.s3 = await openS3Server()
})
beforeEach(async () => {
  for (const end of ending.splice(0)) await end()
  await stand.s3.empty()
})
afterAll(async () => {
  for (const end of ending.splice(0)) await end()
  await stand.s3.close()
})

/** A server whose clock is ours. */
function server(state: StateStore, time: { now: number } = { now: START }) {
  const { env } = stand.s3
  const config = readConfig(env)
  const leases = createLeases({ state, now: () => time.now })
  const warned: string[] = []
  const folders = createAudioFolders({
    config,
    runtime: { env },
    leases,
    warn: (message) => void warned.push(message),
  })
  const removed: string[] = []
  /** Owners whose jobs still run. */
  const busy = new Set<string>()
  const sweep = () =>
    sweepAudio({
      leases,
      folders,
      regions: [REGION],
      now: () => time.now,
      byAge: true,
      removeJobs: async (owner) => {
        if (busy.has(owner)) throw new Error('The job is IN_PROGRESS.')
        removed.push(owner)
      },
      warn: (message) => void warned.push(message),
    })
  const work = async () => {
    const folder = await folders.open(REGION)
    ending.push(() => folder.close())
    await folder.write('audio.wav', new Uint8Array([1, 2, 3]), {})
    return folder
  }
  return { leases, folders, sweep, work, time, removed, busy, warned }
}

describe('what a server leaves that dies', () => {
  it('is removed by the next, jobs and files, when it has shown no sign of life for a while', async () => {
    const state = createMemoryStateStore()
    const dead = server(state)
    await dead.work()
    const next = server(state, { now: START + 29_000 })
    expect(await next.sweep()).toEqual({ again: true, isStuck: false })
    expect((await keysIn(stand.s3)).length).toBe(1)
    next.time.now = START + 31_000
    expect(await next.sweep()).toEqual({ again: false, isStuck: false })
    expect(await keysIn(stand.s3)).toEqual([])
    expect(next.removed).toEqual([dead.leases.own()])
    expect(await state.list('audio-work')).toEqual([])
  })

  it('stays known while its job runs, which keeps nobody else’s from being removed', async () => {
    const state = createMemoryStateStore()
    const dead = [server(state), server(state)]
    for (const one of dead) await one.work()
    const [first, second] = (await state.list('audio-work')).map(({ id }) => id)
    const next = server(state, { now: START + 31_000 })
    next.busy.add(first!)
    expect(await next.sweep()).toEqual({ again: false, isStuck: true })
    expect(next.removed).toEqual([second])
    expect((await state.list('audio-work')).map(({ id }) => id)).toEqual([first])
    expect(next.warned.length).toBe(1)
    next.busy.clear()
    expect(await next.sweep()).toEqual({ again: false, isStuck: false })
    expect(await keysIn(stand.s3)).toEqual([])
    expect(await state.list('audio-work')).toEqual([])
  })

  it('is not removed by one that cannot know whether it lives, until it is old', async () => {
    const other = server(createMemoryStateStore())
    await other.work()
    const next = server(createMemoryStateStore(), { now: Date.now() + 11 * HOUR })
    await next.sweep()
    expect((await keysIn(stand.s3)).length).toBe(1)
    next.time.now += 2 * HOUR
    await next.sweep()
    expect(await keysIn(stand.s3)).toEqual([])
  })
})

describe('a server that hears recordings', () => {
  it('removes the jobs of the dead with their files, page by page, but not those of others', async () => {
    const transcribe = await startFakeTranscribe(stand.s3)
    ending.push(() => transcribe.close())
    const state = createMemoryStateStore()
    const dead = server(state)
    await dead.work()
    const owner = dead.leases.own()
    const names = ['1', '2', '3'].map((id) => `outcrop-${owner}-${id}`)
    const job = { input: {}, looks: 0, created: 0, size: 0 }
    for (const name of [...names, 'outcrop-somebody-else']) transcribe.jobs.set(name, job)
    transcribe.manners.pageSize = 2
    const next = server(state, { now: START + 31_000 })
    const call = createAwsCall({
      transport: createUndiciTransport(),
      endpoints: createEndpoints({ AWS_ENDPOINT_URL_TRANSCRIBE: transcribe.url }),
      sign: sigV4Signer({ credentials: staticCredentials(stand.s3.env)! }),
      connectTimeout: 2000,
    })
    const { leases, folders, warned } = next
    const warn = (message: string) => void warned.push(message)
    const swept = keepSwept({ leases, folders, regions: [REGION], call, warn }, { transient: true })
    const folder = await swept.open(REGION)
    ending.push(() => folder.close())
    await expect.poll(() => [...transcribe.jobs.keys()]).toEqual(['outcrop-somebody-else'])
    await expect.poll(() => keysIn(stand.s3)).toEqual([])
    expect(warned).toEqual([])
  })
})

describe('a server that lives', () => {
  it('keeps its own work, and leaves no trace when it is done', async () => {
    const state = createMemoryStateStore()
    const living = server(state, { now: Date.now() + 20 * HOUR })
    const [one, other] = [await living.work(), await living.work()]
    await living.sweep()
    expect((await keysIn(stand.s3)).length).toBe(2)
    await one.close()
    expect((await state.list('audio-work')).length).toBe(1)
    await other.close()
    expect(await keysIn(stand.s3)).toEqual([])
    expect(await state.list('audio-work')).toEqual([])
  })

  it('leaves its name where it could not clear up', async () => {
    const state = createMemoryStateStore()
    const { env } = stand.s3
    const leases = createLeases({ state })
    const warned: string[] = []
    const folders = createAudioFolders({
      config: readConfig({ ...env, AWS_S3_BUCKET: 'no-such-bucket' }),
      runtime: { env },
      leases,
      warn: (message) => void warned.push(message),
    })
    await (await folders.open(REGION)).close()
    expect(warned.length).toBe(1)
    expect((await state.list('audio-work')).map(({ id }) => id)).toEqual([leases.own()])
  })

  it('leaves its name where a job is not gone, and later work does not take it away', async () => {
    const state = createMemoryStateStore()
    const living = server(state)
    await (await living.work()).close(false)
    const own = living.leases.own()
    expect((await state.list('audio-work')).map(({ id }) => id)).toEqual([own])
    await (await living.work()).close()
    expect(await keysIn(stand.s3)).toEqual([])
    expect((await state.list('audio-work')).map(({ id }) => id)).toEqual([own])
  })
})
