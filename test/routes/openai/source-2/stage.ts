import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { createApp } from '../../../../app/app.ts'
import { createPinnedWebFetch } from '../../../../runtimes/calling/pinned-web-fetch.ts'
import { createUndiciTransport } from '../../../../runtimes/calling/undici-transport.ts'
import { type FakeBedrock, startFakeBedrock } from '../../../fakes/fake-bedrock.ts'
import { openS3Server, type S3Server } from '../../../fakes/s3-server.ts'
import { bodyOf, type Json } from '../../../features/stage.ts'
import { stagedRuntime } from '../../../http/stage.ts'

/** A red dot, the smallest picture there is. */
export const IMAGE_B64 =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=='

/** The beginning of an MP4 file, which is all that anybody looks at. */
export const VIDEO = Buffer.from('000000186674797069736f6d0000020069736f6d69736f32', 'hex')

/** What lies in the buckets of the examples. */
export const OBJECTS: Record<string, { body: string | Buffer; type: string }> = {
  'prompts/essay-topic.txt': { body: 'Write about the sea.', type: 'text/plain' },
  'video.mp4': { body: VIDEO, type: 'video/mp4' },
}

/** What lies on the web. */
const PAGES: Record<string, { body: string | Buffer; type: string }> = {
  '/prompt.txt': { body: 'A prompt of the web.', type: 'text/plain' },
  '/dot.png': { body: Buffer.from(IMAGE_B64, 'base64'), type: 'image/png' },
  '/clip.mp4': { body: VIDEO, type: 'video/mp4' },
  '/large.mp4': { body: Buffer.concat([VIDEO, Buffer.alloc(18_750_000)]), type: 'video/mp4' },
}

export interface Choice {
  index: number
  text: string
  finish_reason: string | null
}

/** Two gateways with the same files in S3: the embedded one, and one in front of a Bedrock of its own. */
export function useGateways() {
  const stand = {} as { fake: FakeBedrock; s3: S3Server; web: string }
  const web = createServer((request, response) => {
    const page = PAGES[request.url ?? '']
    response.writeHead(page ? 200 : 404, { 'content-type': page?.type ?? 'text/plain' })
    response.end(page?.body)
  })
  beforeAll(async () => {
    stand.fake = await startFakeBedrock()
    stand.s3 = await openS3Server()
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    stand.web = `http://files.test:${(web.address() as AddressInfo).port}`
    await stand.s3.client.send(new CreateBucketCommand({ Bucket: 'my-bucket' }))
    for (const [Key, { body, type }] of Object.entries(OBJECTS)) {
      const object = { Bucket: 'my-bucket', Key, Body: body, ContentType: type }
      await stand.s3.client.send(new PutObjectCommand(object))
    }
  }, 30_000)
  /** Calls of earlier tests. */
  let before = 0
  beforeEach(() => {
    before += stand.fake.requests.length
    stand.fake.forget()
    stand.fake.requests.length = 0
  })
  afterAll(async () => {
    web.close()
    await stand.fake.close()
    await stand.s3.close()
  })

  const open = (env: Record<string, string> = {}) => {
    const staged = stagedRuntime({
      AWS_ENDPOINT_URL: stand.fake.url,
      AWS_S3_ACCEPTED_BUCKETS: 'my-bucket',
      EMBEDDED_TOKENS_PER_SECOND: '0',
      INPUT_URLS: 'http',
      ...stand.s3.env,
      ...env,
    })
    const app = createApp({
      ...staged.runtime,
      transport: createUndiciTransport(),
      webFetch: (policy) =>
        createPinnedWebFetch({ ...policy, allowLoopback: true }, async (host) =>
          host === 'files.test' ? ['127.0.0.1'] : [],
        ),
    })
    const post = (path: string, body: object, headers: Record<string, string> = {}) =>
      app.request(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      })
    const upload = async (name: string, content: string | Buffer, type = 'text/plain') => {
      const form = new FormData()
      form.set('purpose', 'assistants')
      form.set('file', new File([new Uint8Array(Buffer.from(content))], name, { type }))
      const answer = await app.request('/v1/files', { method: 'POST', body: form })
      return ((await answer.json()) as { id: string }).id
    }
    return {
      log: staged.log,
      complete: (body: object, headers?: Record<string, string>) =>
        post('/v1/completions', body, headers),
      chat: (body: object) => post('/v1/chat/completions', body),
      upload,
    }
  }

  return Object.assign(stand, {
    /** Answers in the embedded provider's words. */
    embedded: (env: Record<string, string> = {}) => open({ PROVIDER: 'embedded', ...env }),
    /** Asks the fake AWS. */
    aws: (env: Record<string, string> = {}) => open({ PROVIDER: 'aws', ...env }),
    /** Resolves when this test has made so many calls. */
    arrived: (count: number) => stand.fake.waitForRequest(before + count),
    /** The bodies AWS got, without the gateway's labels, by the first words of each. */
    sent: () =>
      stand.fake.requests
        .map(bodyOf)
        .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  })
}

export const choicesOf = async (answer: Response): Promise<Choice[]> =>
  ((await answer.json()) as { choices: Choice[] }).choices

/** The error of an answer, with its status. */
export async function faultOf(answer: Response) {
  const { error } = (await answer.json()) as { error: Json }
  return { status: answer.status, ...error }
}

/** The messages of a body of Converse. */
export const messagesOf = (body: Json) => body['messages']
