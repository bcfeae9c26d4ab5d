import { beforeAll, describe, expect, it } from 'vitest'
import { modelIn, post } from '../../../features/embedding-stage.ts'
import {
  base64,
  corners,
  dataUrl,
  drawnIn,
  halfClear,
  plain,
} from '../../../features/image-stage.ts'
import { ignoredBy, type Json, useFakeBedrock } from '../../../features/stage.ts'

const bedrock = useFakeBedrock()
const SD3 = 'stability.sd3-5-large-v1:0'
const ULTRA = 'stability.stable-image-ultra-v1:1'
const CORE = 'stability.stable-image-core-v1:1'
const tool = (name: string) => `us.stability.stable-${name}-v1:0`

let picture: Uint8Array<ArrayBuffer>
let good: Json
const at: Record<string, string> = {}
beforeAll(async () => {
  picture = await plain()
  good = { seeds: [1], finish_reasons: [null], images: [base64(picture)] }
  at['picture'] = dataUrl(picture)
  at['mask'] = dataUrl(await halfClear())
})

async function ask(path: string, body: Json, { env = {}, script = { body: good } as object } = {}) {
  bedrock.fake.forget()
  bedrock.fake.requests.length = 0
  bedrock.fake.script(script)
  const { app } = bedrock.open({ FILES_DIR: 'memory', ...env })
  const asked = { response_format: 'b64_json', ...body }
  const found = await post(app, `/v1/images/${path}`, asked)
  return { ...found, sent: bedrock.sent(), ignored: ignoredBy(found as unknown as Response) }
}

interface Case {
  title: string
  path?: string
  asked: Json & { model: string }
  sent: Json
  ignored?: string[]
}

const b64 = () => base64(picture)
const image = () => ({ image: at['picture'] })

const CASES: (() => Case)[] = [
  () => ({
    title: 'SD 3.5: words, by the ratio of a size',
    asked: { model: SD3, prompt: 'a cat', size: '1792x1024', negative_prompt: 'rain', seed: 3 },
    sent: {
      prompt: 'a cat',
      negative_prompt: 'rain',
      aspect_ratio: '16:9',
      mode: 'text-to-image',
      seed: 3,
      output_format: 'png',
    },
  }),
  () => ({
    title: 'SD 3.5: after a picture',
    path: 'edits',
    asked: { model: SD3, ...image(), prompt: 'a dog', output_format: 'webp', size: '512x512' },
    sent: {
      prompt: 'a dog',
      mode: 'image-to-image',
      image: b64(),
      strength: 0.35,
      output_format: 'webp',
    },
    ignored: ['size'],
  }),
  () => ({
    title: 'SD 3.5: a variation, whose words may be missing',
    path: 'variations',
    asked: { model: SD3, ...image(), strength: 0.6 },
    sent: { prompt: '', mode: 'image-to-image', image: b64(), strength: 0.6, output_format: 'png' },
  }),
  () => ({
    title: 'Ultra: after a picture, and nothing it does not know',
    path: 'edits',
    asked: { model: ULTRA, ...image(), prompt: 'a dog', strength: 0.8, steps: 30, cfg: 7 },
    sent: { prompt: 'a dog', image: b64(), strength: 0.8, output_format: 'png' },
    ignored: ['steps', 'cfg'],
  }),
  () => ({
    title: 'Core: a ratio of its own words, and what changes nothing',
    asked: {
      model: CORE,
      prompt: 'a cat',
      aspect_ratio: '21:9',
      quality: 'high',
      style: 'vivid',
      moderation: 'low',
      output_format: 'jpeg',
      output_compression: 80,
    },
    sent: { prompt: 'a cat', aspect_ratio: '21:9', output_format: 'jpeg' },
    ignored: ['quality', 'style', 'output_compression', 'moderation'],
  }),
  () => ({
    title: 'creative upscale',
    path: 'edits',
    asked: {
      model: tool('creative-upscale'),
      ...image(),
      prompt: 'sharp',
      creativity: 0.2,
      style: 'anime',
    },
    sent: {
      prompt: 'sharp',
      image: b64(),
      style_preset: 'anime',
      creativity: 0.2,
      output_format: 'png',
    },
  }),
  () => ({
    title: 'conservative upscale',
    path: 'edits',
    asked: {
      model: tool('conservative-upscale'),
      ...image(),
      prompt: 'sharp',
      seed: 4,
      style_preset: 'anime',
    },
    sent: { prompt: 'sharp', image: b64(), seed: 4, output_format: 'png' },
    ignored: ['style_preset'],
  }),
  () => ({
    title: 'fast upscale, as a variation',
    path: 'variations',
    asked: { model: tool('fast-upscale'), ...image() },
    sent: { image: b64(), output_format: 'png' },
  }),
  () => ({
    title: 'outpaint by sides',
    path: 'edits',
    asked: { model: tool('outpaint'), ...image(), left: 100, up: 50, creativity: 0.9 },
    sent: { image: b64(), left: 100, up: 50, creativity: 0.9, output_format: 'png' },
  }),
  () => ({
    title: 'outpaint by size',
    path: 'edits',
    asked: { model: tool('outpaint'), ...image(), prompt: 'sea', size: '165x64' },
    sent: {
      prompt: 'sea',
      image: b64(),
      left: 50,
      right: 51,
      up: 0,
      down: 0,
      output_format: 'png',
    },
  }),
  () => ({
    title: 'search and replace',
    path: 'edits',
    asked: {
      model: tool('image-search-replace'),
      ...image(),
      prompt: 'a dog',
      search_prompt: 'the cat',
      grow_mask: 3,
      negative_prompt: 'rain',
    },
    sent: {
      prompt: 'a dog',
      image: b64(),
      search_prompt: 'the cat',
      grow_mask: 3,
      negative_prompt: 'rain',
      output_format: 'png',
    },
  }),
  () => ({
    title: 'search and recolor',
    path: 'edits',
    asked: {
      model: tool('image-search-recolor'),
      ...image(),
      prompt: 'red',
      select_prompt: 'the cat',
    },
    sent: { prompt: 'red', image: b64(), select_prompt: 'the cat', output_format: 'png' },
  }),
  () => ({
    title: 'remove background',
    path: 'edits',
    asked: {
      model: tool('image-remove-background'),
      ...image(),
      prompt: 'x',
      background: 'transparent',
    },
    sent: { image: b64(), output_format: 'png' },
    ignored: ['prompt'],
  }),
  () => ({
    title: 'control by a sketch',
    path: 'edits',
    asked: {
      model: tool('image-control-sketch'),
      ...image(),
      prompt: 'a house',
      control_strength: 0.9,
    },
    sent: { prompt: 'a house', image: b64(), control_strength: 0.9, output_format: 'png' },
  }),
  () => ({
    title: 'control by structure',
    path: 'edits',
    asked: { model: tool('image-control-structure'), ...image(), prompt: 'a house', seed: 0 },
    sent: { prompt: 'a house', image: b64(), seed: 0, output_format: 'png' },
  }),
  () => ({
    title: 'style guide, with a ratio',
    path: 'edits',
    asked: {
      model: tool('image-style-guide'),
      ...image(),
      prompt: 'a house',
      size: '1024x1536',
      fidelity: 0.2,
    },
    sent: {
      prompt: 'a house',
      image: b64(),
      aspect_ratio: '2:3',
      fidelity: 0.2,
      output_format: 'png',
    },
  }),
  () => ({
    title: 'style transfer between two pictures',
    path: 'edits',
    asked: {
      model: tool('style-transfer'),
      images: [at['picture'], at['mask']],
      style_strength: 0.5,
    },
    sent: {
      init_image: b64(),
      style_image: at['mask']!.slice('data:image/png;base64,'.length),
      style_strength: 0.5,
      output_format: 'png',
    },
  }),
  () => ({
    title: 'style transfer, the style in the place of the mask',
    path: 'edits',
    asked: { model: tool('style-transfer'), ...image(), mask: at['mask'], prompt: 'calm' },
    sent: {
      prompt: 'calm',
      init_image: b64(),
      style_image: at['mask']!.slice('data:image/png;base64,'.length),
      output_format: 'png',
    },
  }),
]

describe("Stability's models", () => {
  it.each(CASES.map((made, index) => [index, made] as const))('case %i', async (_, made) => {
    const { title, path = 'generations', asked, sent, ignored = [] } = made()
    const found = await ask(path, asked)
    expect([title, found.status, found.sent]).toEqual([title, 200, [sent]])
    expect([title, found.ignored]).toEqual([title, ignored])
    expect(drawnIn(found.json)).toHaveLength(1)
  })

  it('draw white of a mask, and take their own kind of mask as it is', async () => {
    const model = tool('image-inpaint')
    const asked = { model, ...image(), mask: at['mask'], prompt: 'a hat', grow_mask: 0 }
    const { sent } = await ask('edits', asked)
    const [{ mask, ...rest }] = sent as [Json]
    expect(await corners(mask)).toBe('WBWB')
    expect(rest).toEqual({ prompt: 'a hat', image: b64(), grow_mask: 0, output_format: 'png' })
    const own = await ask('edits', { ...asked, mask: at['picture'] })
    expect(own.sent[0]!['mask']).toBe(b64())
    const erase = await ask('edits', { model: tool('image-erase-object'), image: at['mask'] })
    expect(Object.keys(erase.sent[0]!)).toEqual(['image', 'output_format'])
  })

  it('give one picture a call: so many calls are made, some at a time, with seeds that differ', async () => {
    const found = await ask('generations', { model: CORE, prompt: 'a cat', n: 5, seed: 10 })
    expect(drawnIn(found.json)).toHaveLength(5)
    expect(found.sent.map(({ seed }) => seed).toSorted()).toEqual([10, 11, 12, 13, 14])
    expect(found.headers.get('x-outcrop-attempts')).toBe('5')
  })

  it('cut out what no JPEG can hold the transparency of, and say so', async () => {
    const model = tool('image-remove-background')
    const seen = async (more: Json) => (await ask('edits', { model, ...image(), ...more })).json
    expect(await seen({})).toMatchObject({ background: 'transparent' })
    expect(await seen({ output_format: 'jpeg' })).toMatchObject({ background: 'opaque' })
  })

  it('never begin again with the seed that stands for any', async () => {
    const seed = 4_294_967_293
    const { sent } = await ask('generations', { model: CORE, prompt: 'a cat', n: 3, seed })
    expect(sent.map((one) => one['seed']).toSorted()).toEqual([1, seed, seed + 1])
  })

  it('say that they will not draw, in the words of OpenAI', async () => {
    const filtered = { body: { finish_reasons: ['Filter reason: prompt'], seeds: [] } }
    const found = await ask('generations', { model: CORE, prompt: 'x' }, { script: filtered })
    expect([found.status, found.json['error']]).toEqual([
      400,
      {
        message: 'Filter reason: prompt.',
        type: 'invalid_request_error',
        param: null,
        code: 'content_policy_violation',
      },
    ])
    const failed = { body: { finish_reasons: ['Inference error'], seeds: [] } }
    const broken = await ask('generations', { model: CORE, prompt: 'x' }, { script: failed })
    expect(broken.status).toBe(502)
  })
})

describe('what they do not draw', () => {
  it.each<[string, string, () => Json, string, string]>([
    ['generations', CORE, () => ({ prompt: 'x', size: '1000x900' }), 'size', '16:9, 1:1'],
    [
      'generations',
      CORE,
      () => ({ prompt: 'x', output_format: 'webp' }),
      'output_format',
      'png, jpeg',
    ],
    [
      'generations',
      CORE,
      () => ({ prompt: 'x', background: 'transparent' }),
      'background',
      'opaque',
    ],
    ['generations', CORE, () => ({ prompt: 'x', seed: 1.5 }), 'seed', '0 to 4294967294'],
    ['edits', CORE, () => ({ prompt: 'x', ...image() }), 'model', '/v1/images/generations'],
    ['variations', ULTRA, () => ({ image: 'data:,' }), 'image', 'holds no data'],
    [
      'edits',
      SD3,
      () => ({ prompt: 'x', ...image(), mask: at['mask'] }),
      'mask',
      'stable-image-inpaint',
    ],
    ['generations', tool('outpaint'), () => ({ prompt: 'x' }), 'model', '/v1/images/edits'],
    ['edits', tool('outpaint'), image, 'left', 'right, up or down'],
    ['edits', tool('outpaint'), () => ({ ...image(), size: '32x64' }), 'size', 'larger'],
    [
      'edits',
      tool('image-search-replace'),
      () => ({ prompt: 'x', ...image() }),
      'search_prompt',
      'asks for it',
    ],
    ['edits', tool('image-erase-object'), image, 'mask', 'transparent'],
    ['edits', tool('image-inpaint'), image, 'prompt', 'drawn'],
    ['edits', tool('style-transfer'), image, 'image', 'style'],
    [
      'edits',
      tool('image-control-sketch'),
      () => ({ prompt: 'x', ...image(), control_strength: 2 }),
      'control_strength',
      '0 to 1',
    ],
    [
      'edits',
      tool('image-inpaint'),
      () => ({ prompt: 'x', ...image(), style_preset: 'cubism' }),
      'style_preset',
      'anime',
    ],
    ['edits', tool('fast-upscale'), () => ({ ...image(), n: 2 }), 'n', '1'],
    [
      'edits',
      tool('image-remove-background'),
      () => ({ ...image(), background: 'transparent', output_format: 'jpeg' }),
      'output_format',
      'png, webp',
    ],
  ])('%s of %s', async (path, model, asked, param, allowed) => {
    const found = await ask(path, { model, ...asked() })
    expect([found.status, (found.json['error'] as Json)['param']]).toEqual([400, param])
    expect((found.json['error'] as Json)['message']).toContain(allowed)
    expect(found.sent).toEqual([])
  })

  it('pictures of a shape a tool does not take', async () => {
    const flat = dataUrl(await plain(400, 64))
    const found = await ask('edits', { model: tool('image-inpaint'), image: flat, prompt: 'x' })
    expect((found.json['error'] as Json)['message']).toContain('from 1:2.5 to 2.5:1')
    const large = dataUrl(await plain(1600, 64))
    const fast = await ask('edits', { model: tool('fast-upscale'), image: large })
    expect((fast.json['error'] as Json)['message']).toContain('sides of 32 to 1536')
  })
})

describe('names of OpenAI', () => {
  const models = [CORE, SD3, ULTRA].map((modelId) => ({
    modelId,
    outputModalities: ['IMAGE'],
    inputModalities: ['TEXT', 'IMAGE'],
  }))
  const inpaint = 'stability.stable-image-inpaint-v1:0'

  it('lead to a model that does what is asked', async () => {
    bedrock.fake.catalogue({
      models: [
        ...models,
        {
          modelId: inpaint,
          outputModalities: ['IMAGE'],
          inferenceTypesSupported: ['INFERENCE_PROFILE'],
        },
      ],
      profiles: [
        {
          inferenceProfileId: `us.${inpaint}`,
          models: [{ modelArn: `arn:aws:bedrock:us-east-1::foundation-model/${inpaint}` }],
        },
      ],
    })
    const asked = async (path: string, body: Json) => {
      const { status } = await ask(path, body)
      expect(status).toBe(200)
      return bedrock.fake.requests.map(modelIn)
    }
    const prompt = 'a cat'
    expect(await asked('generations', { model: 'dall-e-3', prompt })).toEqual([CORE])
    expect(await asked('generations', { prompt })).toEqual([CORE])
    expect(await asked('generations', { model: 'gpt-image-1', prompt })).toEqual([ULTRA])
    expect(await asked('edits', { model: 'dall-e-2', prompt, ...image() })).toEqual([SD3])
    expect(await asked('variations', { model: 'dall-e-2', ...image() })).toEqual([SD3])
    const mask = { model: 'gpt-image-1', prompt, ...image(), mask: at['mask'] }
    expect(await asked('edits', mask)).toEqual([`us.${inpaint}`])
  })

  it('tell when a model is about to go, or has gone', async () => {
    const modelLifecycle = { status: 'LEGACY', endOfLifeTime: '2099-09-30T00:00:00Z' }
    bedrock.fake.catalogue({
      models: [
        ...models,
        { modelId: 'amazon.nova-canvas-v1:0', outputModalities: ['IMAGE'], modelLifecycle },
      ],
    })
    const body = { body: { images: [base64(picture)] } }
    const legacy = { model: 'amazon.nova-canvas-v1:0', prompt: 'a cat' }
    const env = { AWS_BEDROCK_LEGACY: 'true' }
    const { headers } = await ask('generations', legacy, { script: body, env })
    expect(headers.get('x-outcrop-warning')).toBe(
      'The model amazon.nova-canvas-v1:0 is about to be retired. It ends 2099-09-30.',
    )
    bedrock.fake.catalogue({ models })
    const gone = await ask('generations', {
      model: 'amazon.titan-image-generator-v2:0',
      prompt: 'a cat',
    })
    expect(gone.headers.get('x-outcrop-warning')).toBe(
      `The model amazon.titan-image-generator-v2:0 has been retired; ${CORE} answered in its place.`,
    )
    expect(bedrock.fake.requests.map(modelIn)).toEqual([CORE])
  })

  it('tell of a model that has gone where the one in its place cannot do what is asked', async () => {
    bedrock.fake.catalogue({ models })
    const gone = { model: 'amazon.nova-canvas-v1:0', prompt: 'a cat', ...image() }
    const { status, json, sent } = await ask('edits', gone)
    const message = `The model \`amazon.nova-canvas-v1:0\` has been retired, and \`${CORE}\`, which answers in its place, cannot do what is asked.`
    expect([status, json['error']]).toMatchObject([404, { message, param: 'model' }])
    expect(sent).toEqual([])
  })
})

describe('beside the pictures', () => {
  it('go labels and the guardrail of the server, whose refusal is told', async () => {
    const env = { AWS_BEDROCK_GUARDRAIL_IDENTIFIER: 'gr1', AWS_BEDROCK_GUARDRAIL_VERSION: '2' }
    const asked = { model: CORE, prompt: 'a cat', user: 'anna' }
    await ask('generations', asked, { env })
    const { headers } = bedrock.fake.requests[0]!
    expect(headers).toMatchObject({
      'x-amzn-bedrock-guardrailidentifier': 'gr1',
      'x-amzn-bedrock-guardrailversion': '2',
    })
    expect(JSON.parse(headers['x-amzn-bedrock-request-metadata']!)).toMatchObject({
      request_id: expect.any(String),
      user_id: 'anna',
    })
    const script = { body: { ...good, 'amazon-bedrock-guardrailAction': 'INTERVENED' } }
    const { json } = await ask('generations', asked, { env, script })
    expect(json['error']).toMatchObject({ code: 'content_policy_violation' })
  })
})
