import { refusedValue, sizeText } from '../../../image-requests.ts'
import { decodeCanvas, LARGEST_SEED, planCanvas } from './canvas.ts'
import type { Canvas } from './canvas-tasks.ts'
import { PAINTS, type Painter } from './painter.ts'

/** The table of the page below; nothing else is drawn. */
const SIZES =
  '1024x1024 768x768 512x512 768x1152 384x576 1152x768 576x384 768x1280 384x640 1280x768 640x384 896x1152 448x576 1152x896 576x448 768x1408 384x704 1408x768 704x384 640x1408 320x704 1408x640 704x320 1152x640 1173x640'.split(
    ' ',
  )

/** Titan Image Generator: Bedrock user guide, model-parameters-titan-image. Its first version knows fewer tasks. */
const V1: Canvas = {
  tasks: ['TEXT_IMAGE', 'IMAGE_VARIATION', 'INPAINTING', 'OUTPAINTING'],
  longestText: 512,
  conditions: false,
  withoutQuality: [],
  checkSize(size) {
    const text = sizeText(size)
    if (SIZES.includes(text)) return
    throw refusedValue('size', `the model does not draw ${text}`, ['auto', ...SIZES])
  },
}

const V2: Canvas = {
  ...V1,
  tasks: [...V1.tasks, 'COLOR_GUIDED_GENERATION', 'BACKGROUND_REMOVAL'],
  conditions: true,
}

const COMMON: Pick<Painter, 'input' | 'draws' | 'largestSeed' | 'traits' | 'decode'> = {
  input: ['text', 'image'],
  draws: ['generate', 'edit', 'vary', 'mask'],
  largestSeed: LARGEST_SEED,
  traits: PAINTS,
  decode: decodeCanvas,
}

export const titanImage1: Painter = {
  ...COMMON,
  ids: ['amazon.titan-image-generator-v1'],
  plan: (request, id) => planCanvas(V1, request, id),
}

export const titanImage2: Painter = {
  ...COMMON,
  ids: ['amazon.titan-image-generator-v2'],
  plan: (request, id) => planCanvas(V2, request, id),
}
