import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { createApp } from '../../../../app/app.ts'
import { audioEncoding } from '../../../../runtimes/audio-encoding.ts'
import { http2Duplex } from '../../../../runtimes/calling/http2-duplex.ts'
import { createUndiciTransport } from '../../../../runtimes/calling/undici-transport.ts'
import { type FakeBedrock, startFakeBedrock } from '../../../fakes/fake-bedrock.ts'
import { type FakePolly, startFakePolly } from '../../../fakes/fake-polly.ts'
import { openS3Server, type S3Server } from '../../../fakes/s3-server.ts'
import { stagedRuntime } from '../../../http/stage.ts'

interface SpeechStage {
  bedrock: FakeBedrock
  polly: FakePolly
  s3: S3Server
}

/** A Polly, a Bedrock and an S3 for the tests of one file. */
export function useSpeech() {
  const stand = {} as SpeechStage
  beforeAll(async () => {
    stand.s3 = await openS3Server()
    stand.bedrock = await startFakeBedrock()
    stand.polly = await startFakePolly(stand.s3)
  })
  beforeEach(() => {
    const { manners, requests } = stand.polly
    requests.length = 0
    Object.assign(manners, { refusals: [], lookFaults: [], looks: 1 })
    delete manners.taken
    delete manners.language
    delete manners.speak
    delete manners.taskFails
    delete manners.voicePages
    stand.bedrock.forget()
  })
  afterAll(async () => {
    await stand.polly.close()
    await stand.bedrock.close()
    await stand.s3.close()
  })
  const envOf = (more: Record<string, string> = {}) => ({
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'S3RVER',
    AWS_SECRET_ACCESS_KEY: 'S3RVER',
    AWS_ENDPOINT_URL: stand.bedrock.url,
    AWS_ENDPOINT_URL_POLLY: stand.polly.url,
    AWS_ENDPOINT_URL_COMPREHEND: stand.polly.url,
    AWS_ENDPOINT_URL_S3: stand.s3.url,
    AWS_TRANSCRIBE_POLL_SECONDS: '0.005',
    FILES_DIR: 'memory',
    ...more,
  })
  /** The whole app, and OpenAI's own client for it. */
  const open = (more: Record<string, string> = {}, brings: object = {}) => {
    const staged = stagedRuntime(envOf(more))
    const runtime = {
      ...staged.runtime,
      instance: 'here:1',
      transport: createUndiciTransport(),
      audioEncoding,
      duplex: http2Duplex,
      ...brings,
    }
    const app = createApp(runtime)
    const openai = new OpenAI({
      apiKey: 'sk',
      baseURL: 'http://app/v1',
      maxRetries: 0,
      fetch: async (url, init) => app.request(String(url), init as RequestInit),
    })
    const ask = (body: object) =>
      app.request('/v1/audio/speech', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'tts-1', voice: 'alloy', input: 'Hello.', ...body }),
      })
    return { app, openai, ask, ...staged }
  }
  return Object.assign(stand, { open, envOf })
}

/** What lies in the bucket. */
export async function keysIn({ client, bucket }: S3Server): Promise<string[]> {
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3')
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
  return Contents.map(({ Key = '' }) => Key)
}
