import { beforeAll, describe, expect, it } from 'vitest'
import { post } from '../../../features/embedding-stage.ts'
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
const NOVA = 'amazon.nova-canvas-v1:0'
const TITAN_1 = 'amazon.titan-image-generator-v1'
const TITAN_2 = 'amazon.titan-image-generator-v2:0'

let picture: Uint8Array<ArrayBuffer>
let clear: Uint8Array<ArrayBuffer>
let answer: { images: string[] }
const at: Record<string, string> = {}
beforeAll(async () => {
  picture = await plain(320, 320)
  clear = await halfClear(320, 320)
  answer = { images: [base64(picture)] }
  at['picture'] = dataUrl(picture)
  at['mask'] = dataUrl(clear)
})

const ENV = { FILES_DIR: 'memory' }

async function ask(path: string, body: Json, script: object = { body: answer }) {
  bedrock.fake.forget()
  bedrock.fake.requests.length = 0
  bedrock.fake.script(script)
  const { app, log } = bedrock.open(ENV)
  const asked = { response_format: 'b64_json', ...body }
  const found = await post(app, `/v1/images/${path}`, asked)
  return { ...found, sent: bedrock.sent(), log, ignored: ignoredBy(found as unknown as Response) }
}

const CONFIG = { numberOfImages: 1, width: 1024, height: 1024, seed: 7 }
const ONE = { numberOfImages: 1, seed: 7 }

describe('Nova Canvas', () => {
  it.each([
    [
      'TEXT_IMAGE by default, with its own fields',
      {
        size: '1280x720',
        quality: 'hd',
        style: 'PHOTOREALISM',
        negative_prompt: 'rain',
        cfgScale: 8,
      },
      {
        taskType: 'TEXT_IMAGE',
        textToImageParams: { text: 'a cat', negativeText: 'rain', style: 'PHOTOREALISM' },
        imageGenerationConfig: {
          numberOfImages: 1,
          quality: 'premium',
          width: 1280,
          height: 720,
          cfgScale: 8,
          seed: 7,
        },
      },
      [],
    ],
    [
      'COLOR_GUIDED_GENERATION where colours are given',
      { colors: ['#ff0000', '#00FF00'], style: 'vivid' },
      {
        taskType: 'COLOR_GUIDED_GENERATION',
        colorGuidedGenerationParams: { colors: ['#ff0000', '#00FF00'], text: 'a cat' },
        imageGenerationConfig: CONFIG,
      },
      ['style'],
    ],
    [
      'a body in its own form',
      {
        textToImageParams: { negativeText: 'fog' },
        imageGenerationConfig: { cfgScale: 3, seed: 9 },
      },
      {
        taskType: 'TEXT_IMAGE',
        textToImageParams: { text: 'a cat', negativeText: 'fog' },
        imageGenerationConfig: { ...CONFIG, cfgScale: 3, seed: 9 },
      },
      [],
    ],
  ])('draws by %s', async (_, more, sent, ignored) => {
    const asked = { model: NOVA, prompt: 'a cat', seed: 7, ...more }
    const found = await ask('generations', asked)
    expect(found.status).toBe(200)
    expect(found.sent).toEqual([sent])
    expect(found.ignored).toEqual(ignored)
    expect(drawnIn(found.json)).toEqual([picture])
  })

  it('edits the whole where nothing tells a part', async () => {
    const found = await ask('edits', {
      model: NOVA,
      image: at['picture'],
      prompt: 'a dog',
      seed: 7,
      controlMode: 'SEGMENTATION',
      controlStrength: 0.4,
    })
    expect(found.sent).toEqual([
      {
        taskType: 'TEXT_IMAGE',
        textToImageParams: {
          text: 'a dog',
          conditionImage: base64(picture),
          controlMode: 'SEGMENTATION',
          controlStrength: 0.4,
        },
        imageGenerationConfig: CONFIG,
      },
    ])
  })

  it('edits inside of a mask: black is what is drawn', async () => {
    const found = await ask('edits', {
      model: NOVA,
      images: [{ image_url: at['picture'] }],
      mask: { image_url: { url: at['mask'] } },
      prompt: 'a dog',
      size: '512x512',
      input_fidelity: 'high',
      seed: 7,
    })
    const [{ inPaintingParams, ...rest }] = found.sent as [Json]
    const { maskImage, ...params } = inPaintingParams as Json
    expect(rest).toEqual({ taskType: 'INPAINTING', imageGenerationConfig: ONE })
    expect(params).toEqual({ image: base64(picture), text: 'a dog' })
    expect(await corners(maskImage)).toBe('BWBW')
    expect(found.ignored).toEqual(['size', 'input_fidelity'])
  })

  it('edits outside of a mask: white is what is drawn', async () => {
    const found = await ask('edits', {
      model: NOVA,
      image: at['picture'],
      mask: at['mask'],
      prompt: 'a beach',
      taskType: 'OUTPAINTING',
      outPaintingMode: 'PRECISE',
      seed: 7,
    })
    const [{ outPaintingParams, ...rest }] = found.sent as [Json]
    const { maskImage, ...params } = outPaintingParams as Json
    expect(rest).toEqual({ taskType: 'OUTPAINTING', imageGenerationConfig: ONE })
    expect(params).toEqual({
      image: base64(picture),
      outPaintingMode: 'PRECISE',
      text: 'a beach',
    })
    expect(await corners(maskImage)).toBe('WBWB')
  })

  it('edits what words or the picture itself show', async () => {
    const words = await ask('edits', {
      model: NOVA,
      image: at['picture'],
      maskPrompt: 'sky',
      seed: 7,
    })
    expect(words.sent).toEqual([
      {
        taskType: 'INPAINTING',
        inPaintingParams: { image: base64(picture), maskPrompt: 'sky' },
        imageGenerationConfig: ONE,
      },
    ])
    const own = await ask('edits', { model: NOVA, image: at['mask'], prompt: 'sky', seed: 7 })
    const [{ inPaintingParams }] = own.sent as [{ inPaintingParams: Json }]
    expect(await corners(inPaintingParams['maskImage'])).toBe('BWBW')
    expect(await corners(inPaintingParams['image'])).toBe('WXWX')
  })

  it('removes a background, without prompt or settings', async () => {
    const found = await ask('edits', {
      model: NOVA,
      image: at['picture'],
      prompt: 'cut it out',
      taskType: 'BACKGROUND_REMOVAL',
      background: 'transparent',
    })
    expect(found.sent).toEqual([
      { taskType: 'BACKGROUND_REMOVAL', backgroundRemovalParams: { image: base64(picture) } },
    ])
    expect(found.ignored).toEqual(['prompt'])
    expect(found.json['background']).toBe('transparent')
  })

  it('tries clothes on', async () => {
    const shirt = await plain(400, 320)
    const found = await ask('edits', {
      model: NOVA,
      images: [at['picture'], dataUrl(shirt)],
      prompt: 'UPPER_BODY',
      taskType: 'VIRTUAL_TRY_ON',
      maskType: 'GARMENT',
      mergeStyle: 'SEAMLESS',
      maskExclusions: { preserveFace: 'ON' },
      seed: 7,
    })
    expect(found.sent).toEqual([
      {
        taskType: 'VIRTUAL_TRY_ON',
        virtualTryOnParams: {
          sourceImage: base64(picture),
          referenceImage: base64(shirt),
          maskType: 'GARMENT',
          garmentBasedMask: { garmentClass: 'UPPER_BODY' },
          maskExclusions: { preserveFace: 'ON' },
          mergeStyle: 'SEAMLESS',
        },
        imageGenerationConfig: ONE,
      },
    ])
    const byMask = await ask('edits', {
      model: NOVA,
      image: at['picture'],
      mask: dataUrl(shirt),
      prompt: 'the jacket',
      taskType: 'VIRTUAL_TRY_ON',
      seed: 7,
    })
    expect((byMask.sent[0] as Json)['virtualTryOnParams']).toEqual({
      sourceImage: base64(picture),
      referenceImage: base64(shirt),
      maskType: 'PROMPT',
      promptBasedMask: { maskPrompt: 'the jacket' },
    })
    const byImage = await ask('edits', {
      model: NOVA,
      images: [at['picture'], dataUrl(shirt)],
      mask: at['mask'],
      taskType: 'VIRTUAL_TRY_ON',
      maskType: 'IMAGE',
      seed: 7,
    })
    const params = (byImage.sent[0] as { virtualTryOnParams: Json }).virtualTryOnParams
    expect(await corners((params['imageBasedMask'] as Json)['maskImage'])).toBe('BWBW')
  })

  it('varies pictures', async () => {
    const found = await ask('variations', {
      model: NOVA,
      images: [at['picture'], at['picture']],
      similarityStrength: 0.5,
      seed: 7,
    })
    expect(found.sent).toEqual([
      {
        taskType: 'IMAGE_VARIATION',
        imageVariationParams: {
          images: [base64(picture), base64(picture)],
          similarityStrength: 0.5,
        },
        imageGenerationConfig: CONFIG,
      },
    ])
  })

  it('draws five a call, with seeds that count on', async () => {
    const { app } = bedrock.open(ENV)
    for (const count of [5, 2]) {
      bedrock.fake.script({ body: { images: Array(count).fill(base64(picture)) } })
    }
    const body = {
      model: NOVA,
      prompt: 'a cat',
      n: 7,
      seed: 2_147_483_643,
      response_format: 'b64_json',
    }
    const { json } = await post(app, '/v1/images/generations', body)
    expect(drawnIn(json)).toHaveLength(7)
    const configs = bedrock.sent().map((one) => one['imageGenerationConfig'] as Json)
    const told = configs.map(({ numberOfImages, seed }) => [numberOfImages, seed])
    expect(told.toSorted()).toEqual([
      [2, 2],
      [5, 2_147_483_643],
    ])
  })

  it('is given a seed by chance, for its own is always the same', async () => {
    const seeds = new Set()
    for (let time = 0; time < 3; time += 1) {
      const { sent } = await ask('generations', { model: NOVA, prompt: 'a cat' })
      seeds.add((sent[0]!['imageGenerationConfig'] as Json)['seed'])
    }
    expect(seeds.size).toBeGreaterThan(1)
  })

  it('has its pictures turned into JPEG', async () => {
    const found = await ask('generations', {
      model: NOVA,
      prompt: 'a cat',
      output_format: 'jpeg',
      output_compression: 50,
    })
    expect(Array.from(drawnIn(found.json)[0]!.subarray(0, 3))).toEqual([0xff, 0xd8, 0xff])
    expect(found.json['output_format']).toBe('jpeg')
    expect(found.ignored).toEqual([])
  })

  it('says that it will not draw, in the words of OpenAI', async () => {
    const input =
      'This request has been blocked by our content filters. Please adjust your text prompt to submit a new request.'
    const refused = await ask(
      'generations',
      { model: NOVA, prompt: 'x' },
      {
        status: 400,
        errorType: 'ValidationException',
        body: { message: input },
      },
    )
    expect([refused.status, refused.json['error']]).toEqual([
      400,
      expect.objectContaining({ code: 'content_policy_violation', message: input }),
    ])
    const error = 'All of the generated images have been blocked by our content filters.'
    const all = await ask(
      'generations',
      { model: NOVA, prompt: 'x' },
      { body: { images: [], error } },
    )
    expect([all.status, (all.json['error'] as Json)['code']]).toEqual([
      400,
      'content_policy_violation',
    ])
    const moderated = await ask(
      'generations',
      { model: NOVA, prompt: 'x' },
      { body: { status: 'Request Moderated', details: { 'Moderation Reasons': ['x'] } } },
    )
    expect([moderated.status, moderated.json['error']]).toEqual([
      400,
      expect.objectContaining({ code: 'content_policy_violation' }),
    ])
    const some = await ask(
      'generations',
      { model: NOVA, prompt: 'x', n: 3 },
      {
        body: {
          images: answer.images,
          error: 'Some of the generated images have been blocked by our content filters.',
        },
      },
    )
    expect([some.status, drawnIn(some.json).length]).toEqual([200, 1])
    expect(some.log().some((line: Json) => /fewer pictures/.test(JSON.stringify(line)))).toBe(true)
  })
})

it('names the prompt where AWS says that all that was sent is too long', async () => {
  const body = { message: 'Input is too long for requested model.' }
  const script = { status: 400, errorType: 'ValidationException', body }
  const { status, json } = await ask('generations', { model: NOVA, prompt: 'x' }, script)
  expect([status, json['error']]).toEqual([400, expect.objectContaining({ param: 'prompt' })])
})

describe('Titan Image', () => {
  it('draws its own sizes', async () => {
    const found = await ask('generations', {
      model: TITAN_1,
      prompt: 'a cat',
      size: '768x1408',
      seed: 7,
    })
    expect(found.sent).toEqual([
      {
        taskType: 'TEXT_IMAGE',
        textToImageParams: { text: 'a cat' },
        imageGenerationConfig: { numberOfImages: 1, width: 768, height: 1408, seed: 7 },
      },
    ])
  })

  it('edits in its second version without a mask, too', async () => {
    const found = await ask('edits', {
      model: TITAN_2,
      image: at['picture'],
      prompt: 'a dog',
      seed: 7,
    })
    expect(found.sent).toEqual([
      {
        taskType: 'TEXT_IMAGE',
        textToImageParams: { text: 'a dog', conditionImage: base64(picture) },
        imageGenerationConfig: CONFIG,
      },
    ])
    const first = await ask('edits', { model: TITAN_1, image: at['picture'], prompt: 'a dog' })
    expect([first.status, (first.json['error'] as Json)['param']]).toEqual([400, 'mask'])
  })

  it('varies, and knows no clothes', async () => {
    const found = await ask('variations', { model: TITAN_1, image: at['picture'], seed: 7 })
    expect(found.sent[0]).toMatchObject({ taskType: 'IMAGE_VARIATION' })
    const tried = await ask('edits', {
      model: TITAN_2,
      image: at['picture'],
      taskType: 'VIRTUAL_TRY_ON',
    })
    expect(tried.json['error']).toMatchObject({
      param: 'taskType',
      message: expect.stringContaining('INPAINTING, OUTPAINTING'),
    })
  })
})

describe('what neither draws', () => {
  it.each([
    [{ size: '256x256' }, 'size', '320 to 4096'],
    [{ size: '1000x1000' }, 'size', 'divisible by 16'],
    [{ size: '4096x1024' }, 'size', '4194304'],
    [{ size: 'large' }, 'size', 'WIDTHxHEIGHT'],
    [{ quality: 'ultra' }, 'quality', 'standard'],
    [{ style: 'cubism' }, 'style', 'PHOTOREALISM'],
    [{ background: 'transparent' }, 'background', 'auto, opaque'],
    [{ output_format: 'webp' }, 'output_format', 'png, jpeg'],
    [{ cfgScale: 11 }, 'cfgScale', '1.1 to 10'],
    [{ seed: -1 }, 'seed', '0 to 2147483646'],
    [{ seed: 'x' }, 'seed', 'whole numbers'],
    [{ colors: ['red'] }, 'colors', '#RRGGBB'],
    [{ prompt: 'x'.repeat(1025) }, 'prompt', '1024'],
    [{ taskType: 'INPAINTING' }, 'taskType', 'TEXT_IMAGE, COLOR_GUIDED_GENERATION'],
    [{ n: 11 }, 'n', '10'],
  ])('%o is a 400 that says what they do', async (more, param, allowed) => {
    const found = await ask('generations', { model: NOVA, prompt: 'a cat', ...more })
    expect([found.status, (found.json['error'] as Json)['param']]).toEqual([400, param])
    expect((found.json['error'] as Json)['message']).toContain(allowed)
    expect(found.sent).toEqual([])
  })

  it('pictures that are too many, of another type or size', async () => {
    const two = await ask('edits', {
      model: NOVA,
      images: [at['picture'], at['picture']],
      prompt: 'x',
    })
    expect((two.json['error'] as Json)['message']).toContain('takes 1 at most')
    const gif = dataUrl(Buffer.from('GIF89a\x40\0\x40\0\0\0\0', 'latin1'), 'image/gif')
    const other = await ask('edits', { model: NOVA, image: gif, prompt: 'x' })
    expect((other.json['error'] as Json)['message']).toContain('image/png, image/jpeg')
    const small = dataUrl(await halfClear(32, 32))
    const mask = await ask('edits', { model: NOVA, image: at['picture'], mask: small, prompt: 'x' })
    expect(mask.json['error']).toMatchObject({
      param: 'mask',
      message: expect.stringContaining('Supported values are: 320x320'),
    })
    const many = await ask('edits', {
      model: NOVA,
      image: at['picture'],
      prompt: 'x',
      taskType: 'BACKGROUND_REMOVAL',
      n: 2,
    })
    expect((many.json['error'] as Json)['param']).toBe('n')
  })
})
