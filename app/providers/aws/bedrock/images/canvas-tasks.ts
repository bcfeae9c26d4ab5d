import type { ImageRequest, ImageTask, InputImage } from '../../../../ports/images.ts'
import {
  checkMask,
  firstImage,
  missingValue,
  promptOf,
  refusedValue,
  type Size,
  shortPrompt,
} from '../../../image-requests.ts'
import { maskIn, opaque, ownMask } from './masks.ts'
import { type Fields, readFields } from './own-values.ts'
import type { OwnFields } from './painter.ts'

export type CanvasTask =
  | 'TEXT_IMAGE'
  | 'COLOR_GUIDED_GENERATION'
  | 'IMAGE_VARIATION'
  | 'INPAINTING'
  | 'OUTPAINTING'
  | 'BACKGROUND_REMOVAL'
  | 'VIRTUAL_TRY_ON'

/** What Amazon's models differ in; their envelope and their tasks are the same. */
export interface Canvas {
  tasks: readonly CanvasTask[]
  /** Characters of a text. */
  longestText: number
  styles?: readonly string[]
  /** Whether a text may be drawn after a picture. */
  conditions: boolean
  /** Throws 400 for a size it does not draw. */
  checkSize(size: Size): void
  /** Tasks that take no quality. */
  withoutQuality: readonly CanvasTask[]
}

/** What a task is asked by. */
interface Asked {
  canvas: Canvas
  request: ImageRequest
  own: OwnFields
}

interface TaskRule {
  /** The member of the body that holds its parameters. */
  member: string
  /** Which of OpenAI's operations may lead to it. */
  from: readonly ImageTask[]
  /** Whether a size may be asked for; the others draw as large as the picture they are given. */
  sized: boolean
  /** It always gives the same one picture. */
  single?: true
  /** It takes a mask. */
  masked?: true
  /** It uses no prompt. */
  wordless?: true
  params(asked: Asked): Promise<Record<string, unknown>>
}

/** In both models black is what a mask is about: what INPAINTING draws, what OUTPAINTING keeps. */
const BLACK = { draw: 0, greys: false } as const
const WHITE = { draw: 255, greys: false } as const

const STRENGTH = { number: [0, 1] } as const

export const TASKS: Readonly<Record<CanvasTask, TaskRule>> = {
  TEXT_IMAGE: {
    member: 'textToImageParams',
    from: ['generate', 'edit', 'vary'],
    sized: true,
    async params({ canvas, request, own }) {
      const [image] = request.images
      const conditions: Fields = { controlMode: CONTROL_MODE, controlStrength: STRENGTH }
      return {
        text: promptOf(request, canvas.longestText),
        ...negative(canvas, own),
        ...styleOf(canvas, request, own),
        ...(image && { conditionImage: await opaque(image), ...readFields(own, conditions) }),
      }
    },
  },
  COLOR_GUIDED_GENERATION: {
    member: 'colorGuidedGenerationParams',
    from: ['generate', 'edit', 'vary'],
    sized: true,
    async params({ canvas, request, own }) {
      const [image] = request.images
      return {
        colors: colorsOf(own),
        text: promptOf(request, canvas.longestText),
        ...negative(canvas, own),
        ...(image && { referenceImage: await opaque(image) }),
      }
    },
  },
  IMAGE_VARIATION: {
    member: 'imageVariationParams',
    from: ['vary', 'edit'],
    sized: true,
    async params({ canvas, request, own }) {
      firstImage(request)
      const text = shortPrompt(request.prompt, canvas.longestText)
      return {
        images: await Promise.all(request.images.map(opaque)),
        ...readFields(own, { similarityStrength: { number: [0.2, 1] } }),
        ...(text && { text }),
        ...negative(canvas, own),
      }
    },
  },
  INPAINTING: {
    member: 'inPaintingParams',
    from: ['edit'],
    sized: false,
    masked: true,
    async params({ canvas, request, own }) {
      const text = shortPrompt(request.prompt, canvas.longestText)
      return {
        ...(await maskedImage({ canvas, request, own }, BLACK)),
        ...(text && { text }),
        ...negative(canvas, own),
      }
    },
  },
  OUTPAINTING: {
    member: 'outPaintingParams',
    from: ['edit'],
    sized: false,
    masked: true,
    async params({ canvas, request, own }) {
      return {
        ...(await maskedImage({ canvas, request, own }, WHITE)),
        ...readFields(own, { outPaintingMode: { word: ['DEFAULT', 'PRECISE'] } }),
        text: promptOf(request, canvas.longestText),
        ...negative(canvas, own),
      }
    },
  },
  BACKGROUND_REMOVAL: {
    member: 'backgroundRemovalParams',
    from: ['edit', 'vary'],
    sized: false,
    single: true,
    wordless: true,
    params: async ({ request }) => ({ image: await opaque(firstImage(request)) }),
  },
  VIRTUAL_TRY_ON: {
    member: 'virtualTryOnParams',
    from: ['edit'],
    sized: false,
    masked: true,
    params: tryOn,
  },
}

const CONTROL_MODE = { word: ['CANNY_EDGE', 'SEGMENTATION'] } as const

const negative = ({ longestText }: Canvas, own: OwnFields) =>
  readFields(own, {
    negativeText: {
      text: longestText,
      also: ['negative_prompt', 'negativePrompt', 'negative_text'],
    },
  })

/** OpenAI's two words have no counterpart among the styles; whoever plans names them as ignored. */
function styleOf({ styles }: Canvas, { style }: ImageRequest, own: OwnFields): { style?: string } {
  const native = own.take('style_preset', 'stylePreset')
  const wanted = native?.value ?? style
  if (!styles || wanted === undefined || OPENAI_STYLES.has(String(wanted))) return {}
  const word = String(wanted).toUpperCase()
  if (styles.includes(word)) return { style: word }
  throw refusedValue(native?.name ?? 'style', `there is no style ${JSON.stringify(wanted)}`, [
    ...OPENAI_STYLES,
    ...styles,
  ])
}

const OPENAI_STYLES: ReadonlySet<string> = new Set(['vivid', 'natural'])

function colorsOf(own: OwnFields): readonly unknown[] {
  const value = own.take('colors')?.value
  const colors = typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : value
  const fits = Array.isArray(colors) && colors.length >= 1 && colors.length <= 10
  if (fits && colors.every((one) => /^#[0-9a-f]{6}$/i.test(String(one)))) return colors
  if (value === undefined) throw missingValue('colors', 'Name 1 to 10 colours as #RRGGBB.')
  throw refusedValue('colors', 'they are not what the model takes', '1 to 10 colours as #RRGGBB')
}

/** The picture with what tells the part of it: a mask, words, or its own transparent pixels. */
async function maskedImage(
  { canvas, request, own }: Asked,
  form: typeof BLACK | typeof WHITE,
): Promise<Record<string, unknown>> {
  const image = firstImage(request)
  const { mask } = request
  const words = readFields(own, { maskPrompt: { text: canvas.longestText, also: ['mask_prompt'] } })
  if (mask && words['maskPrompt'] !== undefined) {
    throw refusedValue('maskPrompt', 'the mask tells the part already; send one of the two')
  }
  if (mask) {
    checkMask(mask, image)
    return { image: await opaque(image), maskImage: await maskIn(form, mask) }
  }
  if (words['maskPrompt'] !== undefined) return { image: await opaque(image), ...words }
  const shown = await ownMask(form, image)
  if (shown) return { image: shown.image, maskImage: shown.mask }
  throw missingValue(
    'mask',
    'Send a mask whose transparent pixels are to be drawn, or say in maskPrompt what is.',
  )
}

const MASK_TYPES = { word: ['PROMPT', 'GARMENT', 'IMAGE'] } as const

/** Dresses the first picture in the second; where there is none, OpenAI's mask holds the garment. */
async function tryOn({ canvas, request, own }: Asked): Promise<Record<string, unknown>> {
  const source = firstImage(request)
  const { images, mask, prompt } = request
  const reference: InputImage | undefined = images[1] ?? mask
  if (!reference) throw missingValue('image', 'The second picture shows what is to be tried on.')
  const { maskType = 'PROMPT' } = readFields(own, { maskType: MASK_TYPES })
  const nested = (name: string) => own.take(name)?.value as object | undefined
  const words = (name: string) => {
    const said = readFields(own, { [name]: { text: canvas.longestText } })[name] ?? prompt
    if (said === undefined) throw missingValue(name, 'It may stand in the prompt as well.')
    return { [name]: said }
  }
  const masks: Record<string, () => Promise<Record<string, unknown>> | Record<string, unknown>> = {
    PROMPT: () => ({ promptBasedMask: nested('promptBasedMask') ?? words('maskPrompt') }),
    GARMENT: () => ({ garmentBasedMask: nested('garmentBasedMask') ?? words('garmentClass') }),
    async IMAGE() {
      if (!images[1] || !mask) throw missingValue('mask', 'It shows the part to be dressed.')
      checkMask(mask, source)
      return { imageBasedMask: { maskImage: await maskIn(BLACK, mask) } }
    },
  }
  const exclusions = nested('maskExclusions')
  return {
    sourceImage: await opaque(source),
    referenceImage: await opaque(reference),
    maskType,
    ...(await masks[String(maskType)]!()),
    ...(exclusions && { maskExclusions: exclusions }),
    ...readFields(own, { mergeStyle: { word: ['BALANCED', 'SEAMLESS', 'DETAILED'] } }),
  }
}
