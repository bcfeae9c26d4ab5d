import { describe, expect, it } from 'vitest'
import { createEventStreamDecoder } from '../../../app/codecs/event-stream/event-stream.ts'
import { bedrockOfFile } from '../../fakes/bedrock-of-file.ts'
import { type Recording, recordings, sharedRoot } from '../../fakes/shared.ts'
import { type Json, lastBody, stageNative } from './stage.ts'

const fake = await bedrockOfFile()

const named = (all: Recording[]) => all.map((recording) => [recording.file, recording] as const)

/** Bodies of which the recording kept everything, media included. */
const isWhole = ({ request }: Recording) =>
  typeof request.body === 'object' &&
  request.body !== null &&
  !JSON.stringify(request.body).includes('@media:')

/** Recorded requests that do not go on as they were, each with why. */
const CHANGED: Record<string, string> = {
  'aws/Converse/us.anthropic.claude-sonnet-4-5-20250929-v1-0__multimodal-tool-return-matrix-direct-uploaded-file-document--1-ccef35.json':
    'Claude is not known to read S3 (recorded refusals), so the document is fetched and sent inline',
}

const own = (body: unknown): Json => {
  const { requestMetadata: _, ...rest } = body as Json
  return rest
}

describe.skipIf(!sharedRoot())('recorded answers of Converse', () => {
  const whole = recordings('aws/Converse').filter(
    (one) => isWhole(one) && one.response.status === 200 && !(one.file in CHANGED),
  )

  it.each(named(whole))('ask and come back to the letter: %s', async (_, recording) => {
    fake.respond(recording)
    const { post } = stageNative(fake)
    const answer = await post('converse', recording.request.body, { model: recording.modelId })
    expect(own(lastBody(fake))).toEqual(own(recording.request.body))
    expect(await answer.text()).toBe(JSON.stringify(recording.response.body))
  })
})

describe.skipIf(!sharedRoot())('recorded streams of ConverseStream', () => {
  const streams = recordings('aws/ConverseStream').filter(
    (one) => isWhole(one) && one.response.bodyBase64 !== undefined,
  )

  it.each(named(streams))('come back to the byte: %s', async (_, recording) => {
    fake.respond(recording)
    const { post } = stageNative(fake)
    const answer = await post('converse-stream', recording.request.body, {
      model: recording.modelId,
    })
    const got = Buffer.from(await answer.arrayBuffer())
    const sent = Buffer.from(recording.response.bodyBase64!, 'base64')
    const broke = createEventStreamDecoder()
      .read(got)
      .some(({ messageType }) => messageType !== 'event')
    // Of a stream that AWS broke off, the frames before; its end is worded by us.
    if (broke) expect(sent.includes(got.subarray(0, 40))).toBe(true)
    else expect(got.equals(sent)).toBe(true)
  })
})

describe.skipIf(!sharedRoot())("recorded answers of Titan's own", () => {
  /** These are listed, or they would count as retired, and newer models answer for them. */
  const openListed = async () => {
    const ids = ['text-express-v1', 'text-lite-v1', 'tg1-large'].map((id) => `amazon.titan-${id}`)
    fake.catalogue({ models: ids.map(listed) })
    const staged = stageNative(fake)
    await staged.app.request('/v1/models')
    return staged
  }
  const listed = (modelId: string) => ({
    modelId,
    modelName: modelId,
    providerName: 'Amazon',
    inputModalities: ['TEXT'],
    outputModalities: ['TEXT'],
    responseStreamingSupported: true,
    inferenceTypesSupported: ['ON_DEMAND'],
  })
  const isTitan = (one: Recording) =>
    one.modelId.startsWith('amazon.titan-t') && isWhole(one) && one.response.status === 200

  it.each(named(recordings('aws/InvokeModel').filter(isTitan)))(
    'ask and come back as they were: %s',
    async (_, recording) => {
      fake.respond(recording)
      const { post } = await openListed()
      const answer = await post('invoke', recording.request.body, { model: recording.modelId })
      expect(lastBody(fake)).toEqual(recording.request.body)
      const { 'amazon-bedrock-trace': __, ...said } = recording.response.body as Json
      expect(await answer.json()).toMatchObject(said)
    },
  )

  it.each(named(recordings('aws/InvokeModelWithResponseStream').filter(isTitan)))(
    'stream the same words: %s',
    async (_, recording) => {
      fake.respond(recording)
      const { post } = await openListed()
      const answer = await post('invoke-with-response-stream', recording.request.body, {
        model: recording.modelId,
      })
      const sent = chunksIn(Buffer.from(recording.response.bodyBase64!, 'base64'))
      const got = chunksIn(Buffer.from(await answer.arrayBuffer()))
      expect(lastBody(fake)).toEqual(recording.request.body)
      expect(words(got)).toBe(words(sent))
      const reason = sent.findLast((chunk) => chunk['completionReason'])?.['completionReason']
      if (reason) expect(got.at(-1)!['completionReason']).toBe(reason)
    },
  )
})

describe.skipIf(!sharedRoot())("recorded answers of Claude's own", () => {
  const isClaude = (one: Recording) =>
    one.modelId.includes('anthropic.claude') &&
    isWhole(one) &&
    one.response.status === 200 &&
    'messages' in (one.request.body as Json)
  const whole = recordings('aws/InvokeModel').filter(isClaude)

  it.each(named(whole))('come back with the same content: %s', async (_, recording) => {
    fake.respond(recording)
    const { post } = stageNative(fake, { ANTHROPIC_BETA_FILTER: 'false' })
    const answer = await post('invoke', recording.request.body, { model: recording.modelId })
    const said = recording.response.body as Json
    expect(await answer.json()).toMatchObject({
      content: said['content'],
      stop_reason: said['stop_reason'],
      usage: said['usage'] ?? {},
    })
  })
})

describe.skipIf(!sharedRoot())('recorded counts of CountTokens', () => {
  const counts = recordings('aws/CountTokens').filter((one) => one.response.status === 200)

  it.each(named(counts))('ask and come back as they were: %s', async (_, recording) => {
    fake.respond(recording)
    const { post } = stageNative(fake, { ANTHROPIC_BETA_FILTER: 'false' })
    const answer = await post('count-tokens', recording.request.body, { model: recording.modelId })
    expect(readable(fake.requests.at(-1)!.json)).toEqual(readable(recording.request.body))
    expect(await answer.json()).toEqual(recording.response.body)
  })
})

/** The request that is to be counted; a list of nothing may be there or not. */
function readable(body: unknown): Json {
  const { converse, invokeModel } = (body as { input: Json })['input'] as Record<string, Json>
  if (invokeModel) return JSON.parse(Buffer.from(String(invokeModel['body']), 'base64').toString())
  const { system, ...rest } = converse!
  return Array.isArray(system) && system.length === 0 ? rest : converse!
}

function chunksIn(bytes: Uint8Array): Json[] {
  return createEventStreamDecoder()
    .read(bytes)
    .map(({ payload }) => JSON.parse(payload) as { bytes: string })
    .map(({ bytes: base64 }) => JSON.parse(Buffer.from(base64, 'base64').toString()))
}

const words = (chunks: Json[]) => chunks.map((chunk) => chunk['outputText'] ?? '').join('')
