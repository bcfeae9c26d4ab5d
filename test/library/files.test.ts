import { describe, expect, it } from 'vitest'
import { fileSources } from '../../app/library/files/file-source.ts'
import { type Files, storedFiles } from '../../app/library/files/files.ts'
import { sweepObjects } from '../../app/library/files/sweep.ts'
import { storedUploads } from '../../app/library/files/uploads.ts'
import { createMemoryObjectStore } from '../../app/providers/embedded/memory-object-store.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const HOUR = 3600
const DAY = 24 * HOUR

function setting() {
  let time = 1_800_000_000_000
  const now = () => time
  const objects = createMemoryObjectStore(now)
  const filesOf = (owner: string) => storedFiles({ objects }, owner, now)
  const keep = async (
    files: Files,
    name: string,
    { text = name, purpose = 'user_data', lifetime = 0 } = {},
  ) => {
    time += 5
    const received = await files.receive(bytes(text), 1000)
    return files.keep(received, { name, purpose, lifetime: lifetime || undefined })
  }
  return {
    objects,
    now,
    filesOf,
    keep,
    files: filesOf('me'),
    uploads: storedUploads({ objects }, 'me', now),
    pass(seconds: number) {
      time += seconds * 1000
    },
  }
}

describe('the files of an owner', () => {
  it('are found by either vendor’s id, with everything that was said of them', async () => {
    const { files, keep, now } = setting()
    const kept = await keep(files, 'naïve, "it" 100%.csv', { text: 'a,b', lifetime: HOUR })
    const created = Math.floor(now() / 1000)
    expect(kept).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      owner: 'me',
      name: 'naïve, "it" 100%.csv',
      mediaType: 'text/csv',
      purpose: 'user_data',
      size: 3,
      created,
      expires: created + HOUR,
    })
    expect(await files.find(`file-${kept.id}`)).toEqual(kept)
    expect(await files.find(`file_${kept.id}`)).toEqual(kept)
    expect(await files.find(`file-id:file-${kept.id}`)).toEqual(kept)
    expect(await new Response(await files.open(kept)).text()).toBe('a,b')
    expect(await new Response(await files.open(kept, { first: 1, last: 1 })).text()).toBe(',')
  })

  it.each([
    'x'.repeat(255),
    '語'.repeat(190),
    '.hidden',
    'a.',
    'con',
    ' a ',
    '~',
    ',,',
    'a%2Fb',
    '\u{1F600}.txt',
  ])('may be called %j', async (name) => {
    const { files, keep, objects } = setting()
    expect((await keep(files, name, { text: 'x' })).name).toBe(name)
    for (const { key } of await objects.list('')) {
      expect(new TextEncoder().encode(key).length).toBeLessThanOrEqual(900)
      for (const segment of key.split('/')) {
        expect(segment).toMatch(/^[^.]/)
        expect(new TextEncoder().encode(segment).length).toBeLessThanOrEqual(240)
      }
    }
    expect(
      (await files.list({ limit: 9, descending: true })).data.map((file) => file.name),
    ).toEqual([name])
  })

  it.each([
    '',
    '  ',
    '.',
    '..',
    'a/b',
    'a\\b',
    'a\r\nb',
    'a\0',
    'a\u2028b',
    'x'.repeat(256),
    '語'.repeat(254),
  ])('may not be called %j', async (name) => {
    const { files, keep } = setting()
    await expect(keep(files, name, { text: 'x' })).rejects.toMatchObject({
      code: 'invalid-request',
      reason: 'invalid_filename',
    })
  })

  it('are told which limit their name is over', async () => {
    const { files, keep } = setting()
    await expect(keep(files, '語'.repeat(254), { text: 'x' })).rejects.toThrow(
      'Invalid file name: it has more than 255 characters or 600 bytes.',
    )
  })

  it('are told apart by what is in them, not by what they are called', async () => {
    const { files, keep } = setting()
    expect((await keep(files, 'a.txt', { text: '%PDF-1.7' })).mediaType).toBe('application/pdf')
    expect((await keep(files, 'a.pdf', { text: 'words' })).mediaType).toBe('text/plain')
    expect((await keep(files, 'a.md', { text: '# words' })).mediaType).toBe('text/markdown')
    expect((await keep(files, 'a', { text: '\u0001\u0002' })).mediaType).toBe(
      'application/octet-stream',
    )
  })

  it('do not exist for others', async () => {
    const { files, filesOf, keep } = setting()
    const { id } = await keep(files, 'mine')
    const others = filesOf('somebody else')
    const lookalike = filesOf('m')
    for (const stranger of [others, lookalike, filesOf('me/'), filesOf('')]) {
      await expect(stranger.find(`file-${id}`)).rejects.toMatchObject({ code: 'not-found' })
      await expect(stranger.delete(`file-${id}`)).rejects.toMatchObject({ code: 'not-found' })
      expect(await stranger.list({ limit: 10, descending: true })).toEqual({
        data: [],
        hasMore: false,
      })
    }
    expect(await files.find(`file-${id}`)).toBeDefined()
  })

  it.each([
    'file-',
    'file-x',
    'x',
    '',
    'file-../../a',
    `file-${'0'.repeat(31)}`,
    `file-${'0'.repeat(32)}`,
  ])('are not found by the id %j', async (id) => {
    const { files, keep } = setting()
    await keep(files, 'a')
    await expect(files.find(id)).rejects.toMatchObject({ code: 'not-found', param: 'id' })
  })

  it('are deleted by one of several who do so at once', async () => {
    const { files, keep, objects } = setting()
    const { id } = await keep(files, 'a')
    const deletions = await Promise.allSettled([
      files.delete(`file-${id}`),
      files.delete(`file-${id}`),
    ])
    expect(deletions).toMatchObject([
      { status: 'fulfilled' },
      {
        status: 'rejected',
        reason: { code: 'not-found', message: `No such File object: file-${id}` },
      },
    ])
    expect(await objects.list('')).toEqual([])
  })

  it('whose content is lost are named by no field of a request that has them elsewhere', async () => {
    const { files, keep, objects } = setting()
    const { id } = await keep(files, 'a')
    for (const { key, size } of await objects.list('')) if (size > 0) await objects.delete(key)
    const { signal } = new AbortController()
    const limits = { maxBytes: 100, timeout: 1000, signal }
    const reading = fileSources({ objects }).file!(`file-${id}`, 'me', limits)
    await expect(reading).rejects.toMatchObject({ code: 'not-found', param: undefined })
    await expect(files.open(await files.find(`file-${id}`))).rejects.toMatchObject({ param: 'id' })
  })

  it('are gone when they are deleted, and when their time is over', async () => {
    const { files, keep, pass } = setting()
    const one = await keep(files, 'one')
    const two = await keep(files, 'two', { lifetime: HOUR })
    await files.delete(`file-${one.id}`)
    await expect(files.find(`file-${one.id}`)).rejects.toMatchObject({ code: 'not-found' })
    await expect(files.delete(`file-${one.id}`)).rejects.toMatchObject({ code: 'not-found' })
    pass(HOUR - 1)
    expect(await files.find(`file-${two.id}`)).toBeDefined()
    pass(1)
    await expect(files.find(`file-${two.id}`)).rejects.toMatchObject({ code: 'not-found' })
    expect((await files.list({ limit: 10, descending: true })).data).toEqual([])
  })

  it('are listed page by page, in both directions, from both sides, by purpose', async () => {
    const { files, keep } = setting()
    const ids: string[] = []
    for (const name of ['0', '1', '2', '3', '4', '5', '6']) {
      ids.push((await keep(files, name, { purpose: Number(name) % 2 ? 'batch' : 'vision' })).id)
    }
    const list = async (page: Partial<Parameters<Files['list']>[0]>) => {
      const { data, hasMore } = await files.list({ limit: 3, descending: true, ...page })
      return `${data.map(({ name }) => name).join('')}${hasMore ? '+' : ''}`
    }
    const id = (index: number) => `file-${ids[index]}`
    expect(await list({})).toBe('654+')
    expect(await list({ after: id(4) })).toBe('321+')
    expect(await list({ after: id(3) })).toBe('210')
    expect(await list({ after: id(0) })).toBe('')
    expect(await list({ descending: false })).toBe('012+')
    expect(await list({ descending: false, after: id(2) })).toBe('345+')
    expect(await list({ descending: false, after: id(3) })).toBe('456')
    expect(await list({ before: id(1) })).toBe('432+')
    expect(await list({ before: id(4) })).toBe('65')
    expect(await list({ purpose: 'batch' })).toBe('531')
    expect(await list({ purpose: 'vision', limit: 2 })).toBe('64+')
    expect(await list({ purpose: 'nothing' })).toBe('')
    await files.delete(id(4))
    expect(await list({ after: id(4) })).toBe('321+')
    await expect(list({ after: 'x' })).rejects.toMatchObject({
      code: 'invalid-request',
      param: 'after',
    })
  })

  it('are refused when they are too large, and leave nothing', async () => {
    const { files, objects } = setting()
    const large = () => new Blob(['x'.repeat(11)]).stream()
    await expect(files.receive(large(), 10)).rejects.toMatchObject({ code: 'too-large' })
    await expect(files.receive(bytes('x'.repeat(11)), 10)).rejects.toMatchObject({
      code: 'too-large',
    })
    expect(await objects.list('')).toEqual([])
    expect((await files.receive(large(), 11)).size).toBe(11)
  })
})

describe('the sweep', () => {
  it('removes what is over, what never became a file, and uploads nobody completed', async () => {
    const { objects, files, filesOf, uploads, keep, pass, now } = setting()
    await keep(files, 'kept')
    await keep(filesOf('another'), 'kept too')
    await keep(files, 'over soon', { lifetime: HOUR })
    await files.receive(bytes('orphan'), 100)
    const begun = await uploads.create({ name: 'u', purpose: 'batch', mediaType: 'a/b', size: 4 })
    await uploads.addPart(`upload_${begun.id}`, bytes('part'), 100)
    const count = async () => (await objects.list('')).length
    expect(await count()).toBe(3 * 2 + 1 + 2)
    await sweepObjects(objects, now())
    expect(await count()).toBe(9)
    pass(HOUR)
    await sweepObjects(objects, now())
    expect(await count()).toBe(7)
    pass(DAY)
    await files.receive(bytes('on its way'), 100)
    await sweepObjects(objects, now())
    expect(await count()).toBe(4 + 2 + 1)
    pass(DAY + 1)
    await sweepObjects(objects, now())
    expect((await objects.list('')).map(({ key }) => key.split('/')[1]).toSorted()).toEqual([
      'another',
      'another',
      'me',
      'me',
    ])
  })
})
