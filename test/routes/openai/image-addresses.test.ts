import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../../app/app.ts'
import { readConfig } from '../../../app/config.ts'
import { addressSecret, drawnStore } from '../../../app/library/files/drawn-images.ts'
import { sweepObjects } from '../../../app/library/files/sweep.ts'
import { createMemoryObjectStore } from '../../../app/providers/embedded/memory-object-store.ts'
import { createMemoryStateStore } from '../../../app/providers/embedded/memory-state-store.ts'
import { createUndiciTransport } from '../../../runtimes/calling/undici-transport.ts'
import { openS3Server, type S3Server } from '../../fakes/s3-server.ts'
import { post } from '../../features/embedding-stage.ts'
import { plain } from '../../features/image-stage.ts'
import { stagedRuntime } from '../../http/stage.ts'

const HOUR = 60 * 60 * 1000
const PNG = { bytes: await plain(), mediaType: 'image/png' }

/** Two instances that share their stores, and a clock. */
function stores(env: Record<string, string> = {}) {
  const clock = { now: 1_800_000_000_000 }
  const objects = createMemoryObjectStore(() => clock.now)
  const place = { objects, state: createMemoryStateStore(), config: readConfig(env) }
  const open = () => drawnStore(place, addressSecret(place), () => clock.now)
  return { clock, objects, place, open }
}

async function kept(store: ReturnType<typeof drawnStore>) {
  const address = await store.keep(PNG)
  if ('url' in address) throw new Error('not ours')
  return address
}

describe('addresses of our own', () => {
  it('hold at every instance, for an hour, for one picture', async () => {
    const { clock, open } = stores()
    const { id, proof } = await kept(open())
    const other = open()
    const found = await other.find(id, proof)
    expect([found.mediaType, found.size]).toEqual(['image/png', PNG.bytes.length])
    expect(new Uint8Array(await new Response(await found.open()).arrayBuffer())).toEqual(PNG.bytes)
    const { id: second } = await kept(other)
    const later = { ...proof, expires: proof.expires + 1 }
    await expect(other.find(second, proof)).rejects.toMatchObject({ code: 'not-found' })
    await expect(other.find(id, later)).rejects.toMatchObject({ code: 'not-found' })
    clock.now += HOUR
    await expect(other.find(id, proof)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('are signed with no secret that could be guessed', () => {
    expect(() => readConfig({ IMAGE_URL_SECRET: 'short' })).toThrow(
      'IMAGE_URL_SECRET: shorter than 16 characters (got a value)',
    )
  })

  it('are signed by the secret of the configuration where there is one', async () => {
    const { open, place } = stores({ IMAGE_URL_SECRET: 'a secret that is mine' })
    const { id, proof } = await kept(open())
    const config = readConfig({ IMAGE_URL_SECRET: 'a secret that is theirs' })
    const clock = () => 1_800_000_000_000
    const foreign = drawnStore(place, addressSecret({ ...place, config }), clock)
    await expect(foreign.find(id, proof)).rejects.toMatchObject({ code: 'not-found' })
    expect(await place.state.list('server-secrets')).toEqual([])
  })

  it('lead to what is swept when they are over', async () => {
    const { clock, objects, open } = stores()
    await kept(open())
    clock.now += HOUR / 2
    await kept(open())
    await sweepObjects(objects, clock.now + HOUR / 2)
    expect(await objects.list('')).toHaveLength(1)
    await sweepObjects(objects, clock.now + HOUR)
    expect(await objects.list('')).toEqual([])
  })
})

describe('addresses of a bucket', () => {
  let s3: S3Server
  beforeAll(async () => {
    s3 = await openS3Server()
  })
  afterAll(() => s3.close())

  it('lead to the picture with its type, past this server', async () => {
    const { runtime } = stagedRuntime({ PROVIDER: 'embedded', ...s3.env })
    const app = createApp({ ...runtime, transport: createUndiciTransport() })
    const { json } = await post(app, '/v1/images/generations', { prompt: 'x', size: '64x64' })
    const [{ url }] = json['data'] as [{ url: string }]
    expect(url.startsWith(s3.url)).toBe(true)
    expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('3600')
    const response = await fetch(url)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(100)
  })
})
