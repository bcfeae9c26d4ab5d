import type { ImageRequest } from '../../../../ports/images.ts'
import {
  checkImages,
  firstImage,
  promptOf,
  readSize,
  refusedValue,
  shortPrompt,
} from '../../../image-requests.ts'
import { type Fields, readFields } from './own-values.ts'
import { type ImageFormat, ownFields, PAINTS, type Painter, type Plan } from './painter.ts'
import {
  checkTask,
  decodeStability,
  formatOf,
  ignoredWords,
  LARGEST_SEED,
  LONGEST_PROMPT,
  NEGATIVE,
  READS,
  SEED,
} from './stability-parts.ts'

/** What the models that draw of words differ in. */
interface Model {
  ids: readonly string[]
  formats: readonly ImageFormat[]
  /** Whether it draws after a picture, too. */
  images: boolean
  /** Whether its body tells which of the two is meant. */
  mode?: true
}

/**
 * Stable Diffusion 3.5 Large, Stable Image Ultra, Stable Image Core: Bedrock user guide,
 * model-parameters-diffusion-3-5-large, model-parameters-diffusion-stable-ultra-text-image-request-response,
 * model-parameters-diffusion-stable-image-core-text-image-request-response. They refuse fields they do not
 * know (public issues), so only these are sent. A size is an aspect ratio; how many pixels come is theirs.
 */
const MODELS: readonly Model[] = [
  { ids: ['stability.sd3'], formats: ['png', 'jpeg', 'webp'], images: true, mode: true },
  { ids: ['stability.stable-image-ultra'], formats: ['png', 'jpeg'], images: true },
  { ids: ['stability.stable-image-core'], formats: ['png', 'jpeg'], images: false },
]

const FIELDS: Fields = { negative_prompt: NEGATIVE, seed: SEED }

/** How far a picture may be left behind where the caller does not say; Ultra's default, sent to both. */
const STRENGTH = 0.35

export const stabilityPainters: readonly Painter[] = MODELS.map((model) => ({
  ids: model.ids,
  input: model.images ? ['text', 'image'] : ['text'],
  draws: model.images ? ['generate', 'edit', 'vary'] : ['generate'],
  largestSeed: LARGEST_SEED,
  traits: PAINTS,
  plan: (request, id) => plan(model, request, id),
  decode: decodeStability,
}))

function plan(model: Model, request: ImageRequest, id: string): Plan {
  const own = ownFields(request)
  const { task, mask } = request
  checkTask(own, task === 'vary' ? 'IMAGE_VARIATION' : 'TEXT_IMAGE', id)
  checkImages(request, { most: 1, types: READS, id })
  if (mask) {
    throw refusedValue(
      'mask',
      `the model ${id} takes no mask; stability.stable-image-inpaint-v1:0 does`,
    )
  }
  const format = formatOf(request, model.formats, id)
  const fields = readFields(own, FIELDS)
  const { seed, ...rest } = fields
  // The words of a variation may be left out, but their field may not.
  const prompt =
    task === 'vary'
      ? (shortPrompt(request.prompt, LONGEST_PROMPT) ?? '')
      : promptOf(request, LONGEST_PROMPT)
  const ignored = ignoredWords(request)
  const shape =
    task === 'generate'
      ? { aspect_ratio: aspectRatio(request, own.take('aspect_ratio')?.value), ...modeOf(model) }
      : fromImage(model, request, readFields(own, { strength: { number: [0, 1] } }))
  if (task !== 'generate' && readSize(request.size)) ignored.push('size')
  return {
    batch: 1,
    format,
    ...(typeof seed === 'number' && { seed }),
    ignored: [...ignored, ...own.left()],
    body: (_, seed) => ({
      prompt,
      ...rest,
      ...shape,
      ...(seed !== undefined && { seed }),
      output_format: format,
    }),
  }
}

const modeOf = ({ mode }: Model) => (mode ? { mode: 'text-to-image' } : {})

function fromImage(
  { mode }: Model,
  request: ImageRequest,
  { strength = STRENGTH }: { strength?: unknown },
) {
  return {
    ...(mode && { mode: 'image-to-image' }),
    image: firstImage(request),
    strength,
  }
}

const RATIOS = ['16:9', '1:1', '21:9', '2:3', '3:2', '4:5', '5:4', '9:16', '9:21'] as const
/** OpenAI's 1792x1024 is not quite 16:9. */
const NEAR = 0.03

/** The ratio a size has, the caller's own word for it before. Throws 400 for one that none comes near. */
export function aspectRatio({ size }: Pick<ImageRequest, 'size'>, native?: unknown): string {
  const wanted = native ?? (size === undefined || size === 'auto' ? '1:1' : size)
  const named = RATIOS.find((ratio) => ratio === wanted)
  if (named) return named
  const pixels = readSize(String(wanted))
  const near = pixels && RATIOS.find((one) => isNear(pixels.width / pixels.height, one))
  if (near) return near
  throw refusedValue(
    native === undefined ? 'size' : 'aspect_ratio',
    `the model does not draw ${String(wanted)}`,
    ['auto', ...RATIOS, 'WIDTHxHEIGHT of such a ratio'],
  )
}

function isNear(ratio: number, named: string): boolean {
  const [width = 1, height = 1] = named.split(':').map(Number)
  return Math.abs(ratio / (width / height) - 1) <= NEAR
}
