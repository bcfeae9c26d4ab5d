import { mkdtempSync, rmSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import S3rver from 's3rver'

export interface S3Server {
  url: string
  bucket: string
  client: S3Client
  /** What Outcrop needs to know to keep its files there. */
  env: Record<string, string>
  /** The tags of every object that was written with any. */
  tagged: string[]
  /** Removes every object of the bucket. */
  empty(): Promise<void>
  close(): Promise<void>
}

interface S3ServerOptions {
  /** Whether parts can be copied within it; s3rver itself cannot, as other stand-ins. */
  copiesParts?: boolean
}

const KEY = 'S3RVER'

/**
 * s3rver encrypts the tokens of its listings with DES, which OpenSSL 3 no longer has. Triple DES with one
 * key is the same.
 */
function bringDesBack(): void {
  const crypto = createRequire(import.meta.url)('node:crypto') as typeof import('node:crypto')
  for (const name of ['createCipheriv', 'createDecipheriv'] as const) {
    const original = crypto[name] as (...parameters: unknown[]) => never
    const withDes = (cipher: string, key: Buffer, iv: Buffer) =>
      cipher === 'des'
        ? original('des-ede3-cbc', Buffer.concat([key, key, key]), iv)
        : original(cipher, key, iv)
    Object.assign(crypto, { [name]: withDes })
  }
}

/** As much of s3rver's store as `holdUntilWritten` looks at. */
interface Store {
  getResourcePath(bucket: string, key: string | undefined, resource: string): string
  putObject(object: { bucket: string; key: string }): Promise<{ size: number }>
  putPart(bucket: string, upload: string, part: number, content: unknown): Promise<{ size: number }>
}

/** s3rver answers when it has heard all of an object, perhaps before its file holds that: whoever reads then gets less. */
function holdUntilWritten(): void {
  const path = 's3rver/lib/stores/filesystem'
  const { prototype } = createRequire(import.meta.url)(path) as { prototype: Store }
  const { putObject, putPart } = prototype
  const holds = async (file: string, size: number) => {
    while ((await stat(file)).size !== size);
  }
  prototype.putObject = async function (object) {
    const written = await putObject.call(this, object)
    await holds(this.getResourcePath(object.bucket, object.key, 'object'), written.size)
    return written
  }
  prototype.putPart = async function (bucket, upload, part, content) {
    const written = await putPart.call(this, bucket, upload, part, content)
    const uploads = this.getResourcePath(bucket, undefined, 'uploads')
    await holds(join(uploads, upload, String(part)), written.size)
    return written
  }
}
holdUntilWritten()

/** A real S3 server over HTTP (s3rver), with one bucket. */
export async function openS3Server({
  copiesParts = true,
}: S3ServerOptions = {}): Promise<S3Server> {
  bringDesBack()
  const bucket = 'outcrop-test'
  const folder = mkdtempSync(join(tmpdir(), 'outcrop-s3-'))
  const server = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory: folder })
  const { port } = (await server.run()) as AddressInfo
  const inner = clientOf(`http://127.0.0.1:${port}`)
  const tagged: string[] = []
  const front = createServer((asked, answer) => {
    const tags = asked.headers['x-amz-tagging']
    if (tags) tagged.push(String(tags))
    if (copiesParts && asked.headers['x-amz-copy-source'] && asked.url!.includes('partNumber=')) {
      void copyPart(inner, asked, answer)
    } else pass(port, asked, answer)
  })
  await new Promise<void>((resolve) => {
    front.listen(0, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`
  const client = clientOf(url)
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  return {
    url,
    bucket,
    client,
    tagged,
    env: {
      AWS_ENDPOINT_URL_S3: url,
      AWS_S3_BUCKET: bucket,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: KEY,
      AWS_SECRET_ACCESS_KEY: KEY,
    },
    async empty() {
      for (;;) {
        const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
        if (Contents.length === 0) return
        for (const { Key } of Contents) {
          await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }))
        }
      }
    },
    async close() {
      front.closeAllConnections()
      front.close()
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const clientOf = (endpoint: string) =>
  new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: KEY, secretAccessKey: KEY },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })

/** Everything as it is; the host it was signed for stays. */
function pass(port: number, asked: IncomingMessage, answer: ServerResponse): void {
  const { method, url, headers } = asked
  const onward = request({ port, host: '127.0.0.1', method, path: url, headers }, (response) => {
    answer.writeHead(response.statusCode!, response.rawHeaders)
    response.pipe(answer)
  })
  onward.on('error', () => answer.destroy())
  answer.on('close', () => onward.destroy())
  asked.pipe(onward)
}

/** UploadPartCopy by the two calls it stands for. */
async function copyPart(
  client: S3Client,
  asked: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const source = decodeURIComponent(String(asked.headers['x-amz-copy-source'])).replace(/^\//, '')
  const { pathname, searchParams } = new URL(asked.url!, 'http://s3')
  const [, bucket, ...key] = decodeURIComponent(pathname).split('/')
  const slash = source.indexOf('/')
  try {
    const { Body } = await client.send(
      new GetObjectCommand({
        Bucket: source.slice(0, slash),
        Key: source.slice(slash + 1),
        Range: asked.headers['x-amz-copy-source-range'] as string | undefined,
      }),
    )
    const { ETag } = await client.send(
      new UploadPartCommand({
        Bucket: bucket,
        Key: key.join('/'),
        UploadId: searchParams.get('uploadId')!,
        PartNumber: Number(searchParams.get('partNumber')),
        Body: await Body!.transformToByteArray(),
      }),
    )
    answer.writeHead(200, { 'content-type': 'application/xml' })
    answer.end(
      `<?xml version="1.0"?><CopyPartResult><ETag>${ETag}</ETag><LastModified>${new Date().toISOString()}</LastModified></CopyPartResult>`,
    )
  } catch (thrown) {
    const { name, message } = thrown as Error
    const status = name === 'NoSuchKey' ? 404 : 500
    answer.writeHead(status, { 'content-type': 'application/xml' })
    answer.end(
      `<?xml version="1.0"?><Error><Code>${name}</Code><Message>${message}</Message></Error>`,
    )
  }
}
