import { beforeAll, describe, expect, it } from 'vitest'
import { post } from '../../../features/embedding-stage.ts'
import { base64, corners, dataUrl, halfClear, plain } from '../../../features/image-stage.ts'
import { ignoredBy, type Json, useFakeBedrock } from '../../../features/stage.ts'

const bedrock = useFakeBedrock()
const NOVA = 'amazon.nova-canvas-v1:0'
const TITAN_2 = 'amazon.titan-image-generator-v2:0'
const SKETCH = 'stability.stable-image-control-sketch-v1:0'

const CORE = 'stability.stable-image-core-v1:1'
const STYLE = 'stability.stable-style-transfer-v1:0'
const SD3 = 'stability.sd3-5-large-v1:0'
const tool = (name: string) => `stability.stable-${name}-v1:0`
const BOTH = ['picture', 'picture']
const TWO = { images: BOTH, taskType: 'VIRTUAL_TRY_ON' }

let picture: Uint8Array<ArrayBuffer>
const at: Record<string, { image_url: string }> = {}
beforeAll(async () => {
  picture = await plain(320, 320)
  const clear = await halfClear(320, 320)
  at['picture'] = { image_url: dataUrl(picture) }
  at['clear'] = { image_url: dataUrl(clear) }
  at['cut'] = { image_url: dataUrl(clear.slice(0, -40)) }
})

async function ask(path: string, body: Json, answer: unknown = { images: [base64(picture)] }) {
  bedrock.fake.forget()
  bedrock.fake.script({ body: answer })
  const { app } = bedrock.open({ FILES_DIR: 'memory' })
  const asked = { model: NOVA, prompt: 'a cat', response_format: 'b64_json', ...body }
  const found = await post(app, `/v1/images/${path}`, asked)
  const error = (found.json['error'] ?? {}) as Json
  const sent = bedrock.sent()[0]
  return { ...found, error, sent, ignored: ignoredBy(found as unknown as Response) }
}

describe('a model that gives', () => {
  const none = Buffer.from('No picture at all, but long enough for one.').toString('base64')
  const cut = () => base64(picture.slice(0, -30))
  const unread = 'The model gave a picture that could not be read.'

  it.each([
    ['no base64', () => ['@@@'], 'png', unread],
    ['something else', () => [none], 'png', unread],
    ['something else where a JPEG is wanted', () => [none], 'jpeg', unread],
    ['a damaged picture where a JPEG is wanted', () => [cut()], 'jpeg', unread],
    ['nothing, and no reason', () => [], 'png', 'The model gave no picture.'],
  ])('%s has failed', async (_, images, output_format, message) => {
    const { status, error } = await ask('generations', { output_format }, { images: images() })
    expect({ status, code: error['code'], message: error['message'] }).toEqual({
      status: 502,
      code: 'upstream_error',
      message,
    })
  })

  it('a sentence that is no refusal has failed as well', async () => {
    const { status, error } = await ask('generations', {}, { images: [], error: 'Out of paint.' })
    expect(status).toBe(502)
    expect(error['message']).toBe('The model failed to draw. Retry the request.')
  })
})

describe('what a model cannot draw', () => {
  it.each<[string, string, Json, string]>([
    ['no colours', 'generations', { taskType: 'COLOR_GUIDED_GENERATION' }, 'colors'],
    ['a size Titan lacks', 'generations', { model: TITAN_2, size: '1000x1000' }, 'size'],
    ['an empty text', 'generations', { negative_prompt: '' }, 'negative_prompt'],
    ['an unknown ratio', 'generations', { model: CORE, aspect_ratio: '7:1' }, 'aspect_ratio'],
    ['a mask and its words', 'edits', { mask: 'clear', maskPrompt: 'hat' }, 'maskPrompt'],
    ['no mask', 'edits', { taskType: 'INPAINTING' }, 'mask'],
    ['a mask of a variation', 'edits', { mask: 'clear', taskType: 'IMAGE_VARIATION' }, 'mask'],
    ['nothing to try on', 'edits', { taskType: 'VIRTUAL_TRY_ON' }, 'image'],
    ['no words to try on by', 'edits', { ...TWO, prompt: undefined }, 'maskPrompt'],
    ['no mask to try on by', 'edits', { ...TWO, maskType: 'IMAGE' }, 'mask'],
    ['a damaged picture', 'edits', { images: ['cut'] }, 'images[0].image_url'],
    ['a mask of a tool', 'edits', { model: SKETCH, mask: 'clear' }, 'mask'],
    ['a third picture', 'edits', { model: STYLE, images: BOTH, mask: 'clear' }, 'mask'],
  ])('for %s is refused by name', async (_, path, body, param) => {
    const { status, error, sent } = await ask(path, path === 'edits' ? withPictures(body) : body)
    expect({ status, param: error['param'], sent }).toEqual({ status: 400, param, sent: undefined })
  })
})

/** The body with pictures in the place of their names. */
function withPictures({ images = ['picture'], mask, ...body }: Json): Json {
  const named = (images as string[]).map((name) => at[name])
  return { ...body, images: named, ...(mask !== undefined && { mask: at[String(mask)] }) }
}

describe('a picture with transparent parts', () => {
  it.each<[string, Json, string, [string, string]]>([
    ['words', { mask_prompt: 'the hat' }, 'inPaintingParams', ['WXWX', '']],
    ['another mask', { mask: 'clear' }, 'inPaintingParams', ['WXWX', 'BWBW']],
    ['those alone', {}, 'inPaintingParams', ['WXWX', 'BWBW']],
    ['a mode', { outPaintingMode: 'PRECISE' }, 'outPaintingParams', ['WXWX', 'WBWB']],
  ])('is sent opaque where %s tell what to draw', async (_, body, member, seen) => {
    const { sent } = await ask('edits', withPictures({ images: ['clear'], ...body }))
    const { image, maskImage } = sent![member] as Json
    expect([await corners(image), maskImage ? await corners(maskImage) : '']).toEqual(seen)
  })
})

describe('what has no effect', () => {
  it.each<[string, string, Json, string[]]>([
    [
      'the number of pictures',
      'generations',
      { imageGenerationConfig: { numberOfImages: 3 } },
      ['imageGenerationConfig.numberOfImages'],
    ],
    ['a quality', 'edits', { taskType: 'IMAGE_VARIATION', quality: 'high' }, ['quality']],
    ['the size of a tool', 'edits', { model: SKETCH, size: '1024x1024' }, ['size']],
  ])('is named: %s', async (_, path, body, names) => {
    const { status, ignored } = await ask(path, path === 'edits' ? withPictures(body) : body)
    expect({ status, ignored }).toEqual({ status: 200, ignored: names })
  })
})

describe("Stability's models", () => {
  it.each([
    ['generations', CORE, { taskType: 'COLOR_GUIDED_GENERATION' }, 'values are: TEXT_IMAGE.'],
    ['edits', SD3, { taskType: 'BACKGROUND_REMOVAL' }, 'values are: TEXT_IMAGE.'],
    ['edits', tool('outpaint'), { task_type: 'NOPE' }, 'values are: OUTPAINTING.'],
    ['edits', tool('fast-upscale'), { taskType: 'NOPE' }, 'no task "NOPE" here.'],
  ])('%s: refuse a task they do not have (%s)', async (path, model, named, allowed) => {
    const pictures = path === 'edits' ? { images: [at['picture']] } : {}
    const { status, error } = await ask(path, { model, ...pictures, ...named })
    expect([status, error['param']]).toEqual([400, Object.keys(named)[0]])
    expect(error['message']).toContain(allowed)
  })

  it('are not said to have drawn by a quality they do not know', async () => {
    const asked = { model: CORE, quality: 'high', taskType: 'TEXT_IMAGE' }
    const good = { seeds: [1], finish_reasons: [null], images: [base64(picture)] }
    const { ignored, json } = await ask('generations', asked, good)
    expect(ignored).toEqual(['quality'])
    expect(json).not.toHaveProperty('quality')
  })
})
