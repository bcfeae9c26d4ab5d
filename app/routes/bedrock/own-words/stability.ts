import { z } from '@hono/zod-openapi'
import { encodeBase64 } from '../../../codecs/bytes/base64.ts'
import { entryOf } from '../../../codecs/table.ts'
import { checked, type OwnForm } from './form.ts'
import { lacking } from './malformed.ts'
import { maskOf, picture } from './pictures.ts'

const image = z.string().min(1)

/**
 * What the models and tools of Stability take in common (user guide, model-parameters-diffusion-3-5-large and its
 * neighbours, stable-image-services); each has fields of its own beside.
 */
const request = z.looseObject({
  prompt: z.string().max(10_000).optional(),
  mode: z.enum(['text-to-image', 'image-to-image']).optional(),
  image: image.optional(),
  init_image: image.optional(),
  style_image: image.optional(),
  mask: image.optional(),
  aspect_ratio: z
    .enum(['16:9', '1:1', '21:9', '2:3', '3:2', '4:5', '5:4', '9:16', '9:21'])
    .optional(),
  output_format: z.enum(['png', 'jpeg', 'webp']).optional(),
  seed: z.int().min(0).max(4_294_967_295).optional(),
})

/** About a megapixel each, as the models draw. */
const SIZES: Readonly<Record<string, string>> = {
  '16:9': '1344x768',
  '1:1': '1024x1024',
  '21:9': '1536x640',
  '2:3': '832x1216',
  '3:2': '1216x832',
  '4:5': '896x1088',
  '5:4': '1088x896',
  '9:16': '768x1344',
  '9:21': '640x1536',
}

export const stability: OwnForm = {
  operation: 'image',
  ids: /(^|[./])stability\./,
  knows: (body) => typeof body['prompt'] === 'string',
  async read(body) {
    const { prompt, mode: _, image: whole, mask, seed = 0, ...more } = checked(request, body)
    const { init_image: first = whole, style_image: second, ...rest } = more
    const { aspect_ratio: ratio = '1:1', output_format: format, ...fields } = rest
    const images = [
      ...(first === undefined ? [] : [picture(first, 'image')]),
      ...(second === undefined ? [] : [picture(second, 'style_image')]),
    ]
    if (images.length === 0 && !prompt) throw lacking('prompt')
    const size = entryOf(SIZES, ratio)
    return {
      operation: 'image',
      order: {
        task: images.length > 0 ? 'edit' : 'generate',
        prompt: prompt || 'As the tool does.',
        images,
        count: 1,
        fields: { ...fields, seed },
        ...(images.length === 0 && size && { size }),
        ...(format && { format }),
        ...(mask !== undefined && { mask: await maskOf(mask, 'white', 'mask') }),
      },
      write: ({ images: drawn }) => ({
        seeds: drawn.map(() => seed),
        finish_reasons: drawn.map(() => null),
        images: drawn.map(({ bytes }) => encodeBase64(bytes)),
      }),
    }
  },
}
