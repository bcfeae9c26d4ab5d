import type { ImageRequest, InputImage } from '../../../../ports/images.ts'
import {
  checkImages,
  checkMask,
  firstImage,
  missingValue,
  promptOf,
  readSize,
  refusedValue,
  shortPrompt,
  sizeText,
} from '../../../image-requests.ts'
import { maskIn } from './masks.ts'
import { readFields } from './own-values.ts'
import { type OwnFields, ownFields, PAINTS, type Painter, type Plan } from './painter.ts'
import { aspectRatio } from './stability.ts'
import {
  checkTask,
  decodeStability,
  formatOf,
  ignoredWords,
  LARGEST_SEED,
  LONGEST_PROMPT,
  READS,
} from './stability-parts.ts'
import { STYLES, TOOLS, type Tool } from './stability-tool-table.ts'

/** Stability's tools for pictures that are there already, by the table beside this file. */
export const stabilityTools: readonly Painter[] = TOOLS.map((tool) => ({
  ids: tool.ids,
  input: ['text', 'image'],
  draws: [
    'edit',
    ...(tool.prompt === 'required' ? [] : (['vary'] as const)),
    ...(tool.mask ? (['mask'] as const) : []),
  ],
  largestSeed: LARGEST_SEED,
  traits: PAINTS,
  plan: (request, id) => plan(tool, request, id),
  decode: decodeStability,
}))

async function plan(tool: Tool, request: ImageRequest, id: string): Promise<Plan> {
  const own = ownFields(request)
  checkTask(own, tool.task, id)
  const image = firstImage(request)
  const most = tool.pair ? 2 : 1
  checkImages(request, { most, types: READS, id })
  checkLimits(image, tool)
  const isClear = request.background === 'transparent'
  const format = formatOf(request, isClear ? ['png', 'webp'] : ['png', 'jpeg', 'webp'], id)
  const words = tool.cutsOut ? { ...request, background: undefined } : request
  const ignored = ignoredWords(words, 'style_preset' in tool.fields ? STYLES : [])
  const prompt = readPrompt(tool, request, ignored)
  const { seed, ...fields }: Record<string, unknown> = {
    ...styleOf(tool, request),
    ...readFields(own, tool.fields),
  }
  const pictures = await picturesOf(tool, request, image)
  const size = shapeOf(tool, { request, image, own }, ignored)
  checkRequired(tool, { ...fields, ...size })
  return {
    batch: 1,
    format,
    ...(typeof seed === 'number' && { seed }),
    ...(!('seed' in tool.fields) && { single: true }),
    ...(tool.cutsOut && format !== 'jpeg' && { transparent: true }),
    ignored: [...ignored, ...own.left()],
    body: (_, seed) => ({
      ...prompt,
      ...pictures,
      ...size,
      ...fields,
      ...(seed !== undefined && { seed }),
      output_format: format,
    }),
  }
}

function checkLimits(image: InputImage, { limits }: Tool): void {
  const { width, height } = image
  const { sides, pixels, ratio = Number.POSITIVE_INFINITY } = limits
  const shape = Math.max(width / height, height / width)
  const fits =
    [width, height].every((side) => side >= sides[0] && side <= sides[1]) &&
    width * height >= pixels[0] &&
    width * height <= pixels[1] &&
    shape <= ratio
  if (fits) return
  const most = Number.isFinite(sides[1]) ? ` to ${sides[1]}` : ' or more'
  const shapes = Number.isFinite(ratio) ? `, from 1:${ratio} to ${ratio}:1` : ''
  throw refusedValue(
    image.param,
    `the picture has ${sizeText(image)} pixels`,
    `sides of ${sides[0]}${most}, ${pixels[0]} to ${pixels[1]} pixels in all${shapes}`,
  )
}

function readPrompt({ prompt }: Tool, request: ImageRequest, ignored: string[]) {
  if (prompt === 'required') return { prompt: promptOf(request, LONGEST_PROMPT) }
  const said = shortPrompt(request.prompt, LONGEST_PROMPT)
  if (said === undefined) return {}
  if (prompt === 'optional') return { prompt: said }
  ignored.push('prompt')
  return {}
}

/** OpenAI's style may be one of the tool's own. */
function styleOf({ fields }: Tool, { style }: ImageRequest): { style_preset?: string } {
  return style !== undefined && 'style_preset' in fields && STYLES.includes(style)
    ? { style_preset: style }
    : {}
}

/** White is what is drawn, greys in part; the service reads a picture's own transparency as a mask. */
const WHITE = { draw: 255, greys: true } as const

async function picturesOf(tool: Tool, request: ImageRequest, image: InputImage) {
  const { images, mask } = request
  if (tool.pair) {
    // Who sends forms of OpenAI's has one place for a second picture.
    const second = images[1] ?? mask
    if (!second) throw missingValue('image', `The second picture is the ${tool.pair.means}.`)
    if (images[1] && mask) throw refusedValue('mask', 'there are two pictures already')
    return { [tool.pair.first]: image, [tool.pair.second]: second }
  }
  if (!mask) {
    if (tool.mask === 'needed' && !image.alpha) {
      throw missingValue(
        'mask',
        'Its transparent pixels tell what is to go; those of the picture do as well.',
      )
    }
    return { image }
  }
  if (!tool.mask) {
    throw refusedValue('mask', 'the tool takes no mask; stability.stable-image-inpaint-v1:0 does')
  }
  checkMask(mask, image)
  return { image, mask: await maskIn(WHITE, mask) }
}

const SIDES = ['left', 'right', 'up', 'down']
const MOST_GROWTH = 2000

interface Shaped {
  request: ImageRequest
  image: InputImage
  own: OwnFields
}

/** What becomes of OpenAI's size: a ratio, room around the picture, or nothing. */
function shapeOf({ shape }: Tool, { request, image, own }: Shaped, ignored: string[]) {
  const { size, extras = {} } = request
  if (shape === 'ratio') {
    const native = own.take('aspect_ratio')?.value
    const isOpen = native === undefined && (size === undefined || size === 'auto')
    return isOpen ? {} : { aspect_ratio: aspectRatio(request, native) }
  }
  const wanted = readSize(size)
  if (!wanted) return {}
  if (shape !== 'room' || SIDES.some((side) => side in extras)) {
    ignored.push('size')
    return {}
  }
  const [wider, higher] = [wanted.width - image.width, wanted.height - image.height]
  const isMore = wider >= 0 && higher >= 0 && wider + higher > 0
  if (!isMore || Math.max(wider, higher) > 2 * MOST_GROWTH) {
    throw refusedValue(
      'size',
      `the picture of ${sizeText(image)} cannot grow to ${sizeText(wanted)}`,
      `larger sizes, by ${2 * MOST_GROWTH} at most`,
    )
  }
  const [left, up] = [Math.floor(wider / 2), Math.floor(higher / 2)]
  return { left, right: wider - left, up, down: higher - up }
}

function checkRequired({ required = [], shape }: Tool, fields: Record<string, unknown>): void {
  for (const name of required) {
    if (fields[name] === undefined) throw missingValue(name, 'The model asks for it.')
  }
  if (shape !== 'room' || SIDES.some((side) => Number(fields[side] ?? 0) > 0)) return
  throw missingValue(
    'left',
    'Say by how many pixels left, right, up or down shall grow, or send a larger size.',
  )
}
