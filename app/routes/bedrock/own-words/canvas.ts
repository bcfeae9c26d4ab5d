import { z } from '@hono/zod-openapi'
import { encodeBase64 } from '../../../codecs/bytes/base64.ts'
import type { ImageOrder } from '../../../gateway/operations/draw.ts'
import { checked, type OwnForm } from './form.ts'
import { lacking } from './malformed.ts'
import { maskOf, picture } from './pictures.ts'

const image = z.string().min(1)
const text = z.string().min(1).max(1024)
const negativeText = text.optional()

/** Envelope and tasks of Nova Canvas (its user guide) and Titan Image (user guide, model-parameters-titan-image). */
const request = z.strictObject({
  taskType: z.enum([
    'TEXT_IMAGE',
    'COLOR_GUIDED_GENERATION',
    'IMAGE_VARIATION',
    'INPAINTING',
    'OUTPAINTING',
    'BACKGROUND_REMOVAL',
    'VIRTUAL_TRY_ON',
  ]),
  textToImageParams: z
    .strictObject({
      text,
      negativeText,
      style: z.string().optional(),
      conditionImage: image.optional(),
      controlMode: z.enum(['CANNY_EDGE', 'SEGMENTATION']).optional(),
      controlStrength: z.number().min(0).max(1).optional(),
    })
    .optional(),
  colorGuidedGenerationParams: z
    .strictObject({
      colors: z.array(z.string()).min(1).max(10),
      text,
      negativeText,
      referenceImage: image.optional(),
    })
    .optional(),
  imageVariationParams: z
    .strictObject({
      images: z.array(image).min(1).max(5),
      similarityStrength: z.number().min(0.2).max(1).optional(),
      text: text.optional(),
      negativeText,
    })
    .optional(),
  inPaintingParams: z
    .strictObject({
      image,
      maskPrompt: text.optional(),
      maskImage: image.optional(),
      text: text.optional(),
      negativeText,
      returnMask: z.boolean().optional(),
    })
    .optional(),
  outPaintingParams: z
    .strictObject({
      image,
      maskPrompt: text.optional(),
      maskImage: image.optional(),
      outPaintingMode: z.enum(['DEFAULT', 'PRECISE']).optional(),
      text,
      negativeText,
      returnMask: z.boolean().optional(),
    })
    .optional(),
  backgroundRemovalParams: z.strictObject({ image }).optional(),
  virtualTryOnParams: z
    .looseObject({ sourceImage: image, referenceImage: image, maskType: z.string() })
    .optional(),
  imageGenerationConfig: z
    .strictObject({
      width: z.int().optional(),
      height: z.int().optional(),
      quality: z.enum(['standard', 'premium']).optional(),
      cfgScale: z.number().min(1.1).max(10).optional(),
      seed: z.int().min(0).max(2_147_483_646).optional(),
      numberOfImages: z.int().min(1).max(5).optional(),
    })
    .optional(),
})

type Wire = z.infer<typeof request>
type Task = Wire['taskType']
type Drawing = Pick<ImageOrder, 'task' | 'images'> &
  Partial<Pick<ImageOrder, 'prompt' | 'mask' | 'style' | 'fields'>>

/** What each task is to models that know OpenAI's three; undefined where its parameters are missing. */
const DRAWINGS: Record<Task, (wire: Wire) => Drawing | undefined | Promise<Drawing>> = {
  TEXT_IMAGE({ textToImageParams: asked }) {
    if (!asked) return undefined
    const { text: prompt, conditionImage, style, ...fields } = asked
    const drawing = { prompt, fields, ...(style !== undefined && { style }) }
    if (conditionImage === undefined) return { ...drawing, task: 'generate', images: [] }
    return { ...drawing, task: 'edit', images: [picture(conditionImage, 'conditionImage')] }
  },
  COLOR_GUIDED_GENERATION({ colorGuidedGenerationParams: asked }) {
    if (!asked) return undefined
    const { text: prompt, referenceImage, ...fields } = asked
    if (referenceImage === undefined) return { task: 'generate', images: [], prompt, fields }
    return { task: 'edit', images: [picture(referenceImage, 'referenceImage')], prompt, fields }
  },
  IMAGE_VARIATION({ imageVariationParams: asked }) {
    if (!asked) return undefined
    const { images, text: prompt, ...fields } = asked
    return {
      task: 'vary',
      images: images.map((one, index) => picture(one, `images[${index}]`)),
      fields,
      ...(prompt !== undefined && { prompt }),
    }
  },
  INPAINTING: ({ inPaintingParams: asked }) => asked && painted(asked, 'black'),
  OUTPAINTING: ({ outPaintingParams: asked }) => asked && painted(asked, 'white'),
  BACKGROUND_REMOVAL({ backgroundRemovalParams: asked }) {
    if (!asked) return undefined
    return {
      task: 'edit',
      images: [picture(asked.image, 'image')],
      prompt: 'Remove the background.',
    }
  },
  VIRTUAL_TRY_ON({ virtualTryOnParams: asked }) {
    if (!asked) return undefined
    const { sourceImage, referenceImage, ...fields } = asked
    const images = [picture(sourceImage, 'sourceImage'), picture(referenceImage, 'referenceImage')]
    return { task: 'edit', images, prompt: 'Try it on.', fields }
  },
}

interface Painting {
  image: string
  maskImage?: string
  text?: string
}

async function painted(
  { image: whole, maskImage, text: prompt, ...fields }: Painting,
  draw: 'black' | 'white',
): Promise<Drawing> {
  const mask = maskImage === undefined ? undefined : await maskOf(maskImage, draw, 'maskImage')
  return {
    task: 'edit',
    images: [picture(whole, 'image')],
    // Without words what the mask shows is taken away.
    prompt: prompt ?? 'Remove this.',
    fields,
    ...(mask && { mask }),
  }
}

const MEMBERS: Record<Task, keyof Wire> = {
  TEXT_IMAGE: 'textToImageParams',
  COLOR_GUIDED_GENERATION: 'colorGuidedGenerationParams',
  IMAGE_VARIATION: 'imageVariationParams',
  INPAINTING: 'inPaintingParams',
  OUTPAINTING: 'outPaintingParams',
  BACKGROUND_REMOVAL: 'backgroundRemovalParams',
  VIRTUAL_TRY_ON: 'virtualTryOnParams',
}

const SIDE = 1024

export const canvas: OwnForm = {
  operation: 'image',
  ids: /amazon\.(nova-canvas|titan-image)/,
  knows: (body) => 'taskType' in body && !('singleEmbeddingParams' in body),
  async read(body) {
    const asked = checked(request, body)
    const { taskType: task, imageGenerationConfig: config = {} } = asked
    const drawing = await DRAWINGS[task](asked)
    if (!drawing) throw lacking(MEMBERS[task])
    const { width = SIDE, height = SIDE, quality, numberOfImages: count = 1, ...own } = config
    const { fields } = drawing
    const sized = drawing.task === 'generate' && { size: `${width}x${height}` }
    return {
      operation: 'image',
      order: {
        ...drawing,
        ...sized,
        count,
        fields: { ...fields, ...own },
        ...(quality && { quality }),
      },
      write: ({ images }) => ({ images: images.map(({ bytes }) => encodeBase64(bytes)) }),
    }
  },
}
