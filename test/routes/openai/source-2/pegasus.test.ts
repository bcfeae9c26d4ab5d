import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import type { FakeFrame } from '../../../fakes/fake-bedrock-frames.ts'
import { chunksOf, ignoredBy, type Json } from '../../../features/stage.ts'
import { choicesOf, faultOf, IMAGE_B64, useGateways, VIDEO } from './stage.ts'

const gateways = useGateways()

const PEGASUS = 'twelvelabs.pegasus-1-2-v1:0'
const QUESTION = 'Describe what happens in this video.'
const MP4 = `data:video/mp4;base64,${VIDEO.toString('base64')}`
const PNG = `data:image/png;base64,${IMAGE_B64}`

const COUNTS = {
  'x-amzn-bedrock-input-token-count': '900',
  'x-amzn-bedrock-output-token-count': '5',
}
const ANSWER = { body: { message: 'A cat sleeps.', finishReason: 'stop' }, headers: COUNTS }

const chunk = (piece: object): FakeFrame => ({
  event: 'chunk',
  payload: { bytes: Buffer.from(JSON.stringify(piece)).toString('base64') },
})
const FRAMES = [
  chunk({ message: 'A cat', stopReason: '' }),
  chunk({ message: ' sleeps.', stopReason: '' }),
  chunk({
    message: '',
    stopReason: 'stop',
    'amazon-bedrock-invocationMetrics': { inputTokenCount: 0, outputTokenCount: 5 },
  }),
]

const base64 = { base64String: VIDEO.toString('base64') }

describe('Pegasus by completions', () => {
  it.each([
    ['a data URI', async () => MP4, base64],
    ['the web', async () => `${gateways.web}/clip.mp4`, base64],
    [
      'S3',
      async () => 's3://my-bucket/video.mp4',
      { s3Location: { uri: 's3://my-bucket/video.mp4' } },
    ],
    [
      'S3 under a name without an ending',
      async () => 's3://my-bucket/key',
      { s3Location: { uri: 's3://my-bucket/key' } },
    ],
    [
      'a stored file',
      async () => `file-id:${await gateways.aws().upload('v.mp4', VIDEO, 'video/mp4')}`,
      base64,
    ],
  ])('reads a video from %s', async (_, address, mediaSource) => {
    gateways.fake.script(ANSWER)
    const prompt = [await address(), QUESTION]
    const body = { model: PEGASUS, prompt, max_tokens: 50, temperature: 0.5 }
    const answer = await gateways.aws().complete(body)
    expect(await answer.json()).toMatchObject({
      choices: [{ text: 'A cat sleeps.', index: 0, finish_reason: 'stop' }],
      usage: { prompt_tokens: 900, completion_tokens: 5, total_tokens: 905 },
    })
    expect(gateways.sent()).toEqual([
      { inputPrompt: QUESTION, mediaSource, temperature: 0.5, maxOutputTokens: 50 },
    ])
  })

  it('puts a video of more than 18.75 MB into S3', async () => {
    gateways.fake.script(ANSWER)
    const prompt = [QUESTION, `${gateways.web}/large.mp4`]
    const answer = await gateways.aws().complete({ model: PEGASUS, prompt })
    expect(answer.status).toBe(200)
    const { uri } = (gateways.sent()[0]!['mediaSource'] as { s3Location: { uri: string } })
      .s3Location
    const key = uri.slice(`s3://${gateways.s3.bucket}/`.length)
    expect(key).toMatch(/^tmp\//)
    const listing = new ListObjectsV2Command({ Bucket: gateways.s3.bucket, Prefix: 'tmp/' })
    const { Contents } = await gateways.s3.client.send(listing)
    expect(Contents).toMatchObject([{ Key: key, Size: 18_750_000 + VIDEO.length }])
  })

  it('streams', async () => {
    gateways.fake.script({ frames: FRAMES, cutEvery: 11 })
    const body = { prompt: [QUESTION, MP4], stream: true, stream_options: { include_usage: true } }
    const text = await (await gateways.aws().complete({ model: PEGASUS, ...body })).text()
    expect(gateways.fake.requests[0]!.path).toMatch(/invoke-with-response-stream$/)
    const chunks = chunksOf(text)
    const said = chunks.flatMap((one) => one['choices'] as { text: string }[])
    expect(said.map((choice) => choice.text)).toEqual(['A cat', ' sleeps.', ''])
    expect(chunks.at(-1)).toMatchObject({ usage: { completion_tokens: 5 } })
    expect(text).toContain('[DONE]')
  })

  it.each([
    ['no video', QUESTION, 'prompt'],
    ['no video among two texts', ['a', 'b'], 'prompt[0]'],
    ['no text', MP4, 'prompt'],
    ['two videos', [QUESTION, MP4, MP4], 'prompt[2]'],
    ['a picture', [QUESTION, PNG], 'prompt[1]'],
    ['a video beside two texts', ['a', 'b', MP4], 'prompt[0]'],
  ])('refuses %s with 400', async (_, prompt, param) => {
    const answer = await gateways.aws().complete({ model: PEGASUS, prompt })
    expect(await faultOf(answer)).toMatchObject({ status: 400, param })
    expect(gateways.fake.requests).toEqual([])
  })

  it('names what it cannot do', async () => {
    gateways.fake.script(ANSWER)
    const knobs = { top_p: 0.5, stop: ['x'], seed: 1, suffix: 'z', service_tier: 'flex' }
    const answer = await gateways
      .aws()
      .complete({ model: PEGASUS, prompt: [QUESTION, MP4], ...knobs })
    expect(ignoredBy(answer).toSorted()).toEqual(Object.keys(knobs).toSorted())
  })
})

describe('Pegasus by chat', () => {
  const asking = [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'video_url', video_url: { url: MP4 } },
        { type: 'text', text: QUESTION },
      ],
    },
  ]
  const inputPrompt = `Be brief.\n\n${QUESTION}`

  it('answers whole, with the form of its answer', async () => {
    gateways.fake.script({ ...ANSWER, body: { message: '{"what":"a cat"}', finishReason: 'stop' } })
    const schema = { type: 'object', properties: { what: { type: 'string' } } }
    const response_format = { type: 'json_schema', json_schema: { name: 'film', schema } }
    const body = { model: PEGASUS, messages: asking, response_format }
    const answer = (await (await gateways.aws().chat(body)).json()) as Json
    expect(answer).toMatchObject({
      choices: [{ message: { content: '{"what":"a cat"}' }, finish_reason: 'stop' }],
    })
    const responseFormat = { type: 'json_schema', jsonSchema: { name: 'film', schema } }
    expect(gateways.sent()).toEqual([{ inputPrompt, mediaSource: base64, responseFormat }])
  })

  it('answers as a stream', async () => {
    gateways.fake.script({ frames: FRAMES })
    const answer = await gateways.aws().chat({ model: PEGASUS, messages: asking, stream: true })
    const text = await answer.text()
    const deltas = chunksOf(text).flatMap(
      (one) => one['choices'] as { delta: { content?: string } }[],
    )
    expect(deltas.map(({ delta }) => delta.content ?? '').join('')).toBe('A cat sleeps.')
    expect(gateways.sent()).toEqual([{ inputPrompt, mediaSource: base64 }])
  })

  it('refuses a conversation without a video', async () => {
    const messages = [{ role: 'user', content: 'Hi' }]
    const answer = await gateways.aws().chat({ model: PEGASUS, messages })
    expect(await faultOf(answer)).toMatchObject({ status: 400, param: 'messages' })
  })

  it('is asked through its profile', async () => {
    gateways.fake.script(ANSWER)
    const prompt = [QUESTION, MP4]
    const answer = await gateways.aws().complete({ model: `us.${PEGASUS}`, prompt })
    expect(await choicesOf(answer)).toMatchObject([{ text: 'A cat sleeps.' }])
    expect(gateways.fake.requests[0]!.path).toBe('/model/us.twelvelabs.pegasus-1-2-v1%3A0/invoke')
  })
})
