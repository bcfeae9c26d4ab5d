import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../../../app/config.ts'
import { createS3ObjectStore } from '../../../../app/providers/aws/s3/object-store.ts'
import { objectStoreContract } from '../../../contracts/object-store.ts'
import { openS3Server, type S3Server } from '../../../fakes/s3-server.ts'

let server: S3Server
let plain: S3Server
beforeAll(async () => {
  server = await openS3Server()
  plain = await openS3Server({ copiesParts: false })
})
afterAll(async () => {
  await server.close()
  await plain.close()
})

const ENCRYPTED = {
  'x-amz-server-side-encryption': 'aws:kms',
  'x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:us-east-1:1:key/k',
}

const storeOn = ({ env, bucket }: S3Server, more: Record<string, string> = {}) => {
  const all = { ...env, ...more }
  return createS3ObjectStore({ config: readConfig(all), runtime: { env: all } }, bucket)
}

objectStoreContract('S3', async () => {
  await server.empty()
  return storeOn(server)
})

objectStoreContract('a stand-in that copies no parts', async () => {
  await plain.empty()
  return storeOn(plain)
})

describe('S3', () => {
  it('is not taken for empty where something else answers for it', async () => {
    const portal = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end('<html><head><title>Sign in</title></head><body>Welcome</body></html>')
    })
    await new Promise<void>((resolve) => {
      portal.listen(0, '127.0.0.1', resolve)
    })
    try {
      const url = `http://127.0.0.1:${(portal.address() as AddressInfo).port}`
      const store = storeOn(server, { AWS_ENDPOINT_URL: url, AWS_ENDPOINT_URL_S3: url })
      await expect(store.list('')).rejects.toMatchObject({
        code: 'upstream',
        cause: { message: 'What answered the listing is not S3.' },
      })
    } finally {
      portal.close()
    }
  })

  it('gives URLs by which one object is written and read', async () => {
    const store = storeOn(server)
    const put = await store.presign!('a/b c é', { method: 'PUT', seconds: 60 })
    expect((await fetch(put, { method: 'PUT', body: 'by URL' })).status).toBe(200)
    expect(await new Response(await store.get('a/b c é')).text()).toBe('by URL')
    const get = await store.presign!('a/b c é', { method: 'GET', seconds: 60 })
    expect(await (await fetch(get)).text()).toBe('by URL')
    expect(new URL(get).searchParams.get('X-Amz-Expires')).toBe('60')
    const told = { type: 'text/x-told', disposition: `attachment; filename="a b.txt"` }
    const named = await fetch(
      await store.presign!('a/b c é', { method: 'GET', seconds: 60, ...told }),
    )
    expect([named.status, await named.text()]).toEqual([200, 'by URL'])
    expect(named.headers.get('content-type')).toBe(told.type)
    expect(named.headers.get('content-disposition')).toBe(told.disposition)
  })

  it('keeps everything below its prefix, and says where', async () => {
    const store = storeOn(server, { AWS_S3_FILES_PREFIX: 'deep/down/' })
    await store.put('x', new Uint8Array(1))
    expect(store.address!('x')).toBe(`s3://${server.bucket}/deep/down/x`)
    expect(await store.list('')).toMatchObject([{ key: 'x' }])
  })

  it('signs URLs for the bucket’s own host where no endpoint is configured', async () => {
    const env = { ...server.env, AWS_ENDPOINT_URL_S3: '', AWS_REGION: 'eu-west-1' }
    const make = (bucket: string, more: Record<string, string> = {}) => {
      const config = readConfig({ ...env, ...more })
      return createS3ObjectStore({ config, runtime: { env } }, bucket)
    }
    const host = async (bucket: string, more: Record<string, string> = {}) => {
      const url = await make(bucket, more).presign!('k', { method: 'GET', seconds: 1 })
      return url.split('?')[0]
    }
    expect(await host('plain')).toBe('https://plain.s3.eu-west-1.amazonaws.com/files/k')
    expect(await host('with.dots')).toBe('https://s3.eu-west-1.amazonaws.com/with.dots/files/k')
    expect(await host('plain', { AWS_S3_ACCELERATE: 'true' })).toBe(
      'https://plain.s3-accelerate.amazonaws.com/files/k',
    )
    for (const [AWS_REGION, suffix] of [
      ['cn-north-1', 'amazonaws.com.cn'],
      ['eusc-de-east-1', 'amazonaws.eu'],
      ['us-gov-west-1', 'amazonaws.com'],
    ] as const) {
      const url = `https://plain.s3.${AWS_REGION}.${suffix}/files/k`
      expect(await host('plain', { AWS_REGION })).toBe(url)
    }
  })

  it('says that the store cannot be reached, and tells the log why', async () => {
    const store = storeOn(server, { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' })
    await expect(store.list('')).rejects.toMatchObject({ code: 'upstream', status: 502 })
    const wrong = createS3ObjectStore(
      { config: readConfig(server.env), runtime: { env: server.env } },
      'no-such-bucket',
    )
    await expect(wrong.list('')).rejects.toMatchObject({ code: 'upstream' })
  })

  it('asks for the encryption that is configured', async () => {
    const asked: [string, Record<string, string | string[] | undefined>][] = []
    const { createServer } = await import('node:http')
    const opened =
      '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>'
    const listener = createServer((request, response) => {
      const { method, url = '' } = request
      asked.push([`${method} ${url.split('=')[0]}`, request.headers])
      request.resume().on('end', () => response.end(method === 'POST' ? opened : ''))
    })
    await new Promise<void>((resolve) => {
      listener.listen(0, '127.0.0.1', resolve)
    })
    const { port } = listener.address() as { port: number }
    const store = storeOn(server, {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_S3_SSE_KMS_KEY_ID: 'arn:aws:kms:us-east-1:1:key/k',
    })
    await store.put('a', new Uint8Array(3))
    await store.put('b', new Blob([new Uint8Array(7 * 1024 * 1024)]).stream())
    await store.join('c', [{ key: 'a', size: 3, modified: 0 }]).catch(() => {})
    listener.closeAllConnections()
    listener.close()
    const encrypted = asked.filter(([, headers]) => 'x-amz-server-side-encryption' in headers)
    expect(encrypted.map(([what]) => what)).toEqual([
      `PUT /${server.bucket}/files/a?x-id`,
      `POST /${server.bucket}/files/b?uploads`,
      `POST /${server.bucket}/files/c?uploads`,
    ])
    for (const [, headers] of encrypted) expect(headers).toMatchObject(ENCRYPTED)
  })

  it('signs the encryption into the URLs that write, and says what to send', async () => {
    const store = storeOn(server, { AWS_S3_SSE: 'aws:kms:dsse', AWS_S3_SSE_KMS_KEY_ID: 'k' })
    const headers = store.writeHeaders!
    expect(headers).toEqual({
      'x-amz-server-side-encryption': 'aws:kms:dsse',
      'x-amz-server-side-encryption-aws-kms-key-id': 'k',
    })
    const url = new URL(await store.presign!('sealed', { method: 'PUT', seconds: 60 }))
    // The stand-in looks at no signature, so AWS's own signer does.
    expect(url.searchParams.get('X-Amz-Signature')).toBe(await signatureOf(url, headers))
    expect(url.searchParams.get('X-Amz-Signature')).not.toBe(await signatureOf(url, {}))
    expect((await fetch(url, { method: 'PUT', body: 'x', headers })).status).toBe(200)
    const get = await store.presign!('sealed', { method: 'GET', seconds: 60 })
    expect(await (await fetch(get)).text()).toBe('x')
    expect(storeOn(server).writeHeaders).toBeUndefined()
  })
})

/** The signature AWS's own signer gives a PUT to this URL with these headers, made at the same time. */
async function signatureOf(url: URL, headers: Record<string, string>) {
  const time = url.searchParams.get('X-Amz-Date')!
  const signer = new SignatureV4({
    service: 's3',
    region: 'us-east-1',
    sha256: Sha256,
    applyChecksum: false,
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    uriEscapePath: false,
  })
  const { host, pathname: path, protocol, hostname } = url
  const request = { method: 'PUT', protocol, hostname, path, query: {} }
  const body = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
  const { query } = await signer.presign(
    { ...request, headers: { host, ...headers, ...body } },
    {
      expiresIn: 60,
      signingDate: new Date(time.replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5')),
      unhoistableHeaders: new Set(Object.keys({ ...headers, ...body })),
      unsignableHeaders: new Set(Object.keys(body)),
    },
  )
  return query?.['X-Amz-Signature']
}
