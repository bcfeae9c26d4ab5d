import { describe, expect, it } from 'vitest'
import { textReply } from '../../../fakes/fake-bedrock-frames.ts'
import { ignoredBy, type Json } from '../../../features/stage.ts'
import { choicesOf, faultOf, IMAGE_B64, messagesOf, useGateways, VIDEO } from './stage.ts'

const gateways = useGateways()

const NOVA = 'amazon.nova-lite-v1:0'
const MICRO = 'amazon.nova-micro-v1:0'
const PNG = `data:image/png;base64,${IMAGE_B64}`
const MP4 = `data:video/mp4;base64,${VIDEO.toString('base64')}`

const user = (...content: object[]) => [{ role: 'user', content }]
const image = { image: { format: 'png', source: { bytes: IMAGE_B64 } } }

describe('where prompts come from', () => {
  it.each([
    ['the web', () => `${gateways.web}/prompt.txt`, 'A prompt of the web.'],
    ['S3', () => 's3://my-bucket/prompts/essay-topic.txt', 'Write about the sea.'],
    ['a data URI', () => 'data:text/plain;base64,SGVsbG8gw6k=', 'Hello é'],
    ['a data URI in percents', () => 'data:,Hello%20there', 'Hello there'],
    ['a table in a data URI', () => 'data:text/csv;base64,YSxiCjEsMg==', 'a,b\n1,2'],
  ])('a text from %s is the prompt', async (_, address, text) => {
    await gateways.aws().complete({ model: MICRO, prompt: address() })
    expect(gateways.sent().map(messagesOf)).toEqual([user({ text })])
  })

  it.each([
    ['the web', () => `${gateways.web}/dot.png`],
    ['a data URI', () => PNG],
  ])('a picture from %s is a picture', async (_, address) => {
    await gateways.aws().complete({ model: NOVA, prompt: address() })
    expect(gateways.sent().map(messagesOf)).toEqual([user(image)])
  })

  it('a stored picture is a picture, whatever it was called', async () => {
    const gateway = gateways.aws()
    const file = await gateway.upload('picture.txt', Buffer.from(IMAGE_B64, 'base64'), 'image/png')
    await gateway.complete({ model: NOVA, prompt: `file-id:${file}` })
    expect(gateways.sent().map(messagesOf)).toEqual([user(image)])
  })

  it('a video in S3 is named to a model that reads S3, and read by nobody else', async () => {
    await gateways.aws().complete({ model: NOVA, prompt: 's3://my-bucket/video.mp4' })
    const source = { s3Location: { uri: 's3://my-bucket/video.mp4' } }
    expect(gateways.sent().map(messagesOf)).toEqual([user({ video: { format: 'mp4', source } })])
  })

  it('a text beside the text is a document, or more text where no documents are read', async () => {
    const prompt = ['data:text/plain;base64,Tm90ZXM=', 'What do they say?']
    const gateway = gateways.aws()
    await gateway.complete({ model: NOVA, prompt })
    expect(gateways.sent().map(messagesOf)).toMatchObject([
      user({ document: { format: 'txt' } }, { text: 'What do they say?' }),
    ])
    gateways.fake.requests.length = 0
    await gateway.complete({ model: MICRO, prompt })
    expect(gateways.sent().map(messagesOf)).toEqual([
      user({ text: 'Notes' }, { text: 'What do they say?' }),
    ])
  })
})

describe('odd shapes', () => {
  it.each([
    ['two texts and a file', ['a', PNG, 'b'], [{ text: 'a' }, { text: 'b' }, image]],
    ['files alone', [PNG, 'data:,words'], [{ text: 'words' }, image]],
    ['a list of one text', ['a'], [{ text: 'a' }]],
    ['the same text twice', ['a', 'a'], [{ text: 'a' }, { text: 'a' }]],
  ])('%s are one choice each', async (_, prompt, parts) => {
    const answer = await gateways.aws().complete({ model: NOVA, prompt })
    expect((await choicesOf(answer)).map(({ index }) => index)).toEqual(prompt.map((_, at) => at))
    const bySize = parts.toSorted((a, b) =>
      JSON.stringify(user(a)) < JSON.stringify(user(b)) ? -1 : 1,
    )
    expect(gateways.sent().map(messagesOf)).toEqual(bySize.map((part) => user(part)))
  })

  it('one text among files is one prompt, wherever it stands', async () => {
    const answer = await gateways
      .aws()
      .complete({ model: NOVA, prompt: [PNG, 'Compare.', MP4], n: 2 })
    expect(await choicesOf(answer)).toHaveLength(2)
    const bytes = VIDEO.toString('base64')
    const content = [image, { text: 'Compare.' }, { video: { format: 'mp4', source: { bytes } } }]
    expect(gateways.sent().map(messagesOf)).toEqual([user(...content), user(...content)])
  })

  it.each([
    ['an unreachable host', ['a', 'https://nowhere.invalid/a'], 400, 'prompt[1]'],
    ['a page that is not there', 'https://files.test/none', 400, 'prompt'],
    ['an address within', 'http://169.254.169.254/latest', 400, 'prompt'],
    ['a bucket of others', 's3://other/key.txt', 403, 'prompt'],
    ['an object that is not there', 's3://my-bucket/none.txt', 400, 'prompt'],
    ['a file that is not there', ['a', 'file-id:file-none'], 404, 'prompt[1]'],
    ['no base64', 'data:image/png;base64,!!', 400, 'prompt'],
    ['tokens', [[1, 2], [3]], 400, 'prompt'],
    ['nothing', [], 400, 'prompt'],
  ])('%s is refused, and no model is asked', async (_, prompt, status, param) => {
    const answer = await gateways.aws().complete({ model: NOVA, prompt })
    expect(await faultOf(answer)).toMatchObject({ status, param, message: expect.any(String) })
    expect(gateways.fake.requests).toEqual([])
  })

  it('a model that cannot see is not shown a picture', async () => {
    const answer = await gateways.aws().complete({ model: MICRO, prompt: ['a', 'b', PNG] })
    expect(await faultOf(answer)).toMatchObject({ status: 400, param: 'prompt[2]' })
  })

  it('words OpenAI has for what is missing', async () => {
    expect(await faultOf(await gateways.aws().complete({ prompt: 'a' }))).toEqual({
      status: 400,
      message: "Missing required parameter: 'model'.",
      type: 'invalid_request_error',
      param: 'model',
      code: 'missing_required_parameter',
      details: 'Missing required field: model',
    })
  })
})

describe('parameters', () => {
  const NO_EFFECT = {
    best_of: 3,
    logprobs: 2,
    suffix: 'the end',
    logit_bias: { 50256: -100 },
    seed: 7,
    frequency_penalty: 1,
    presence_penalty: 1,
    drop_params: true,
  }

  it('without effect are named, and the answer is given', async () => {
    const answer = await gateways.aws().complete({ model: NOVA, prompt: 'a', ...NO_EFFECT })
    expect(answer.status).toBe(200)
    expect(ignoredBy(answer).toSorted()).toEqual(Object.keys(NO_EFFECT).toSorted())
  })

  it('reach a model that has them', async () => {
    const body = { temperature: 0.2, top_p: 0.9, stop: ['x', ' '], top_k: 3, service_tier: 'flex' }
    const answer = await gateways
      .aws()
      .complete({ model: 'amazon.nova-pro-v1:0', prompt: 'a', ...body })
    expect(gateways.sent()).toEqual([
      {
        messages: user({ text: 'a' }),
        inferenceConfig: { temperature: 0.2, topP: 0.9, stopSequences: ['x'] },
        additionalModelRequestFields: { inferenceConfig: { topK: 3 } },
        serviceTier: { type: 'flex' },
      },
    ])
    expect(ignoredBy(answer)).toEqual(['stop'])
  })

  it.each(['user', 'safety_identifier'])('tell AWS who asks: %s', async (name) => {
    await gateways.aws().complete({ model: NOVA, prompt: 'a', [name]: 'somebody' })
    expect(gateways.fake.requests[0]!.json).toMatchObject({
      requestMetadata: { user_id: 'somebody' },
    })
  })

  it('nobody knows go to the model, or are refused where that is wanted', async () => {
    const body = { model: NOVA, prompt: 'a', some_knob: 1 }
    await gateways.aws().complete(body)
    expect(gateways.sent()[0]!['additionalModelRequestFields']).toEqual({ some_knob: 1 })
    const strict = await gateways.aws({ STRICT_INPUT_VALIDATION: 'true' }).complete(body)
    expect(await faultOf(strict)).toMatchObject({ status: 400, param: 'some_knob' })
  })

  it('echo the prompt, that of a file too', async () => {
    const prompt = ['Once upon ', 's3://my-bucket/prompts/essay-topic.txt', PNG]
    const body = { model: NOVA, prompt: [...prompt, 'More. '], n: 2, echo: true }
    const texts = (await choicesOf(await gateways.aws().complete(body))).map(({ text }) => text)
    expect(texts).toEqual(
      ['Once upon ', 'Write about the sea.', '', 'More. '].flatMap((text) => {
        const answered = `${text}Hello there.`
        return [answered, answered]
      }),
    )
  })

  it('ask for nothing but the count of the prompt', async () => {
    gateways.fake.script({
      body: textReply('I', { inputTokens: 5, outputTokens: 1, totalTokens: 6 }),
    })
    const body = { model: NOVA, prompt: 'Count me. ', max_tokens: 0, echo: true }
    const answer = (await (await gateways.aws().complete(body)).json()) as Json
    expect(answer).toMatchObject({ choices: [{ text: 'Count me. ' }], usage: { prompt_tokens: 5 } })
    expect(gateways.sent()[0]!['inferenceConfig']).toEqual({ maxTokens: 1 })
  })
})

describe('the log', () => {
  it('tells of the operation and of all tokens', async () => {
    const gateway = gateways.aws()
    await gateway.complete({ model: NOVA, prompt: ['a', 'b'], n: 2 })
    expect(gateway.log().at(-1)).toMatchObject({
      operation: 'completion',
      model_id: NOVA,
      usage: { input_tokens: 36, output_tokens: 16 },
    })
  })
})
