import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { storedFiles } from '../../app/library/files/files.ts'
import { storedUploads } from '../../app/library/files/uploads.ts'
import type { ObjectStore } from '../../app/ports/object-store.ts'
import { createMemoryObjectStore } from '../../app/providers/embedded/memory-object-store.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const DAY = 24 * 3600
const LIMIT = 1000

function setting(wrap: (objects: ObjectStore) => ObjectStore = (objects) => objects) {
  let time = 1_800_000_000_000
  const now = () => time++
  const objects = wrap(createMemoryObjectStore(now))
  const uploads = storedUploads({ objects }, 'me', now)
  const files = storedFiles({ objects }, 'me', now)
  return {
    objects,
    uploads,
    files,
    pass(seconds: number) {
      time += seconds * 1000
    },
    async begin(size: number, lifetime?: number) {
      const facts = { name: 'a.csv', purpose: 'batch', mediaType: 'text/csv', size, lifetime }
      return `upload_${(await uploads.create(facts)).id}`
    },
    part: async (upload: string, text: string) =>
      `part_${(await uploads.addPart(upload, bytes(text), LIMIT)).id}`,
  }
}

describe('an upload', () => {
  it('becomes a file of its parts in the order they are named', async () => {
    const { uploads, files, begin, part, objects } = setting()
    const upload = await begin(9, 3600)
    const late = await part(upload, ',3')
    const unused = await part(upload, 'unused')
    const early = await part(upload, 'a,b\n1,2')
    const md5 = createHash('md5').update('a,b\n1,2,3').digest('hex').toUpperCase()
    const done = await uploads.complete(upload, [early, late], md5)
    expect(done).toMatchObject({ status: 'completed', size: 9, name: 'a.csv', purpose: 'batch' })
    expect(done.expires - done.created).toBe(DAY)
    const file = await files.find(`file-${done.file!.id}`)
    expect(file).toMatchObject({ name: 'a.csv', size: 9, mediaType: 'text/csv', purpose: 'batch' })
    expect(file.expires).toBe(file.created + 3600)
    expect(await new Response(await files.open(file)).text()).toBe('a,b\n1,2,3')
    expect((await objects.list('')).filter(({ key }) => key.includes('/parts/'))).toEqual([])
    expect(unused).toBeTruthy()
  })

  it('can be completed again with the same parts, and with no others', async () => {
    const { uploads, files, begin, part } = setting()
    const upload = await begin(2)
    const parts = [await part(upload, 'a'), await part(upload, 'b')]
    const once = await uploads.complete(upload, parts)
    expect(await uploads.complete(upload, parts)).toEqual(once)
    const refused = { code: 'invalid-request', reason: 'upload_completed' }
    await expect(uploads.complete(upload, parts.toReversed())).rejects.toMatchObject(refused)
    await expect(part(upload, 'c')).rejects.toMatchObject(refused)
    await expect(uploads.cancel(upload)).rejects.toMatchObject(refused)
    expect((await files.list({ limit: 10, descending: true })).data).toHaveLength(1)
  })

  it('becomes one file when it is completed many times at once', async () => {
    const { uploads, files, begin, part } = setting()
    const upload = await begin(2)
    const parts = [await part(upload, 'a'), await part(upload, 'b')]
    const done = await Promise.all(
      Array.from({ length: 20 }, () => uploads.complete(upload, parts)),
    )
    expect(new Set(done.map(({ file }) => file!.id)).size).toBe(1)
    expect((await files.list({ limit: 10, descending: true })).data).toHaveLength(1)
  })

  it('is one thing only when it is completed and cancelled at once', async () => {
    for (let round = 0; round < 20; round++) {
      const { uploads, files, begin, part } = setting()
      const upload = await begin(1)
      const parts = [await part(upload, 'a')]
      const [completed, cancelled] = await Promise.allSettled([
        uploads.complete(upload, parts),
        uploads.cancel(upload),
      ])
      const { data } = await files.list({ limit: 10, descending: true })
      expect([completed.status, cancelled.status].toSorted()).toEqual(['fulfilled', 'rejected'])
      expect(data).toHaveLength(completed.status === 'fulfilled' ? 1 : 0)
    }
  })

  it('can be completed after a crash in the middle of that', async () => {
    let broken = true
    const { uploads, files, begin, part } = setting((objects) => ({
      ...objects,
      async join(...asked) {
        if (broken) throw new Error('the power went')
        return objects.join(...asked)
      },
    }))
    const upload = await begin(2)
    const parts = [await part(upload, 'a'), await part(upload, 'b')]
    await expect(uploads.complete(upload, parts)).rejects.toThrow('the power went')
    expect((await files.list({ limit: 10, descending: true })).data).toEqual([])
    broken = false
    const { file } = await uploads.complete(upload, parts)
    expect(await new Response(await files.open(file!)).text()).toBe('ab')
  })

  it('says what is wrong with what it is to become, and stays open', async () => {
    const { uploads, begin, part } = setting()
    const upload = await begin(2)
    const [a, b] = [await part(upload, 'a'), await part(upload, 'b')]
    const other = await part(await begin(1), 'x')
    const complete = (parts: string[], md5?: string) => uploads.complete(upload, parts, md5)
    await expect(complete([a])).rejects.toMatchObject({
      code: 'invalid-request',
      param: 'part_ids',
    })
    await expect(complete([a, a])).rejects.toMatchObject({ param: 'part_ids[1]' })
    await expect(complete([a, other])).rejects.toMatchObject({ param: 'part_ids[1]' })
    await expect(complete(['part_x', b])).rejects.toMatchObject({ param: 'part_ids[0]' })
    await expect(complete([a, b], 'f'.repeat(32))).rejects.toMatchObject({ param: 'md5' })
    await expect(part(upload, 'xyz')).rejects.toMatchObject({ code: 'too-large' })
    expect((await complete([b, a])).status).toBe('completed')
  })

  it('is gone when it is cancelled, and over after a day', async () => {
    const { uploads, begin, part, pass, objects } = setting()
    const upload = await begin(1)
    const parts = [await part(upload, 'a')]
    expect((await uploads.cancel(upload)).status).toBe('cancelled')
    await expect(uploads.complete(upload, parts)).rejects.toMatchObject({
      reason: 'upload_cancelled',
    })
    await expect(uploads.cancel(upload)).rejects.toMatchObject({ reason: 'upload_cancelled' })
    expect((await objects.list('')).filter(({ key }) => key.includes('/parts/'))).toEqual([])

    const second = await begin(1)
    const more = [await part(second, 'a')]
    pass(DAY)
    await expect(part(second, 'b')).rejects.toMatchObject({ reason: 'upload_expired' })
    await expect(uploads.complete(second, more)).rejects.toMatchObject({ reason: 'upload_expired' })
    await expect(uploads.cancel('upload_x')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('belongs to its owner', async () => {
    const { objects, begin, part } = setting()
    const upload = await begin(1)
    const parts = [await part(upload, 'a')]
    const stranger = storedUploads({ objects }, 'stranger')
    const unknown = { code: 'not-found', param: 'upload_id' }
    await expect(stranger.complete(upload, parts)).rejects.toMatchObject(unknown)
    await expect(stranger.cancel(upload)).rejects.toMatchObject(unknown)
    await expect(stranger.addPart(upload, bytes('a'), 1)).rejects.toMatchObject(unknown)
  })

  it('says what has to be sent with bytes that go past us', async () => {
    const writeHeaders = { 'x-amz-server-side-encryption': 'AES256' }
    const presign = async (key: string) => `https://store/${key}`
    const { uploads, begin } = setting((objects) => ({ ...objects, presign, writeHeaders }))
    const part = await uploads.presignPart(await begin(1))
    expect(part).toEqual({
      id: expect.any(String),
      created: 1_800_000_000,
      url: expect.stringContaining(part.id),
      expires: 1_800_003_600,
      headers: writeHeaders,
    })
  })

  it('has no URLs where the store has none', async () => {
    const { uploads, begin } = setting()
    await expect(uploads.presignPart(await begin(1))).rejects.toMatchObject({
      code: 'feature-unavailable',
    })
  })
})
