import { z } from '@hono/zod-openapi'

/** OpenAI's bounds of one request. */
const MOST_PICTURES = 10
export const MOST_INPUTS = 16

const model = z
  .string()
  .min(1)
  .nullish()
  .describe(
    'An id, a profile, an ARN or an alias. Default: DEFAULT_IMAGE_MODEL, which is `dall-e-2`.',
  )

/** What all three operations take. */
const shared = {
  model,
  n: z.int().min(1).max(MOST_PICTURES).nullish().describe('How many pictures. Default 1.'),
  size: z
    .string()
    .min(1)
    .nullish()
    .describe(
      '`auto`, or `WIDTHxHEIGHT` as the model draws them; one it does not is a 400 that says which it does. Stability draws ratios, which may be written as `16:9`.',
    ),
  response_format: z
    .enum(['url', 'b64_json'])
    .nullish()
    .describe(
      '`url` holds for an hour. Default: `url` where pictures can be kept, but `b64_json` for GPT image models.',
    ),
  user: z.string().nullish().describe("The end user, for the log of the model's keeper."),
}

const drawing = {
  ...shared,
  quality: z
    .string()
    .min(1)
    .nullish()
    .describe('`auto`, `low`, `medium`, `high`, `standard`, `hd`, or a word of the model.'),
  background: z.enum(['transparent', 'opaque', 'auto']).nullish(),
  output_format: z
    .enum(['png', 'jpeg', 'webp'])
    .nullish()
    .describe('One that cannot be had of the model is a 400 that says which can. Default png.'),
  output_compression: z.int().min(0).max(100).nullish().describe('Quality of a JPEG.'),
  stream: z.boolean().nullish().describe('Answer with server-sent events.'),
  partial_images: z
    .int()
    .min(0)
    .max(3)
    .nullish()
    .describe('Unfinished pictures of a stream; models that show none send the finished alone.'),
}

export const imageRequest = z
  .looseObject({
    ...drawing,
    prompt: z.string().min(1).describe('What is to be drawn.'),
    style: z
      .string()
      .min(1)
      .nullish()
      .describe('`vivid` or `natural`, or one of the styles the model knows.'),
    moderation: z.enum(['low', 'auto']).nullish(),
  })
  .openapi('CreateImageRequest', {
    example: { model: 'stability.stable-image-core-v1:1', prompt: 'A lighthouse at dusk' },
  })

const ADDRESS = 'https, s3://bucket/key, file-id:, a data URL, or base64.'

const named = z
  .looseObject({
    file_id: z.string().min(1).nullish().describe('A stored file.'),
    image_url: z
      .union([z.string().min(1), z.looseObject({ url: z.string().min(1) })])
      .nullish()
      .describe(ADDRESS),
  })
  .refine(
    ({ file_id: file, image_url: url }) => ((file ?? null) === null) !== ((url ?? null) === null),
    {
      error: 'Expected either image_url or file_id',
    },
  )

const reference = z
  .union([z.string().min(1), named], {
    error: 'one of a string or an object with either image_url or file_id',
  })
  .describe('An object, or the address itself.')

export type ImageReference = z.infer<typeof reference>

const references = z.union([reference, z.array(reference).min(1).max(MOST_INPUTS)], {
  error: `a picture, or a list of 1 to ${MOST_INPUTS}`,
})

const inputs = {
  images: references.nullish(),
  image: references.nullish().describe('Another name for `images`, as forms have it.'),
}

const editing = {
  ...drawing,
  prompt: z.string().nullish().describe('Needed by most models.'),
  style: imageRequest.shape.style,
  moderation: imageRequest.shape.moderation,
  input_fidelity: z.enum(['high', 'low']).nullish(),
}

const fields = z.object(editing)

/** The members of any of the three operations that are no pictures. */
export type WireImageFields = Partial<z.infer<typeof fields>>

export const imageEditRequest = z
  .looseObject({ ...editing, ...inputs, mask: reference.nullish() })
  .openapi('EditImageRequest', {
    example: {
      model: 'stability.stable-image-inpaint-v1:0',
      images: [{ file_id: 'file-0193...' }],
      mask: { image_url: 'data:image/png;base64,...' },
      prompt: 'A beret',
    },
  })

export const imageVariationRequest = z
  .looseObject({
    ...shared,
    ...inputs,
    prompt: editing.prompt,
    output_format: drawing.output_format,
    output_compression: drawing.output_compression,
  })
  .openapi('VaryImageRequest', {
    example: { model: 'stability.sd3-5-large-v1:0', image: { file_id: 'file-0193...' } },
  })

/** The fields of forms that are no pictures. */
export const imageEditFields = z.looseObject(editing)
export const imageVariationFields = z.looseObject({
  ...shared,
  prompt: editing.prompt,
  output_format: drawing.output_format,
  output_compression: drawing.output_compression,
})

const file = z.string().openapi({ format: 'binary' })
const files = z.union([file, z.array(file)])

/** What forms bring beside what JSON does: pictures as parts, in a field that may come several times. */
export const imageEditForm = z
  .looseObject({
    ...editing,
    image: files.describe(`Up to ${MOST_INPUTS}; \`image[]\` is another name.`),
    mask: file.optional().describe('Its transparent pixels are drawn anew.'),
  })
  .openapi('EditImageForm')

export const imageVariationForm = z
  .looseObject({ ...shared, image: files })
  .openapi('VaryImageForm')

const usage = z.object({
  input_tokens: z.int(),
  output_tokens: z.int(),
  total_tokens: z.int(),
  input_tokens_details: z.object({ text_tokens: z.int(), image_tokens: z.int() }),
})

export const imageList = z
  .object({
    created: z.int().describe('Unix seconds.'),
    data: z.array(
      z.object({
        b64_json: z.string().optional(),
        url: z.string().optional(),
        revised_prompt: z.string().optional(),
      }),
    ),
    background: z.string().optional(),
    output_format: z.string().optional(),
    quality: z.string().optional(),
    size: z.string().optional().describe('Of the first picture, as it is.'),
    usage: usage.optional().describe('Only of models that count tokens.'),
  })
  .openapi('ImageList')

export const imageEvent = z
  .object({
    type: z
      .string()
      .describe('`image_generation.` or `image_edit.`, `partial_image` or `completed`.'),
    b64_json: z.string(),
    created_at: z.int(),
    size: z.string(),
    quality: z.string(),
    background: z.string(),
    output_format: z.string(),
    partial_image_index: z.int().optional(),
    usage: usage.optional().describe('At the end; zeros where the model counts no tokens.'),
  })
  .openapi('ImageEvent')

export type WireImageList = z.infer<typeof imageList>
export type WireImageUsage = z.infer<typeof usage>
export type WireImageEdit = z.infer<typeof imageEditRequest>
export type WireImageVariation = z.infer<typeof imageVariationRequest>
