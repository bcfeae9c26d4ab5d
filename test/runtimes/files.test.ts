import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleLambda } from '../../deploy/bundle.ts'
import { type FilesServer, KEY, openFilesServer } from '../clients/files-server.ts'
import { root } from './platform.ts'
import { bun, deno, lambdaIn, workers } from './platforms.ts'

const MEGABYTE = 1024 * 1024
const folder = join(root, '.outcrop', 'lambda-files-test')
const lambda = lambdaIn(folder)

describe.each([workers, lambda])('files on $name', (platform) => {
  let server: FilesServer
  beforeAll(async () => {
    if (platform === lambda) await bundleLambda(folder)
    server = await openFilesServer('s3', {}, platform)
  }, 60_000)
  afterAll(() => server?.close())

  it('go through the server while they are small, and past it while they are large', async () => {
    const { openai } = server
    const content = randomBytes(3 * MEGABYTE)
    const file = await openai.files.create({ file: new File([content], 'a'), purpose: 'user_data' })
    const back = await openai.files.content(file.id)
    expect(Buffer.from(await back.arrayBuffer()).equals(content)).toBe(true)
    expect(back.headers.get('content-length')).toBe(String(content.length))
    await expect
      .poll(() => server.running.output())
      .toContain(`"bytes_sent":${content.length},"outcome":"answered"`)

    const large = randomBytes(12 * MEGABYTE)
    const { id } = await openai.uploads.create({
      filename: 'large',
      purpose: 'batch',
      bytes: large.length,
      mime_type: 'text/plain',
    })
    const asked = await fetch(`${server.url}/v1/uploads/${id}/parts`, {
      method: 'POST',
      body: '{"presigned":true}',
      headers: { authorization: `Bearer ${KEY}` },
    })
    const part = await asked.json()
    expect((await fetch(part.upload_url, { method: 'PUT', body: large })).status).toBe(200)
    const { file: whole } = await openai.uploads.complete(id, { part_ids: [part.id] })
    expect(whole!.bytes).toBe(large.length)
    const span = await openai.files.content(whole!.id, {
      headers: { range: 'bytes=9000000-9000009' },
    })
    expect(Buffer.from(await span.arrayBuffer())).toEqual(large.subarray(9_000_000, 9_000_010))
    for (const one of [file, whole!]) await openai.files.delete(one.id)
  })
})

describe.each([workers, lambda])('files on $name without a bucket', (platform) => {
  it('are not taken at all rather than lost', async () => {
    const server = await openFilesServer('disk', {}, platform)
    // As JSON: workerd may cut the connection of a form that is refused unread.
    const refused = await fetch(`${server.url}/v1/files`, {
      method: 'POST',
      body: JSON.stringify({ file: 'data:text/plain;base64,eA==', purpose: 'batch' }),
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    })
    expect(refused.status).toBe(503)
    const health = await fetch(`${server.url}/v1/files/health`, {
      headers: { authorization: `Bearer ${KEY}` },
    })
    expect([health.status, (await health.json()).status]).toEqual([503, 'unhealthy'])
    await server.close()
  }, 30_000)
})

describe.each([bun, deno])('files on $name', (platform) => {
  describe.each(['disk', 's3'] as const)('and %s', (store) => {
    let server: FilesServer
    beforeAll(async () => {
      server = await openFilesServer(store, {}, platform)
    }, 30_000)
    afterAll(() => server?.close())

    it('go in and come out as they are, whole, in parts and in ranges', async () => {
      const { openai, anthropic } = server
      const content = randomBytes(12 * MEGABYTE + 3)
      const file = await openai.files.create({
        file: new File([content], 'naïve.csv'),
        purpose: 'user_data',
      })
      const back = Buffer.from(await (await openai.files.content(file.id)).arrayBuffer())
      expect(back.equals(content)).toBe(true)
      const part = await openai.files.content(file.id, { headers: { range: 'bytes=5-12' } })
      expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([
        206,
        content.subarray(5, 13),
      ])
      expect((await anthropic.beta.files.retrieveMetadata(file.id)).filename).toBe('naïve.csv')

      const { id } = await openai.uploads.create({
        filename: 'b',
        purpose: 'batch',
        bytes: 10 * MEGABYTE,
        mime_type: 'text/plain',
      })
      const pieces = [content.subarray(0, 3), content.subarray(3, 10 * MEGABYTE)]
      const ids = []
      for (const piece of pieces) {
        ids.push((await openai.uploads.parts.create(id, { data: new File([piece], 'p') })).id)
      }
      const md5 = createHash('md5')
        .update(content.subarray(0, 10 * MEGABYTE))
        .digest('hex')
      const { file: whole } = await openai.uploads.complete(id, { part_ids: ids, md5 })
      const got = Buffer.from(await (await openai.files.content(whole!.id)).arrayBuffer())
      expect(got.equals(content.subarray(0, 10 * MEGABYTE))).toBe(true)

      await openai.files.delete(file.id)
      await openai.files.delete(whole!.id)
      expect((await openai.files.list()).data).toEqual([])
    })
  })
})
