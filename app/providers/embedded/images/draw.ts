import { readJpeg, writeJpeg } from '../../../codecs/pictures/jpeg.ts'
import type { Pixels } from '../../../codecs/pictures/pixels.ts'
import { readPng, writePng } from '../../../codecs/pictures/png.ts'
import type {
  DrawnImage,
  ImageModel,
  ImageRequest,
  ImageTask,
  InputImage,
} from '../../../ports/images.ts'
import {
  checkImages,
  checkMask,
  firstImage,
  promptOf,
  readSize,
  refusedValue,
  type Size,
  sizeText,
} from '../../image-requests.ts'
import { countTokens } from '../tokens.ts'
import { drawMotif, labelled } from './art.ts'
import { blended, coarse, holeOf, masked, resized, varied } from './rework.ts'

const LONGEST_PROMPT = 32_000
const READS = ['image/png', 'image/jpeg']
const FORMATS = ['png', 'jpeg'] as const
/** Of each side: small enough that nobody waits. */
const SIDES = [64, 2048] as const
const USUAL: Size = { width: 1024, height: 1024 }

type Format = (typeof FORMATS)[number]

/** A model that draws shapes by rules of its own and says so in every picture. It calls nobody. */
export function createImages(name: string): ImageModel {
  return {
    partials: true,
    async draw(request, { signal }, onPartial) {
      const format = formatOf(request)
      const seed = seedOf(request)
      const paint = await painterOf(request, seed)
      const images: DrawnImage[] = []
      for (let index = 0; index < request.count; index += 1) {
        signal.throwIfAborted()
        const pixels = paint(index)
        if (index === 0 && onPartial) await showPartials(pixels, request, { format, onPartial })
        images.push(await encoded(pixels, request, format))
      }
      const { prompt = '', background } = request
      const isClear = background === 'transparent' && request.task === 'generate'
      return {
        images,
        usage: { input: countTokens(prompt), output: 0, images: images.length },
        background: isClear ? 'transparent' : 'opaque',
        served: { provider: 'embedded', model: name, attempts: 1, ignored: ignoredOf(request) },
      }
    },
  }
}

function formatOf({ format = 'png', background }: ImageRequest): Format {
  const known = FORMATS.find((one) => one === format)
  if (!known) {
    throw refusedValue('output_format', `the embedded model writes no ${format}`, FORMATS)
  }
  if (known === 'jpeg' && background === 'transparent') {
    throw refusedValue('output_format', 'a JPEG has no transparent background', ['png'])
  }
  return known
}

function seedOf({ extras = {} }: ImageRequest): number {
  const seed = Number(extras['seed'] ?? 0)
  if (Number.isSafeInteger(seed)) return seed
  throw refusedValue('seed', 'it is no whole number')
}

function sizeOf({ size, images }: ImageRequest): Size {
  const [image] = images
  if (size === undefined || size === 'auto') return image ?? USUAL
  const wanted = readSize(size)
  const [least, most] = SIDES
  const fits = wanted && [wanted.width, wanted.height].every((one) => one >= least && one <= most)
  if (fits) return wanted
  throw refusedValue(
    'size',
    `the embedded model does not draw ${size}`,
    `auto, WIDTHxHEIGHT with sides of ${least} to ${most}`,
  )
}

type Paint = (index: number) => Pixels

const LABELS: Record<ImageTask, string> = {
  generate: 'Embedded',
  edit: 'Embedded edit',
  vary: 'Embedded variation',
}

/** What draws one picture after another. Throws 400 for what is not to be drawn. */
async function painterOf(request: ImageRequest, seed: number): Promise<Paint> {
  const { task, mask, background } = request
  checkImages(request, { most: 16, types: READS, id: request.model })
  const { width, height } = sizeOf(request)
  const motif = { seed, width, height, label: LABELS[task] }
  if (task === 'generate') {
    const prompt = promptOf(request, LONGEST_PROMPT)
    const transparent = background === 'transparent'
    return (index) => drawMotif({ ...motif, prompt, index, transparent })
  }
  const image = firstImage(request)
  if (mask) checkMask(mask, image)
  const picture = resized(await pixelsOf(image), width, height)
  if (task === 'vary') {
    return (index) => labelled(varied(picture, index + seed), `${LABELS.vary} ${index + 1}`)
  }
  const prompt = promptOf(request, LONGEST_PROMPT)
  const holes = mask && resized(await pixelsOf(mask), width, height)
  const hole = holes && holeOf(holes)
  return (index) => {
    if (!holes) return blended(picture, drawMotif({ ...motif, prompt, index }))
    if (!hole) return picture
    const { width: holeWidth, height: holeHeight } = hole
    const drawing = drawMotif({ ...motif, prompt, index, width: holeWidth, height: holeHeight })
    return masked(picture, drawing, { mask: holes, hole })
  }
}

async function pixelsOf(image: InputImage): Promise<Pixels> {
  const { width, height, mediaType, param } = image
  try {
    const bytes = await image.bytes()
    return mediaType === 'image/png'
      ? await readPng(bytes)
      : await readJpeg(bytes, width * height + 1)
  } catch {
    throw refusedValue(param, `the picture of ${sizeText(image)} pixels is damaged`)
  }
}

/** The longest side of a square in the first of them, as a share of the picture. */
const COARSEST = 12

async function showPartials(
  pixels: Pixels,
  request: ImageRequest,
  {
    format,
    onPartial,
  }: { format: Format; onPartial: NonNullable<Parameters<ImageModel['draw']>[2]> },
): Promise<void> {
  const { partials = 0 } = request
  const largest = Math.max(2, Math.floor(Math.max(pixels.width, pixels.height) / COARSEST))
  for (let index = 0; index < partials; index += 1) {
    const side = Math.max(2, Math.floor(largest / 2 ** (index * 2)))
    onPartial(await encoded(coarse(pixels, side), request, format), index)
  }
}

const USUAL_QUALITY = 100

async function encoded(
  pixels: Pixels,
  { compression = USUAL_QUALITY, task }: ImageRequest,
  format: Format,
): Promise<DrawnImage> {
  if (format === 'jpeg') {
    return { bytes: await writeJpeg(pixels, Math.max(1, compression)), mediaType: 'image/jpeg' }
  }
  const text = { Software: `Outcrop, embedded model (${task})` }
  return { bytes: await writePng(pixels, text), mediaType: 'image/png' }
}

/** OpenAI's words that change nothing here, and a model's own but the seed. */
function ignoredOf(request: ImageRequest): string[] {
  const { quality, style, moderation, fidelity, compression, format, background, task } = request
  const { mask, images } = request
  const isOwn = moderation !== undefined && moderation !== 'auto'
  const isClear = background === 'transparent' && task !== 'generate'
  return [
    ...(quality !== undefined && quality !== 'auto' ? ['quality'] : []),
    ...(style !== undefined ? ['style'] : []),
    ...(isClear ? ['background'] : []),
    ...(isOwn ? ['moderation'] : []),
    ...(fidelity !== undefined ? ['input_fidelity'] : []),
    ...(compression !== undefined && format !== 'jpeg' ? ['output_compression'] : []),
    ...(task === 'vary' && request.prompt ? ['prompt'] : []),
    ...(task === 'vary' && mask ? ['mask'] : []),
    ...images.slice(1).map(({ param }) => param),
    ...Object.keys(request.extras ?? {}).filter((name) => name !== 'seed'),
  ]
}
