import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Script } from '../../../fakes/fake-bedrock.ts'
import { openS3Server, type S3Server } from '../../../fakes/s3-server.ts'
import { post, vectorsIn } from '../../../features/embedding-stage.ts'
import { ignoredBy, type Json, useFakeBedrock } from '../../../features/stage.ts'

const bedrock = useFakeBedrock()
let s3: S3Server
beforeAll(async () => {
  s3 = await openS3Server()
})
beforeEach(() => s3.empty())
afterAll(() => s3.close())

const MP4 = Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isomiso2', 'latin1').toString('base64')
const mp4 = `data:video/mp4;base64,${MP4}`
const MARENGO = 'twelvelabs.marengo-embed-3-0-v1:0'
const NOVA = 'amazon.nova-2-multimodal-embeddings-v1:0'
const ARN = 'arn:aws:bedrock:us-east-1:123456789012:async-invoke/abcdefghijkl'

const env = () => ({ ...s3.env, AWS_BEDROCK_JOB_POLL_SECONDS: '0.005' })

const segmented = { model: NOVA, segmentationConfig: { durationSeconds: 5 } }

const started: Script = { body: { invocationArn: ARN } }
const running: Script = { body: { status: 'InProgress' } }
const failed: Script = { body: { status: 'Failed', failureMessage: 'Unreadable video.' } }

interface StartRequest {
  modelId: string
  modelInput: Json
  outputDataConfig: { s3OutputDataConfig: { s3Uri: string } }
  clientRequestToken: string
  tags: { key: string; value: string }[]
}

/** Writes what the job would, where it was told to, and gives the answer that says so. */
async function writes(start: StartRequest, files: Record<string, string>): Promise<Script> {
  const s3Uri = `${start.outputDataConfig.s3OutputDataConfig.s3Uri}/abcdefghijkl`
  const folder = s3Uri.slice(`s3://${s3.bucket}/`.length)
  for (const [name, Body] of Object.entries({ 'manifest.json': '{}', ...files })) {
    await s3.client.send(
      new PutObjectCommand({ Bucket: s3.bucket, Key: `${folder}/${name}`, Body }),
    )
  }
  return { body: { status: 'Completed', outputDataConfig: { s3OutputDataConfig: { s3Uri } } } }
}

async function keys(): Promise<string[]> {
  const command = new ListObjectsV2Command({ Bucket: s3.bucket })
  const { Contents = [] } = await s3.client.send(command)
  return Contents.map(({ Key }) => Key!)
}

const patient = { timeout: 20_000 }

/** Until nothing is left in the bucket. */
const emptied = () => vi.waitUntil(async () => (await keys()).length === 0, patient)

/** Answers every look at the job as told, until told otherwise. */
async function whileRunning(asking: Promise<unknown>, files: Record<string, string>) {
  await requests(2)
  const start = bedrock.fake.requests[0]!.json as StartRequest
  const done = await writes(start, files)
  bedrock.fake.forget()
  bedrock.fake.script(done)
  await asking
  return start
}

/** Until AWS was asked so often; `waitForRequest` counts over all tests. */
const requests = (count: number) =>
  vi.waitUntil(() => bedrock.fake.requests.length >= count, patient)

const clip = (seed: number, more: Json) => ({ embedding: [seed, 0], ...more })

describe('what is embedded over S3', () => {
  it('runs a job for a video, tagged, and clears up behind it', async () => {
    bedrock.fake.script(started)
    bedrock.fake.script(running)
    const { app } = bedrock.open(env())
    const asking = post(app, '/v1/embeddings', {
      model: MARENGO,
      input: [mp4],
      user: 'me & you',
      startSec: 2,
    })
    const output = {
      data: [
        clip(1, { embeddingOption: 'visual', embeddingScope: 'clip', startSec: 0, endSec: 6 }),
        clip(2, { embeddingOption: 'visual', embeddingScope: 'clip', startSec: 6, endSec: 9 }),
        clip(3, { embeddingOption: 'visual', embeddingScope: 'asset', startSec: 0, endSec: 9 }),
      ],
    }
    const start = await whileRunning(asking, { 'output.json': JSON.stringify(output) })
    const { status, json, headers } = await asking
    expect(status).toBe(200)
    expect(start).toMatchObject({
      modelId: MARENGO,
      modelInput: {
        inputType: 'video',
        video: {
          mediaSource: { base64String: MP4 },
          embeddingScope: ['clip', 'asset'],
          startSec: 2,
        },
      },
    })
    const { s3Uri } = start.outputDataConfig.s3OutputDataConfig
    expect(s3Uri).toMatch(new RegExp(`^s3://${s3.bucket}/tmp/[0-9a-f-]{36}$`))
    const tags = Object.fromEntries(start.tags.map(({ key, value }) => [key, value]))
    expect(tags).toMatchObject({ request_id: headers.get('x-request-id'), user_id: 'me _ you' })
    expect(bedrock.fake.requests[1]!.path).toBe(`/async-invoke/${encodeURIComponent(ARN)}`)
    expect(vectorsIn(json)).toEqual([[3, 0]])
    const [{ segments }] = json['data'] as [{ segments: Json[] }]
    expect(segments[1]).toEqual({
      embedding: [2, 0],
      embedding_option: 'visual',
      embedding_scope: 'clip',
      start_sec: 6,
      end_sec: 9,
    })
    await emptied()
  })

  it('gives the mean of the clips where the model tells nothing of the whole', async () => {
    bedrock.fake.script(started)
    bedrock.fake.script(running)
    const { app } = bedrock.open(env())
    const model = 'twelvelabs.marengo-embed-2-7-v1:0'
    bedrock.fake.catalogue({ models: [{ modelId: model, outputModalities: ['EMBEDDING'] }] })
    const asking = post(app, '/v1/embeddings', { model, input: mp4 })
    const output = JSON.stringify({ data: [{ embedding: [1, 0] }, { embedding: [0, 1] }] })
    const start = await whileRunning(asking, { 'output.json': output })
    expect(start.modelInput).toEqual({ inputType: 'video', mediaSource: { base64String: MP4 } })
    const half = Math.fround(Math.SQRT1_2)
    expect(vectorsIn((await asking).json)).toEqual([[half, half]])
  })

  it('reads the files of a job of Nova, whose segments were asked for', async () => {
    bedrock.fake.script(started)
    bedrock.fake.script(running)
    const { app } = bedrock.open({ ...env(), AWS_S3_ACCEPTED_BUCKETS: 'theirs' })
    const segmentationConfig = { durationSeconds: 10 }
    const asking = post(app, '/v1/embeddings', {
      model: NOVA,
      input: 's3://theirs/film.mp4',
      segmentationConfig,
      dimensions: 256,
    })
    const line = (segmentIndex: number, embedding: number[]) =>
      JSON.stringify({ embedding, segmentMetadata: { segmentIndex }, status: 'SUCCESS' })
    const start = await whileRunning(asking, {
      'segmented-embedding-result.json': '{}',
      'embedding-video.jsonl': `${line(0, [1, 0])}\n${line(1, [1, 0])}\n`,
    })
    expect(start.modelInput).toEqual({
      taskType: 'SEGMENTED_EMBEDDING',
      segmentedEmbeddingParams: {
        embeddingPurpose: 'GENERIC_INDEX',
        embeddingDimension: 256,
        video: {
          format: 'mp4',
          source: { s3Location: { uri: 's3://theirs/film.mp4' } },
          embeddingMode: 'AUDIO_VIDEO_COMBINED',
          segmentationConfig,
        },
      },
    })
    const { json } = await asking
    expect(vectorsIn(json)).toEqual([[1, 0]])
    const [{ segments }] = json['data'] as [{ segments: Json[] }]
    expect(segments).toEqual([
      { embedding: [1, 0], segment_index: 0 },
      { embedding: [1, 0], segment_index: 1 },
    ])
  })

  it.each([
    [
      'a video',
      mp4,
      'video',
      { format: 'mp4', embeddingMode: 'AUDIO_VIDEO_COMBINED' },
      'video/mp4',
    ],
    ['a text', 'A long story.', 'text', { truncationMode: 'NONE' }, 'text/plain; charset=utf-8'],
  ])('lays %s where a job of Nova reads it, until that has ended', async (...row) => {
    const [, input, kind, beside, type] = row
    bedrock.fake.script(started)
    bedrock.fake.script(running)
    const { app } = bedrock.open(env())
    const segmentationConfig = { maxLengthChars: 800 }
    const asking = post(app, '/v1/embeddings', { model: NOVA, input, segmentationConfig })
    await requests(2)
    const { modelInput } = bedrock.fake.requests[0]!.json as StartRequest
    const params = modelInput['segmentedEmbeddingParams'] as Json
    const { source, ...rest } = params[kind] as Json & { source: { s3Location: { uri: string } } }
    expect(rest).toEqual({ ...beside, segmentationConfig })
    const Key = source.s3Location.uri.slice(`s3://${s3.bucket}/`.length)
    const laid = await s3.client.send(new GetObjectCommand({ Bucket: s3.bucket, Key }))
    expect(laid.ContentType).toBe(type)
    const bytes = Buffer.from(await laid.Body!.transformToByteArray())
    expect(bytes).toEqual(kind === 'text' ? Buffer.from(input) : Buffer.from(MP4, 'base64'))
    const line = JSON.stringify({ embedding: [1, 0], segmentMetadata: { segmentIndex: 0 } })
    await whileRunning(asking, { [`embedding-${kind}.jsonl`]: line })
    expect(vectorsIn((await asking).json)).toEqual([[1, 0]])
    await emptied()
  })

  it('leaves nothing where a job of Nova could not be started', async () => {
    bedrock.fake.script({ status: 400, errorType: 'ValidationException', body: { message: 'No.' } })
    const { app } = bedrock.open(env())
    const segmentationConfig = { durationSeconds: 5 }
    const { status } = await post(app, '/v1/embeddings', {
      model: NOVA,
      input: mp4,
      segmentationConfig,
    })
    expect(status).toBe(400)
    await emptied()
  })

  it('lays a text that Nova does not read in a request beside it', async () => {
    bedrock.fake.script({ body: { embeddings: [{ embedding: [1, 0] }] } })
    const { app } = bedrock.open(env())
    const input = ['word '.repeat(1638), 'word '.repeat(1639)]
    const { status } = await post(app, '/v1/embeddings', { model: NOVA, input, truncate: 'end' })
    expect(status).toBe(200)
    const texts = bedrock.fake.requests.map(
      ({ json }) => ((json as Json)['singleEmbeddingParams'] as Json)['text'],
    )
    expect(texts).toContainEqual({ truncationMode: 'END', value: input[0] })
    expect(texts).toContainEqual({
      truncationMode: 'END',
      source: { s3Location: { uri: expect.stringMatching(`^s3://${s3.bucket}/tmp/`) } },
    })
    await emptied()
  })

  it('sends it all the same where there is no bucket', async () => {
    bedrock.fake.script({ body: { embeddings: [{ embedding: [1, 0] }] } })
    const { app } = bedrock.open({})
    const input = 'word '.repeat(1639)
    await post(app, '/v1/embeddings', { model: NOVA, input })
    expect(bedrock.fake.requests[0]!.json).toMatchObject({
      singleEmbeddingParams: { text: { value: input } },
    })
  })

  it("tells TwelveLabs' models whose bucket it is they read from", async () => {
    bedrock.fake.script(started)
    bedrock.fake.script(failed)
    const more = { AWS_S3_ACCEPTED_BUCKETS: 'theirs', AWS_ACCOUNT_ID: '210987654321' }
    const { app } = bedrock.open({ ...env(), ...more })
    await post(app, '/v1/embeddings', { model: MARENGO, input: 's3://theirs/film.mp4' })
    const { modelInput } = bedrock.fake.requests[0]!.json as StartRequest
    expect(modelInput['video']).toMatchObject({
      mediaSource: {
        s3Location: { uri: 's3://theirs/film.mp4', bucketOwner: '210987654321' },
      },
    })
  })

  it('says why a job failed, though AWS was too busy to say so at first', async () => {
    bedrock.fake.script(started)
    bedrock.fake.script({ status: 429, errorType: 'ThrottlingException', body: { message: 'no' } })
    bedrock.fake.script(failed)
    const { app } = bedrock.open(env())
    const { status, json } = await post(app, '/v1/embeddings', { model: MARENGO, input: mp4 })
    expect(status).toBe(502)
    expect((json['error'] as Json)['message']).toContain('Unreadable video.')
  })

  const line = (more: Json) => JSON.stringify({ segmentMetadata: {}, status: 'FAILURE', ...more })

  it.each<[string, Json, Record<string, string>, number, string]>([
    ['no vectors', {}, {}, 502, 'The job left no vectors.'],
    ['no JSON', {}, { 'output.json': '{"data":[' }, 502, 'could not be read'],
    ['no JSON of Nova', segmented, { 'embedding-video.jsonl': '{"emb' }, 502, 'could not be read'],
    [
      'failures alone',
      segmented,
      { 'embedding-video.jsonl': line({ message: 'Too short.' }) },
      400,
      'Nothing of the input could be embedded: Too short..',
    ],
  ])('tells of a job that left %s', async (_, body, files, status, message) => {
    bedrock.fake.script(started)
    bedrock.fake.script(running)
    const { app } = bedrock.open(env())
    const asking = post(app, '/v1/embeddings', { model: MARENGO, input: mp4, ...body })
    await whileRunning(asking, files)
    const { status: told, json } = await asking
    expect(told).toBe(status)
    expect((json['error'] as Json)['message']).toContain(message)
    await emptied()
  })

  it('takes the segments of Nova that could be embedded, on however many lines', async () => {
    bedrock.fake.script(started)
    bedrock.fake.script(running)
    const { app } = bedrock.open(env())
    const asking = post(app, '/v1/embeddings', { ...segmented, input: mp4 })
    const one = { embedding: [0, 1], segmentMetadata: { segmentIndex: 0 }, status: 'SUCCESS' }
    await whileRunning(asking, {
      'embedding-image.json': JSON.stringify(one, undefined, 2),
      'embedding-video.jsonl': line({ message: 'Too short.' }),
    })
    expect(vectorsIn((await asking).json)).toEqual([[0, 1]])
  })

  it('needs a bucket in the region of the model', async () => {
    const { app } = bedrock.open({ ...env(), AWS_BEDROCK_REGIONS: 'eu-west-1' })
    const { status, json } = await post(app, '/v1/embeddings', { model: MARENGO, input: mp4 })
    expect(status).toBe(503)
    expect((json['error'] as Json)['message']).toMatch(/eu-west-1.*AWS_S3_REGIONAL_BUCKETS/)
    expect(bedrock.fake.requests).toEqual([])
  })

  it('asks a region that has a bucket, whatever comes first', async () => {
    bedrock.fake.script(started)
    bedrock.fake.script(failed)
    const { app } = bedrock.open({
      ...env(),
      AWS_BEDROCK_REGIONS: 'eu-west-1,ap-northeast-2',
      AWS_S3_REGIONAL_BUCKETS: `{"ap-northeast-2": "${s3.bucket}"}`,
    })
    const { headers } = await post(app, '/v1/embeddings', { model: MARENGO, input: mp4 })
    expect(ignoredBy({ headers } as Response)).toEqual([])
    const { outputDataConfig } = bedrock.fake.requests[0]!.json as StartRequest
    expect(outputDataConfig.s3OutputDataConfig.s3Uri).toContain(`s3://${s3.bucket}/tmp/`)
  })
})

describe('a caller who leaves', () => {
  it('leaves nothing behind, though AWS cannot cancel a job', async () => {
    bedrock.fake.script(started)
    bedrock.fake.script(running)
    const server = await bedrock.serve(env())
    const leave = new AbortController()
    const asking = fetch(`http://127.0.0.1:${server.port}/v1/embeddings`, {
      method: 'POST',
      body: JSON.stringify({ model: MARENGO, input: mp4 }),
      signal: leave.signal,
    })
    await requests(2)
    leave.abort()
    await expect(asking).rejects.toThrow()
    const start = bedrock.fake.requests[0]!.json as StartRequest
    const done = await writes(start, { 'output.json': '{}' })
    expect(await keys()).toHaveLength(2)
    bedrock.fake.forget()
    bedrock.fake.script(done)
    await emptied()
    await server.stop()
  })

  it('has none begun, and nothing left of what was being laid for it', async () => {
    let leave = () => {}
    const seen: string[] = []
    const hasLeft = Promise.withResolvers<void>()
    const slow = createServer(async ({ method = '' }, response) => {
      seen.push(method)
      await hasLeft.promise
      response.end('<ListBucketResult/>')
    })
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`
    const own = { ...env(), AWS_ENDPOINT_URL_S3: url }
    const { app } = bedrock.open(own, {}, { onCallerLeft: (_, __, told) => (leave = told) })
    const asking = post(app, '/v1/embeddings', { ...segmented, input: mp4 })
    await vi.waitUntil(() => seen.includes('PUT'), patient)
    leave()
    hasLeft.resolve()
    expect((await asking).status).toBe(499)
    await vi.waitUntil(() => seen.length >= 3, patient)
    expect(bedrock.fake.requests).toEqual([])
    slow.closeAllConnections()
    slow.close()
  })

  it('leaves none behind that AWS was about to take', async () => {
    let leave = () => {}
    const hasLeft = Promise.withResolvers<void>()
    bedrock.fake.script({ ...started, until: hasLeft.promise })
    bedrock.fake.script(running)
    const { app } = bedrock.open(env(), {}, { onCallerLeft: (_, __, told) => (leave = told) })
    const asking = post(app, '/v1/embeddings', { model: MARENGO, input: mp4 })
    await requests(1)
    leave()
    expect((await asking).status).toBe(499)
    hasLeft.resolve()
    const start = bedrock.fake.requests[0]!.json as StartRequest
    const done = await writes(start, { 'output.json': '{}' })
    await requests(2)
    bedrock.fake.forget()
    bedrock.fake.script(done)
    await emptied()
  })
})

describe('a start that breaks off', () => {
  const broken: Script = { ...started, resetAfter: 0 }

  it('is repeated as the same request, which AWS takes for one job', async () => {
    bedrock.fake.script(broken)
    bedrock.fake.script(started)
    bedrock.fake.script(running)
    const { app } = bedrock.open(env())
    const asking = post(app, '/v1/embeddings', { model: MARENGO, input: mp4 })
    await requests(3)
    const [first, second] = bedrock.fake.requests.map(({ json }) => json as StartRequest)
    expect(second).toEqual(first)
    const done = await writes(first!, { 'output.json': '{"data":[{"embedding":[1,0]}]}' })
    bedrock.fake.forget()
    bedrock.fake.script(done)
    expect(vectorsIn((await asking).json)).toEqual([[1, 0]])
    await emptied()
  })

  it.each([
    ['again', broken],
    ['and is then refused', { status: 400, errorType: 'ValidationException', body: {} }],
  ])('%s leaves nothing behind, should AWS have taken the job', async (_, second: Script) => {
    bedrock.fake.script(broken)
    bedrock.fake.script(second)
    const { app } = bedrock.open(env())
    const { status } = await post(app, '/v1/embeddings', { model: MARENGO, input: mp4 })
    expect(status).toBeGreaterThanOrEqual(400)
    expect(bedrock.fake.requests).toHaveLength(2)
    await writes(bedrock.fake.requests[0]!.json as StartRequest, { 'output.json': '{}' })
    await emptied()
  })

  it('is not repeated for a caller who has left, and leaves nothing behind', async () => {
    let leave = () => {}
    const hasLeft = Promise.withResolvers<void>()
    bedrock.fake.script({ ...broken, until: hasLeft.promise })
    const { app } = bedrock.open(env(), {}, { onCallerLeft: (_, __, told) => (leave = told) })
    const asking = post(app, '/v1/embeddings', { model: MARENGO, input: mp4 })
    await requests(1)
    leave()
    expect((await asking).status).toBe(499)
    hasLeft.resolve()
    await writes(bedrock.fake.requests[0]!.json as StartRequest, { 'output.json': '{}' })
    await emptied()
    expect(bedrock.fake.requests).toHaveLength(1)
  })
})
