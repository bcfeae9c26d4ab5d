import { refusedValue, sizeText } from '../../../image-requests.ts'
import { decodeCanvas, LARGEST_SEED, planCanvas } from './canvas.ts'
import type { Canvas } from './canvas-tasks.ts'
import { PAINTS, type Painter } from './painter.ts'

/**
 * Nova Canvas: Nova user guide, image-gen-req-resp-structure, image-gen-access (sizes), image-gen-vto (try-on),
 * image-gen-styles, image-gen-errors. AWS ended it on 2026-09-30; whoever still has it is served.
 */
const CANVAS: Canvas = {
  tasks: [
    'TEXT_IMAGE',
    'COLOR_GUIDED_GENERATION',
    'IMAGE_VARIATION',
    'INPAINTING',
    'OUTPAINTING',
    'BACKGROUND_REMOVAL',
    'VIRTUAL_TRY_ON',
  ],
  longestText: 1024,
  conditions: true,
  // Its schema of IMAGE_VARIATION lists none.
  withoutQuality: ['IMAGE_VARIATION'],
  styles: [
    '3D_ANIMATED_FAMILY_FILM',
    'DESIGN_SKETCH',
    'FLAT_VECTOR_ILLUSTRATION',
    'GRAPHIC_NOVEL_ILLUSTRATION',
    'MAXIMALISM',
    'MIDCENTURY_RETRO',
    'PHOTOREALISM',
    'SOFT_DIGITAL_PAINTING',
  ],
  checkSize(size) {
    const { width, height } = size
    const sides = [width, height].every((one) => one >= 320 && one <= 4096 && one % 16 === 0)
    const ratio = width / height
    if (sides && ratio >= 0.25 && ratio <= 4 && width * height < 4_194_304) return
    throw refusedValue(
      'size',
      `the model does not draw ${sizeText(size)}`,
      'auto, WIDTHxHEIGHT with sides of 320 to 4096 divisible by 16, from 1:4 to 4:1, below 4194304 pixels',
    )
  },
}

export const novaCanvas: Painter = {
  ids: ['amazon.nova-canvas'],
  input: ['text', 'image'],
  draws: ['generate', 'edit', 'vary', 'mask'],
  largestSeed: LARGEST_SEED,
  traits: PAINTS,
  plan: (request, id) => planCanvas(CANVAS, request, id),
  decode: decodeCanvas,
}
