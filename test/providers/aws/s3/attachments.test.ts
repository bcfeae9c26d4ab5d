import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApp } from '../../../../app/app.ts'
import { readConfig } from '../../../../app/config.ts'
import { s3Attachments } from '../../../../app/providers/aws/s3/attachments.ts'
import { openS3Server, type S3Server } from '../../../fakes/s3-server.ts'
import { createScriptedProvider, replyOf } from '../../../gateway/scripted-provider.ts'
import { stagedRuntime } from '../../../http/stage.ts'

let server: S3Server
beforeAll(async () => {
  server = await openS3Server()
  const put = (Key: string, Body: string, ContentType?: string) =>
    server.client.send(new PutObjectCommand({ Bucket: server.bucket, Key, Body, ContentType }))
  await put('reports/a b é.csv', 'a,b', 'text/csv')
  await put('files/contents/somebody', 'theirs')
})
afterAll(() => server.close())

const open = (env: Record<string, string>) => {
  const all = { ...server.env, ...env }
  return s3Attachments({ config: readConfig(all), runtime: { env: all } })
}
const options = (maxBytes = 1000) => ({
  maxBytes,
  timeout: 5000,
  signal: new AbortController().signal,
})
const accepting = { AWS_S3_BUCKET: '', AWS_S3_ACCEPTED_BUCKETS: 'other, outcrop-test' }

describe('attachments in S3', () => {
  it('are read from buckets that are accepted, with name and type', async () => {
    const { s3 } = open(accepting)
    const file = await s3!(`s3://${server.bucket}/reports/a b é.csv`, options())
    expect(file).toEqual({
      bytes: new Uint8Array(Buffer.from('a,b')),
      mediaType: 'text/csv',
      name: 'a b é.csv',
    })
  })

  it('are read from our own bucket, but never where the files of others are', async () => {
    const { s3 } = open({})
    expect((await s3!(`s3://${server.bucket}/reports/a b é.csv`, options())).bytes.length).toBe(3)
    await expect(
      s3!(`s3://${server.bucket}/files/contents/somebody`, options()),
    ).rejects.toMatchObject({ code: 'permission', reason: 'bucket_not_accepted' })
  })

  it.each(['tmp/../files/contents/somebody', './files/contents/somebody', '../outcrop-test/x'])(
    'are not reached by a detour: %s',
    async (key) => {
      const { s3, checkS3 } = open({})
      const refusal = { code: 'invalid-request' }
      await expect(s3!(`s3://${server.bucket}/${key}`, options())).rejects.toMatchObject(refusal)
      expect(() => checkS3!(`s3://${server.bucket}/${key}`)).toThrow('has no')
    },
  )

  it('are refused elsewhere, before anybody is asked', async () => {
    const { s3, checkS3 } = open({ ...accepting, AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' })
    const refusal = { code: 'permission' }
    await expect(s3!('s3://stranger/key', options())).rejects.toMatchObject(refusal)
    expect(() => checkS3!('s3://stranger/key')).toThrow('AWS_S3_ACCEPTED_BUCKETS')
    expect(() => checkS3!('s3://outcrop-test/key')).not.toThrow()
    for (const uri of [
      's3://',
      's3://b',
      's3://UPPER/key',
      's3://bucket/',
      'https://a/b',
      's3://a..b/',
    ]) {
      await expect(s3!(uri, options())).rejects.toMatchObject({ code: 'invalid-request' })
    }
  })

  it('are refused when they are too large, or not there', async () => {
    const { s3 } = open(accepting)
    await expect(s3!(`s3://${server.bucket}/reports/a b é.csv`, options(2))).rejects.toMatchObject({
      code: 'too-large',
    })
    await expect(s3!(`s3://${server.bucket}/nothing`, options())).rejects.toMatchObject({
      code: 'invalid-request',
    })
  })

  it('are not looked at for a minute after S3 was not reached', async () => {
    let knocks = 0
    const broken = createServer((socket) => {
      knocks += 1
      socket.destroy()
    })
    await once(broken.listen(0, '127.0.0.1'), 'listening')
    const { port } = broken.address() as AddressInfo
    const { beginningInS3 } = open({
      ...accepting,
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
    })
    const uri = `s3://${server.bucket}/reports/a.pdf`
    expect(await beginningInS3!(uri, options())).toBeUndefined()
    const knocked = knocks
    expect(knocked).toBeGreaterThan(0)
    expect(await beginningInS3!(uri, options())).toBeUndefined()
    expect(knocks).toBe(knocked)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
    expect(await beginningInS3!(uri, options())).toBeUndefined()
    vi.useRealTimers()
    expect(knocks).toBeGreaterThan(knocked)
    broken.close()
  })

  it('are put there where a model shall read them', async () => {
    const { stage } = open({ AWS_S3_TMP_PREFIX: 'once/' })
    const uri = await stage!({ bytes: new Uint8Array([1, 2, 3]) }, options())
    expect(uri).toMatch(/^s3:\/\/outcrop-test\/once\/[0-9a-f-]{36}$/)
    const Key = uri.slice(`s3://${server.bucket}/`.length)
    const kept = await server.client.send(new GetObjectCommand({ Bucket: server.bucket, Key }))
    expect(await kept.Body!.transformToByteArray()).toEqual(new Uint8Array([1, 2, 3]))
    expect(open(accepting).stage).toBeUndefined()
    const regional = open({
      ...accepting,
      AWS_BEDROCK_REGIONS: 'eu-west-1',
      AWS_S3_REGIONAL_BUCKETS: '{"eu-west-1":"outcrop-test"}',
    })
    expect(await regional.stage!({ bytes: new Uint8Array(1) }, options())).toMatch(
      /^s3:\/\/outcrop-test\/tmp\//,
    )
  })
})

describe('a model that reads from S3', () => {
  const send = async (uri: string, data?: string, filename?: string) => {
    const traits = { s3: ['document' as const, 'video' as const] }
    const scripted = createScriptedProvider({ reply: () => replyOf('seen'), traits })
    const { runtime } = stagedRuntime(server.env)
    const app = createApp(runtime, { providers: [scripted.provider] })
    const file = { ...(data ? { file_data: data } : { file_url: uri }), filename }
    const content = [{ type: 'file', file }]
    const response = await app.request('/v1/chat/completions', {
      method: 'POST',
      body: JSON.stringify({ model: 'scripted', messages: [{ role: 'user', content }] }),
    })
    return { status: response.status, asked: scripted.asked[0] }
  }
  const sourceOf = (asked: { turns: { parts: object[] }[] } | undefined) =>
    (asked?.turns[0]?.parts[0] as { source: object } | undefined)?.source

  it('is given addresses that callers may name, and no others', async () => {
    const uri = `s3://${server.bucket}/reports/a.pdf`
    const allowed = await send(uri)
    expect(allowed.status).toBe(200)
    expect(sourceOf(allowed.asked)).toEqual({ kind: 's3', uri })
    expect((await send('s3://stranger/a.pdf')).status).toBe(403)
    expect((await send(`s3://${server.bucket}/files/contents/somebody`)).status).toBe(403)
  })

  it('is told what lies where no name tells it', async () => {
    const put = (Key: string, Body: string) =>
      server.client.send(new PutObjectCommand({ Bucket: server.bucket, Key, Body }))
    await put('small', '%PDF-1.7\n')
    await put('large', `%PDF-1.7\n${' '.repeat(5_000_000)}`)
    const ask = async (key: string, filename?: string) => {
      const { status, asked } = await send(`s3://${server.bucket}/${key}`, undefined, filename)
      expect(status).toBe(200)
      return asked?.turns[0]?.parts[0]
    }
    const pdf = { type: 'document', mediaType: 'application/pdf' }
    expect(await ask('small')).toMatchObject({ ...pdf, source: { kind: 'base64' } })
    const large = { kind: 's3', uri: `s3://${server.bucket}/large` }
    expect(await ask('large')).toMatchObject({ ...pdf, source: large })
    const missing = { kind: 's3', uri: `s3://${server.bucket}/b.pdf` }
    expect(await ask('b.pdf')).toMatchObject({ ...pdf, name: 'b.pdf', source: missing })
    expect(await ask('large', 'a.csv')).toMatchObject({ ...pdf, name: 'a.csv', source: large })
  })

  it('is told what lies there by its content, whatever its name says', async () => {
    const put = (Key: string, Body: string) =>
      server.client.send(new PutObjectCommand({ Bucket: server.bucket, Key, Body }))
    await put('lie.mp4', `%PDF-1.7\n${' '.repeat(5000)}`)
    await put('page.pdf', '<!doctype html><html><body>No such file</body></html>')
    const told = await send(`s3://${server.bucket}/lie.mp4`)
    expect(told.asked?.turns[0]?.parts[0]).toMatchObject({
      type: 'document',
      mediaType: 'application/pdf',
      name: 'lie.mp4',
      source: { kind: 's3', uri: `s3://${server.bucket}/lie.mp4` },
    })
    expect((await send(`s3://${server.bucket}/page.pdf`)).status).toBe(400)
  })

  it('is given the address of what is too large for a request', async () => {
    const pdf = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(5_000_000, 32)])
    const { status, asked } = await send(
      '',
      `data:application/pdf;base64,${pdf.toString('base64')}`,
    )
    expect(status).toBe(200)
    expect(sourceOf(asked)).toEqual({
      kind: 's3',
      uri: expect.stringMatching(/^s3:\/\/outcrop-test\/tmp\//),
    })
  })

  it('is given the address of a stored file that is too large, and the bytes of a small one', async () => {
    const scripted = createScriptedProvider({
      reply: () => replyOf('seen'),
      traits: { s3: ['document' as const] },
    })
    const { runtime } = stagedRuntime(server.env)
    const app = createApp(runtime, { providers: [scripted.provider] })
    const ask = async (size: number) => {
      const form = new FormData()
      form.append('file', new File([`%PDF-1.7\n${' '.repeat(size)}`], 'a.pdf'))
      form.append('purpose', 'user_data')
      const { id } = await (await app.request('/v1/files', { method: 'POST', body: form })).json()
      const content = [{ type: 'file', file: { file_id: id } }]
      await app.request('/v1/chat/completions', {
        method: 'POST',
        body: JSON.stringify({ model: 'scripted', messages: [{ role: 'user', content }] }),
      })
      return scripted.asked.at(-1)!.turns[0]!.parts[0]
    }
    expect(await ask(6_000_000)).toMatchObject({
      type: 'document',
      name: 'a.pdf',
      mediaType: 'application/pdf',
      source: {
        kind: 's3',
        uri: expect.stringMatching(/^s3:\/\/outcrop-test\/files\/contents\/default\/[0-9a-f]{32}$/),
      },
    })
    expect(await ask(10)).toMatchObject({ source: { kind: 'base64' } })
  })
})
