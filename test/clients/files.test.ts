import { createHash, randomBytes } from 'node:crypto'
import Anthropic, { toFile as anthropicFile } from '@anthropic-ai/sdk'
import type OpenAI from 'openai'
import { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FilesServer, KEY, openFilesServer } from './files-server.ts'

const MEGABYTE = 1024 * 1024
const CSV = 'name,age\nAnn,41\nBob,7\n'

describe.each(['disk', 's3'] as const)('files on %s', (store) => {
  let server: FilesServer
  let openai: OpenAI
  let anthropic: Anthropic
  beforeAll(async () => {
    server = await openFilesServer(store, store === 's3' ? { AWS_S3_SSE: 'AES256' } : {})
    ;({ openai, anthropic } = server)
  }, 30_000)
  afterAll(() => server?.close())

  const upload = (name: string, content: string | Uint8Array<ArrayBuffer> = name) =>
    openai.files.create({
      file: new File([content], name),
      purpose: 'user_data',
    })
  const send = (path: string, init: RequestInit = {}) =>
    fetch(server.url + path, {
      ...init,
      headers: { authorization: `Bearer ${KEY}`, ...init.headers },
    })

  it('are uploaded, described, listed, downloaded and deleted by the openai SDK', async () => {
    const file = await openai.files.create({
      file: await toFile(Buffer.from(CSV), 'people.csv'),
      purpose: 'assistants',
      expires_after: { anchor: 'created_at', seconds: 3600 },
    })
    expect(file).toEqual({
      id: expect.stringMatching(/^file-[0-9a-f]{32}$/),
      object: 'file',
      bytes: CSV.length,
      created_at: expect.any(Number),
      expires_at: file.created_at + 3600,
      filename: 'people.csv',
      purpose: 'assistants',
      status: 'processed',
      status_details: null,
    })
    expect(await openai.files.retrieve(file.id)).toEqual(file)
    expect(await openai.files.waitForProcessing(file.id)).toEqual(file)
    const content = await openai.files.content(file.id)
    expect(await content.text()).toBe(CSV)
    expect(content.headers.get('content-type')).toBe('text/csv')
    expect(content.headers.get('content-length')).toBe(String(CSV.length))
    expect((await openai.files.list({ purpose: 'assistants' })).data).toEqual([file])
    expect(await openai.files.delete(file.id)).toEqual({
      id: file.id,
      object: 'file',
      deleted: true,
    })
    await expect(openai.files.retrieve(file.id)).rejects.toMatchObject({
      status: 404,
      param: 'id',
      type: 'invalid_request_error',
    })
  })

  it('are uploaded, described, listed, downloaded and deleted by Anthropic’s SDK', async () => {
    const file = await anthropic.beta.files.upload({
      file: await anthropicFile(Buffer.from(CSV), 'people.csv', { type: 'text/csv' }),
      expires_in_seconds: 7200,
    })
    expect(file).toMatchObject({
      id: expect.stringMatching(/^file_[0-9a-f]{32}$/),
      type: 'file',
      filename: 'people.csv',
      mime_type: 'text/csv',
      size_bytes: CSV.length,
      downloadable: true,
    })
    expect(Date.parse(file.expires_at!) - Date.parse(file.created_at)).toBe(7_200_000)
    expect(await anthropic.beta.files.retrieveMetadata(file.id)).toMatchObject({ id: file.id })
    const download = await anthropic.beta.files.download(file.id)
    expect(await download.text()).toBe(CSV)
    for (const { headers } of [
      download,
      (await anthropic.beta.files.list().withResponse()).response,
    ]) {
      expect([headers.get('request-id')]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)])
    }
    const { data } = await anthropic.beta.files.list({ ids: [file.id, 'file_never'] })
    expect(data.map(({ id }) => id)).toEqual([file.id])
    expect(await anthropic.beta.files.delete(file.id)).toMatchObject({
      id: file.id,
      type: 'file_deleted',
    })
    await expect(anthropic.beta.files.retrieveMetadata(file.id)).rejects.toMatchObject({
      status: 404,
      error: { type: 'error', error: { type: 'not_found_error' } },
    })
  })

  it('are the same files to both, by both ids', async () => {
    const one = await upload('one.txt')
    const bare = one.id.slice('file-'.length)
    expect((await anthropic.beta.files.retrieveMetadata(one.id)).filename).toBe('one.txt')
    expect((await anthropic.beta.files.retrieveMetadata(`file_${bare}`)).id).toBe(`file_${bare}`)
    const two = await anthropic.beta.files.upload({ file: new File(['two'], 'two.txt') })
    expect((await openai.files.retrieve(two.id)).filename).toBe('two.txt')
    expect((await openai.files.list()).data.map(({ filename }) => filename)).toEqual([
      'two.txt',
      'one.txt',
    ])
    const prefixed = new Anthropic({ baseURL: `${server.url}/anthropic`, apiKey: KEY })
    expect((await prefixed.beta.files.list()).data).toHaveLength(2)
    await openai.files.delete(two.id)
    await anthropic.beta.files.delete(one.id)
    expect((await openai.files.list()).data).toEqual([])
  })

  it('are paged through by both SDKs', async () => {
    const ids: string[] = []
    for (let index = 0; index < 7; index++) ids.push((await upload(`${index}.txt`)).id)
    const names = async (pages: AsyncIterable<{ filename: string }>) => {
      let text = ''
      for await (const { filename } of pages) text += filename[0]
      return text
    }
    expect(await names(openai.files.list({ limit: 3 }))).toBe('6543210')
    expect(await names(openai.files.list({ limit: 2, order: 'asc' }))).toBe('0123456')
    expect(await names(anthropic.beta.files.list({ limit: 3 }))).toBe('6543210')
    expect(await names(anthropic.beta.files.list({ scope_id: 'sesn_1' }))).toBe('')
    const older = await send(`/v1/files?after_id=${ids[3]}`, {
      headers: { 'anthropic-version': '2023-06-01' },
    })
    expect(await older.json()).toMatchObject({
      has_more: false,
      data: [{ filename: '2.txt' }, {}, {}],
    })
    const newer = await send(`/anthropic/v1/files?limit=2&before_id=${ids[3]}`)
    expect(await newer.json()).toMatchObject({
      has_more: true,
      data: [{ filename: '5.txt' }, { filename: '4.txt' }],
    })
    for (const id of ids) await openai.files.delete(id)
  })

  it('are uploaded in parts by the openai SDK, in any order and of any size', async () => {
    const content = randomBytes(11 * MEGABYTE + 5)
    const cuts = [0, 5, 6 * MEGABYTE, 6 * MEGABYTE + 10, content.length]
    const { id } = await openai.uploads.create({
      filename: 'large.bin',
      purpose: 'fine-tune',
      bytes: content.length,
      mime_type: 'application/octet-stream',
    })
    const pieces = cuts.slice(1).map((end, index) => content.subarray(cuts[index], end))
    const parts = await Promise.all(
      pieces.map((piece) => openai.uploads.parts.create(id, { data: new File([piece], 'part') })),
    )
    const done = await openai.uploads.complete(id, {
      part_ids: parts.map((part) => part.id),
      md5: createHash('md5').update(content).digest('hex'),
    })
    expect(done).toMatchObject({ id, status: 'completed', file: { bytes: content.length } })
    const back = await (await openai.files.content(done.file!.id)).arrayBuffer()
    expect(Buffer.from(back).equals(content)).toBe(true)
    await expect(openai.uploads.cancel(id)).rejects.toMatchObject({ status: 400 })
    await openai.files.delete(done.file!.id)

    const second = await openai.uploads.create({
      filename: 'b.txt',
      purpose: 'batch',
      bytes: 3,
      mime_type: 'text/plain',
    })
    expect(await openai.uploads.cancel(second.id)).toMatchObject({ status: 'cancelled' })
  })

  it('are read in ranges, and not again by those who have them', async () => {
    const { id } = await upload('ten.txt', '0123456789')
    const path = `/v1/files/${id}/content`
    const part = await send(path, { headers: { range: 'bytes=2-4' } })
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
      206,
      '234',
      'bytes 2-4/10',
    ])
    const none = await send(path, { headers: { range: 'bytes=10-' } })
    expect([none.status, none.headers.get('content-range')]).toEqual([416, 'bytes */10'])
    const etag = part.headers.get('etag')!
    expect((await send(path, { headers: { 'if-none-match': etag } })).status).toBe(304)
    const stale = await send(path, { headers: { range: 'bytes=2-4', 'if-range': '"other"' } })
    expect([stale.status, await stale.text()]).toEqual([200, '0123456789'])
    const head = await send(path, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '10'])
    await openai.files.delete(id)
  })

  it('have names that no header and no path is broken by', async () => {
    const name = 'naïve "日本" 100% set-cookie: a.txt'
    const file = await upload(name, 'x')
    expect(file.filename).toBe(name)
    const { headers } = await openai.files.content(file.id)
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="na_ve ____ 100_ set-cookie: a.txt"; filename*=UTF-8''${encodeURIComponent(name)}`,
    )
    expect(headers.get('set-cookie')).toBeNull()
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    await openai.files.delete(file.id)
  })

  it('come as JSON too', async () => {
    const json = (body: object) =>
      send('/v1/files', {
        method: 'POST',
        body: JSON.stringify({ purpose: 'user_data', ...body }),
        headers: { 'content-type': 'application/json' },
      })
    const plain = await (await json({ file: btoa('words'), filename: 'a.txt' })).json()
    expect(plain).toMatchObject({ filename: 'a.txt', bytes: 5 })
    const url = await (await json({ file: 'data:text/csv;base64,YSxi' })).json()
    expect(url).toMatchObject({ filename: 'file', bytes: 3 })
    expect((await anthropic.beta.files.retrieveMetadata(url.id)).mime_type).toBe('text/csv')
    const again = await json({ file: `file-id:${plain.id}` })
    expect([again.status, (await again.json()).error.param]).toEqual([400, 'file'])
    for (const { id } of [plain, url]) await openai.files.delete(id)
  })

  it('stand in conversations by their ids', async () => {
    const { id } = await upload('people.csv', CSV)
    const pdf = await upload('a.pdf', '%PDF-1.7\n1 0 obj\n<<>>\nendobj\n')
    const answer = await openai.chat.completions.create({
      model: 'amazon.nova-lite-v1:0',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Who is oldest?' },
            { type: 'file', file: { file_id: pdf.id } },
            { type: 'file', file: { file_data: `file-id:${pdf.id}` } },
          ],
        },
      ],
      ...{ file_ids: [id, `file-id:${id}`] },
    })
    expect(answer.usage!.prompt_tokens).toBeGreaterThan(60)
    const missing = openai.chat.completions.create({
      model: 'amazon.nova-lite-v1:0',
      messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-none' } }] }],
    })
    await expect(missing).rejects.toMatchObject({
      status: 404,
      param: 'messages[0].content[0].file.file_id',
    })
    const counted = (file_id: string) =>
      anthropic.beta.messages.countTokens({
        model: 'anthropic.claude-sonnet-4-20250514-v1:0',
        messages: [
          { role: 'user', content: [{ type: 'document', source: { type: 'file', file_id } }] },
        ],
      })
    expect((await counted(pdf.id)).input_tokens).toBeGreaterThan(0)
    await expect(counted(`file_${'0'.repeat(32)}`)).rejects.toMatchObject({ status: 404 })
    for (const one of [id, pdf.id]) await openai.files.delete(one)
  })

  it('tell how they are kept', async () => {
    expect(await (await send('/v1/files/health')).json()).toEqual({
      status: 'healthy',
      service: 'files',
      s3_bucket_configured: store === 's3',
      aws_region: store === 's3' ? 'us-east-1' : null,
      credentials_valid: store === 's3' ? true : null,
    })
    expect((await fetch(`${server.url}/v1/files/health`)).status).toBe(401)
  })

  it('that are parts of an upload go past the server where S3 keeps them', async () => {
    const { id } = await openai.uploads.create({
      filename: 'a.txt',
      purpose: 'user_data' as 'batch',
      bytes: 5,
      mime_type: 'text/plain',
    })
    const asked = await send(`/v1/uploads/${id}/parts`, {
      method: 'POST',
      body: JSON.stringify({ presigned: true }),
      headers: { 'content-type': 'application/json' },
    })
    if (store === 'disk') {
      expect(asked.status).toBe(503)
      return
    }
    const part = await asked.json()
    const headers = part.upload_headers
    expect(headers).toEqual({ 'x-amz-server-side-encryption': 'AES256' })
    const put = await fetch(part.upload_url, { method: 'PUT', body: 'words', headers })
    expect(put.status).toBe(200)
    const { file } = await openai.uploads.complete(id, { part_ids: [part.id] })
    expect(await (await openai.files.content(file!.id)).text()).toBe('words')
    await openai.files.delete(file!.id)
  })
})
