import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../app/app.ts'
import { readPng } from '../../app/codecs/pictures/png.ts'
import { nodeStreamOut } from '../../runtimes/serving/node-stream-out.ts'
import { type Listening, serveNode } from '../../runtimes/serving/serve-node.ts'
import { base64, bytesOf, corners, halfClear, plain } from '../features/image-stage.ts'
import { type Json, useFakeBedrock } from '../features/stage.ts'
import { stagedRuntime } from '../http/stage.ts'

const bedrock = useFakeBedrock()
const PICTURE = await plain(320, 320)
const MASK = await halfClear(320, 320)

let embedded: Listening
let aws: Listening
let drawing: OpenAI
let asking: OpenAI
beforeAll(async () => {
  const { runtime } = stagedRuntime({ PROVIDER: 'embedded', FILES_DIR: 'memory' })
  const app = createApp({ ...runtime, streamOut: nodeStreamOut })
  embedded = await serveNode(app, '127.0.0.1', 0)
  aws = await bedrock.serve({ FILES_DIR: 'memory' })
  const client = ({ port }: Listening) =>
    new OpenAI({ apiKey: 'k', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 })
  drawing = client(embedded)
  asking = client(aws)
})
afterAll(async () => {
  await embedded.stop()
  await aws.stop()
})

const png = (bytes: Uint8Array, name: string) => toFile(bytes, name, { type: 'image/png' })

describe('the openai SDK, without AWS', () => {
  it('generates, and fetches the address', async () => {
    const { data } = await drawing.images.generate({ prompt: 'a red star', size: '256x256' })
    const response = await fetch(data![0]!.url!)
    const { width } = await readPng(new Uint8Array(await response.arrayBuffer()))
    expect([response.status, width]).toEqual([200, 256])
  })

  it('streams with unfinished pictures', async () => {
    const stream = await drawing.images.generate({
      model: 'gpt-image-1',
      prompt: 'a red star',
      size: '1024x1024',
      stream: true,
      partial_images: 2,
    })
    const types: string[] = []
    for await (const event of stream) {
      types.push(event.type)
      expect((await readPng(bytesOf(event.b64_json))).width).toBe(1024)
    }
    expect(types).toEqual([
      'image_generation.partial_image',
      'image_generation.partial_image',
      'image_generation.completed',
    ])
  })

  it('edits with a mask, streams it, and varies', async () => {
    const image = await png(PICTURE, 'a.png')
    const mask = await png(MASK, 'm.png')
    const asked = { image, mask, prompt: 'a blue ring', model: 'gpt-image-1' }
    const { data } = await drawing.images.edit(asked)
    const { rgba } = await readPng(bytesOf(data![0]!.b64_json!))
    expect(Array.from(rgba.subarray(319 * 4, 320 * 4))).toEqual([200, 30, 60, 255])
    const stream = await drawing.images.edit({ ...asked, image: [image, image], stream: true })
    const types: string[] = []
    for await (const event of stream) types.push(event.type)
    expect(types).toEqual(['image_edit.completed'])
    const varied = await drawing.images.createVariation({
      image,
      n: 2,
      response_format: 'b64_json',
    })
    expect(varied.data).toHaveLength(2)
  })

  it('throws what it knows for a bad request', async () => {
    const bad = drawing.images.generate({ prompt: 'x', size: '1x1' })
    await expect(bad).rejects.toThrow(OpenAI.BadRequestError)
    await expect(bad).rejects.toMatchObject({ param: 'size', code: 'invalid_value' })
  })
})

describe('the openai SDK, with AWS', () => {
  const NOVA = 'amazon.nova-canvas-v1:0'

  it('generates', async () => {
    bedrock.fake.script({ body: { images: [base64(PICTURE), base64(PICTURE)] } })
    const { data } = await asking.images.generate({
      model: NOVA,
      prompt: 'a cat',
      n: 2,
      quality: 'high',
      size: '1536x1024',
      response_format: 'b64_json',
      ...{ seed: 5, negativeText: 'rain' },
    })
    expect(data).toEqual([{ b64_json: base64(PICTURE) }, { b64_json: base64(PICTURE) }])
    expect(bedrock.sent()).toEqual([
      {
        taskType: 'TEXT_IMAGE',
        textToImageParams: { text: 'a cat', negativeText: 'rain' },
        imageGenerationConfig: {
          numberOfImages: 2,
          quality: 'premium',
          width: 1536,
          height: 1024,
          seed: 5,
        },
      },
    ])
  })

  it('edits a form with a mask', async () => {
    bedrock.fake.script({ body: { images: [base64(PICTURE)] } })
    await asking.images.edit({
      model: NOVA,
      image: await png(PICTURE, 'a.png'),
      mask: await png(MASK, 'm.png'),
      prompt: 'a hat',
      ...{ imageGenerationConfig: { cfgScale: 7, seed: 1 } },
    })
    const [{ inPaintingParams, ...rest }] = bedrock.sent() as [Json]
    const { maskImage, ...params } = inPaintingParams as Json
    expect(await corners(maskImage)).toBe('BWBW')
    expect(params).toEqual({ image: base64(PICTURE), text: 'a hat' })
    expect(rest).toEqual({
      taskType: 'INPAINTING',
      imageGenerationConfig: { numberOfImages: 1, cfgScale: 7, seed: 1 },
    })
  })

  it('streams what shows no unfinished pictures: the finished one alone, and says so', async () => {
    bedrock.fake.script({ body: { images: [base64(PICTURE)] } })
    const asked = { model: NOVA, prompt: 'a cat', stream: true, partial_images: 3 } as const
    const { data: stream, response } = await asking.images.generate(asked).withResponse()
    expect(response.headers.get('x-outcrop-ignored-params')).toBe('partial_images')
    const events = []
    for await (const event of stream) events.push([event.type, event.b64_json])
    expect(events).toEqual([['image_generation.completed', base64(PICTURE)]])
  })

  it('say so as well where the model takes longer than the head of the answer waits', async () => {
    const slow = await bedrock.serve({ FIRST_FRAME_WAIT: '1' })
    let answer: () => void = () => {}
    const until = new Promise<void>((resolve) => {
      answer = resolve
    })
    bedrock.fake.script({ body: { images: [base64(PICTURE)] }, until })
    const response = await fetch(`http://127.0.0.1:${slow.port}/v1/images/generations`, {
      method: 'POST',
      body: JSON.stringify({ model: NOVA, prompt: 'a cat', stream: true, partial_images: 1 }),
    })
    expect([response.status, response.headers.get('x-outcrop-ignored-params')]).toEqual([
      200,
      'partial_images',
    ])
    answer()
    expect(await response.text()).toContain('event: image_generation.completed')
    await slow.stop()
  })

  it('varies', async () => {
    bedrock.fake.script({ body: { finish_reasons: [null], images: [base64(PICTURE)] } })
    const { data } = await asking.images.createVariation({
      model: 'stability.sd3-5-large-v1:0',
      image: await png(PICTURE, 'a.png'),
      response_format: 'b64_json',
    })
    expect(data).toEqual([{ b64_json: base64(PICTURE) }])
    expect(bedrock.sent()).toEqual([
      {
        prompt: '',
        mode: 'image-to-image',
        image: base64(PICTURE),
        strength: 0.35,
        output_format: 'png',
      },
    ])
  })

  it('throws what it knows where the model will not draw', async () => {
    bedrock.fake.script({ body: { finish_reasons: ['Filter reason: prompt'] } })
    const asked = { model: 'stability.stable-image-core-v1:1', prompt: 'x' }
    await expect(asking.images.generate(asked)).rejects.toMatchObject({
      status: 400,
      code: 'content_policy_violation',
    })
    await expect(asking.images.generate({ ...asked, stream: true })).rejects.toMatchObject({
      status: 400,
      code: 'content_policy_violation',
    })
  })
})
