import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fakeR2Bucket } from './r2-bucket.ts'

/** What a binding asks of R2, as workerd writes it (workerd, r2-api.capnp). Numbers of 64 bits come as text. */
interface Asked {
  method: string
  object?: string
  range?: { offset?: string; length?: string }
  onlyIf?: { etagDoesNotMatch?: { type: string }[] }
  limit?: number
  prefix?: string
  cursor?: string
  startAfter?: string
  uploadId?: string
  partNumber?: number
  parts?: { etag: string; part: number }[]
}

interface Told {
  metadata: unknown
  body?: Uint8Array
}

type Bucket = ReturnType<typeof fakeR2Bucket>
type Upload = Awaited<ReturnType<Bucket['createMultipartUpload']>>
type Found = NonNullable<Awaited<ReturnType<Bucket['head']>>>

/** R2's codes of errors that a binding makes `null` of. */
const NO_OBJECT = { status: 404, v4code: 10_007 }
const CONDITION_FAILED = { status: 412, v4code: 10_031 }
const FAULT = { status: 500, v4code: 10_001 }

class Refusal extends Error {
  readonly what: typeof NO_OBJECT
  constructor(what: typeof NO_OBJECT, message = 'refused') {
    super(message)
    this.what = what
  }
}

const described = ({ key, size, uploaded }: Found) => ({
  name: key,
  version: '1',
  size: String(size),
  etag: 'e',
  uploaded: String(uploaded.getTime()),
})

/** The service that an R2 binding of workerd talks to, over the bucket in memory. */
export async function startR2Service(page: number) {
  let bucket = fakeR2Bucket({ page })
  const uploads = new Map<string, Upload>()

  const answer = async (asked: Asked, value: Uint8Array): Promise<Told> => {
    const key = asked.object ?? ''
    const upload = () => uploads.get(asked.uploadId ?? '')!
    switch (asked.method) {
      case 'head':
        return { metadata: described(await found(bucket, key)) }
      case 'get': {
        const metadata = described(await found(bucket, key))
        const { offset, length } = asked.range ?? {}
        const range = { offset: Number(offset ?? 0), length: Number(length ?? metadata.size) }
        const body = await new Response((await bucket.get(key, { range }))!.body).bytes()
        return { metadata, body }
      }
      case 'put': {
        const isNew = asked.onlyIf?.etagDoesNotMatch?.[0]?.type === 'wildcard'
        const put = await bucket.put(key, value, isNew ? ONLY_NEW : undefined)
        if (!put) throw new Refusal(CONDITION_FAILED)
        return { metadata: described(put) }
      }
      case 'delete':
        await bucket.delete(key)
        return { metadata: {} }
      case 'list': {
        const { prefix = '', limit = 1000, cursor, startAfter } = asked
        const listed = await bucket.list({ prefix, limit, cursor, startAfter })
        return {
          metadata: { ...listed, objects: listed.objects.map(described), delimitedPrefixes: [] },
        }
      }
      case 'createMultipartUpload': {
        const uploadId = String(uploads.size + 1)
        uploads.set(uploadId, await bucket.createMultipartUpload(key))
        return { metadata: { uploadId } }
      }
      case 'uploadPart':
        await upload().uploadPart(asked.partNumber!, value)
        return { metadata: { etag: `part-${asked.partNumber}` } }
      case 'completeMultipartUpload': {
        const parts = asked.parts!.map(({ part }) => ({ partNumber: part }))
        return { metadata: described(await upload().complete(parts)) }
      }
      case 'abortMultipartUpload':
        await upload().abort()
        return { metadata: {} }
      default:
        throw new Refusal(FAULT, `no method ${asked.method}`)
    }
  }

  const server = createServer(async (incoming, response) => {
    try {
      const { asked, value } = await read(incoming)
      const { metadata, body } = await answer(asked, value)
      const head = Buffer.from(JSON.stringify(metadata))
      response.writeHead(200, { 'cf-r2-metadata-size': head.length })
      response.end(body ? Buffer.concat([head, body]) : head)
    } catch (thrown) {
      const { what = FAULT, message } = thrown as Partial<Refusal> & Error
      const error = JSON.stringify({ version: 1, v4code: what.v4code, message })
      response.writeHead(what.status, { 'cf-r2-error': error }).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    address: `127.0.0.1:${port}`,
    /** An empty bucket again. */
    empty() {
      bucket = fakeR2Bucket({ page })
    },
    close: () => server.close(),
  }
}

const ONLY_NEW = { onlyIf: { etagDoesNotMatch: '*' } }

async function found(bucket: Bucket, key: string): Promise<Found> {
  const object = await bucket.head(key)
  if (!object) throw new Refusal(NO_OBJECT)
  return object
}

/** What only asks has its words in a header, what writes has them in front of the value. */
async function read(incoming: IncomingMessage): Promise<{ asked: Asked; value: Uint8Array }> {
  const pieces: Buffer[] = []
  for await (const piece of incoming) pieces.push(piece)
  const whole = Buffer.concat(pieces)
  const { 'cf-r2-request': words, 'cf-r2-metadata-size': size } = incoming.headers
  // Node reads headers as Latin-1.
  const text = typeof words === 'string' && Buffer.from(words, 'latin1').toString()
  if (text) return { asked: JSON.parse(text), value: whole }
  const length = Number(size)
  return {
    asked: JSON.parse(whole.subarray(0, length).toString()),
    value: whole.subarray(length),
  }
}
