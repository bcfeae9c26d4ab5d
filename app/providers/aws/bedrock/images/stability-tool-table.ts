import type { Fields } from './own-values.ts'
import { LONGEST_PROMPT, NEGATIVE, SEED } from './stability-parts.ts'

interface Limits {
  /** Least and most of each side. */
  sides: readonly [number, number]
  /** Least and most of both multiplied. */
  pixels: readonly [number, number]
  /** The longer side by the shorter one. */
  ratio?: number
}

/** One tool: what it is sent. */
export interface Tool {
  ids: readonly string[]
  /** What it does by the name Nova and Titan have for it. */
  task?: string
  prompt: 'required' | 'optional' | 'none'
  limits: Limits
  /** Its own fields. */
  fields: Fields
  required?: readonly string[]
  /** Absent: it takes none. `needed`: unless the picture has transparent parts itself. */
  mask?: 'taken' | 'needed'
  /** The fields of both pictures, where it takes two. */
  pair?: { first: string; second: string; means: string }
  /** What OpenAI's size can mean. */
  shape?: 'ratio' | 'room'
  /** Its answer is transparent around the object. */
  cutsOut?: true
}

export const STYLES: readonly string[] =
  '3d-model analog-film anime cinematic comic-book digital-art enhance fantasy-art isometric line-art low-poly modeling-compound neon-punk origami photographic pixel-art tile-texture'.split(
    ' ',
  )

const EDIT: Limits = {
  sides: [64, Number.POSITIVE_INFINITY],
  pixels: [4096, 9_437_184],
  ratio: 2.5,
}

const PLAIN: Fields = { negative_prompt: NEGATIVE, seed: SEED }
const STYLED: Fields = { ...PLAIN, style_preset: { word: STYLES } }
const GROW: Fields = { grow_mask: { integer: [0, 20] } }
const CONTROL: Fields = { control_strength: { number: [0, 1] }, ...STYLED }
const ROOM = { integer: [0, 2000] } as const

/**
 * Stability AI Image Services: Bedrock user guide, stable-image-services. The tools refuse fields they do not
 * know (a public issue shows the allowlist of control-sketch), so exactly these are sent. They are asked
 * through inference profiles (`us.`).
 */
export const TOOLS: readonly Tool[] = [
  {
    ids: ['stability.stable-creative-upscale'],
    prompt: 'required',
    limits: { sides: [64, Number.POSITIVE_INFINITY], pixels: [4096, 1_048_576] },
    fields: { creativity: { number: [0.1, 0.5] }, ...STYLED },
  },
  {
    ids: ['stability.stable-conservative-upscale'],
    prompt: 'required',
    limits: EDIT,
    fields: { creativity: { number: [0.1, 0.5] }, ...PLAIN },
  },
  {
    ids: ['stability.stable-fast-upscale'],
    prompt: 'none',
    limits: { sides: [32, 1536], pixels: [1024, 1_048_576] },
    fields: {},
  },
  {
    ids: ['stability.stable-image-inpaint'],
    task: 'INPAINTING',
    prompt: 'required',
    limits: EDIT,
    mask: 'taken',
    fields: { ...GROW, ...STYLED },
  },
  {
    ids: ['stability.stable-outpaint'],
    task: 'OUTPAINTING',
    prompt: 'optional',
    limits: EDIT,
    shape: 'room',
    fields: {
      left: ROOM,
      right: ROOM,
      up: ROOM,
      down: ROOM,
      creativity: { number: [0.1, 1] },
      seed: SEED,
      style_preset: { word: STYLES },
    },
  },
  {
    ids: ['stability.stable-image-erase-object'],
    task: 'INPAINTING',
    prompt: 'none',
    limits: EDIT,
    mask: 'needed',
    fields: { ...GROW, seed: SEED },
  },
  {
    ids: ['stability.stable-image-search-recolor'],
    prompt: 'required',
    limits: EDIT,
    required: ['select_prompt'],
    fields: { select_prompt: { text: LONGEST_PROMPT }, ...GROW, ...STYLED },
  },
  {
    ids: ['stability.stable-image-search-replace'],
    prompt: 'required',
    limits: EDIT,
    required: ['search_prompt'],
    fields: { search_prompt: { text: LONGEST_PROMPT }, ...GROW, ...STYLED },
  },
  {
    ids: ['stability.stable-image-remove-background'],
    task: 'BACKGROUND_REMOVAL',
    prompt: 'none',
    limits: EDIT,
    cutsOut: true,
    fields: {},
  },
  {
    ids: ['stability.stable-image-control-sketch'],
    prompt: 'required',
    limits: EDIT,
    fields: CONTROL,
  },
  {
    ids: ['stability.stable-image-control-structure'],
    prompt: 'required',
    limits: EDIT,
    fields: CONTROL,
  },
  {
    ids: ['stability.stable-image-style-guide'],
    prompt: 'required',
    limits: EDIT,
    shape: 'ratio',
    fields: { fidelity: { number: [0, 1] }, ...STYLED },
  },
  {
    ids: ['stability.stable-style-transfer'],
    prompt: 'optional',
    limits: EDIT,
    pair: { first: 'init_image', second: 'style_image', means: 'style' },
    fields: {
      ...PLAIN,
      composition_fidelity: { number: [0, 1] },
      style_strength: { number: [0, 1] },
      change_strength: { number: [0.1, 1] },
    },
  },
]
