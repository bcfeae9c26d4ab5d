import type { ImageRequest, ImageTask } from '../../../../ports/images.ts'
import {
  checkImages,
  missingValue,
  readSize,
  refusedValue,
  type Size,
} from '../../../image-requests.ts'
import { fieldsOf } from '../embeddings/embedder.ts'
import { type Canvas, type CanvasTask, TASKS } from './canvas-tasks.ts'
import { isTransparent } from './masks.ts'
import { readFields } from './own-values.ts'
import { type OwnFields, ownFields, type Painted, type Plan } from './painter.ts'

/** Pictures of one call. */
const BATCH = 5
/** Both pages. The models' own default is one fixed number, so that every call would give the same picture. */
export const LARGEST_SEED = 2_147_483_646
const MOST_IMAGES = 5
const READS = ['image/png', 'image/jpeg']
const USUAL: Size = { width: 1024, height: 1024 }

/** Body: `{taskType, <params>: {...}, imageGenerationConfig: {...}}`, by the pages named in the models' files. */
export async function planCanvas(canvas: Canvas, request: ImageRequest, id: string): Promise<Plan> {
  const own = ownFields(request)
  checkImages(request, { most: MOST_IMAGES, types: READS, id })
  const task = await taskOf(canvas, request, own)
  const rule = TASKS[task]
  checkImages(request, { most: mostImages(task), types: READS, id })
  checkBackground(request, task)
  if (request.mask && !rule.masked) throw refusedValue('mask', `the task ${task} takes no mask`)
  const ignored: string[] = []
  const native = fieldsOf(own.take(rule.member)?.value)
  const settings = fieldsOf(own.take('imageGenerationConfig')?.value)
  const params = { ...(await rule.params({ canvas, request, own })), ...native }
  const quality = qualityOf(request, canvas.withoutQuality.includes(task), ignored)
  const size = sizeOf(canvas, request, { sized: rule.sized, ignored })
  const { seed, numberOfImages, ...config }: Record<string, unknown> = {
    ...readFields(own, SETTINGS),
    ...settings,
  }
  if (numberOfImages !== undefined) ignored.push('imageGenerationConfig.numberOfImages')
  if (rule.wordless && request.prompt) ignored.push('prompt')
  if (request.style && !('style' in params)) ignored.push('style')
  return {
    batch: BATCH,
    ...(rule.single && { single: true, transparent: true }),
    seed: typeof seed === 'number' ? seed : Math.floor(Math.random() * LARGEST_SEED),
    format: 'png',
    ignored: [...ignored, ...own.left()],
    ...(quality && { quality }),
    body: (count, seed) => ({
      taskType: task,
      [rule.member]: params,
      ...(!rule.single && {
        imageGenerationConfig: {
          numberOfImages: count,
          ...(quality && { quality }),
          ...size,
          ...config,
          seed,
        },
      }),
    }),
  }
}

const SETTINGS = {
  cfgScale: { number: [1.1, 10], also: ['cfg_scale'] },
  seed: { integer: [0, LARGEST_SEED] },
} as const

const mostImages = (task: CanvasTask) =>
  task === 'IMAGE_VARIATION' ? MOST_IMAGES : task === 'VIRTUAL_TRY_ON' ? 2 : 1

/** The task by the caller's `taskType`, else the nearest to what OpenAI's operation means. */
async function taskOf(canvas: Canvas, request: ImageRequest, own: OwnFields): Promise<CanvasTask> {
  const named = own.take('taskType', 'task_type')
  if (!named) return USUAL_TASK[request.task](canvas, request)
  const possible = canvas.tasks.filter(
    (task) =>
      TASKS[task].from.includes(request.task) &&
      (task !== 'TEXT_IMAGE' || canvas.conditions || request.images.length === 0),
  )
  const task = possible.find((one) => one === named.value)
  if (task) return task
  const what = `this operation of the model has no task ${JSON.stringify(named.value)}`
  throw refusedValue(named.name, what, possible)
}

type Choose = (canvas: Canvas, request: ImageRequest) => CanvasTask | Promise<CanvasTask>

const USUAL_TASK: Record<ImageTask, Choose> = {
  generate: ({ tasks }, { extras }) =>
    extras?.['colors'] !== undefined && tasks.includes('COLOR_GUIDED_GENERATION')
      ? 'COLOR_GUIDED_GENERATION'
      : 'TEXT_IMAGE',
  vary: () => 'IMAGE_VARIATION',
  async edit({ conditions }, { mask, extras = {}, images }) {
    const isTold = mask !== undefined || 'maskPrompt' in extras || 'mask_prompt' in extras
    if (isTold || (images[0] && (await isTransparent(images[0])))) {
      return 'outPaintingMode' in extras ? 'OUTPAINTING' : 'INPAINTING'
    }
    // Where nothing names a part, the new picture is to be like the whole of the old one.
    if (conditions) return 'TEXT_IMAGE'
    throw missingValue('mask', 'This model edits what a mask or maskPrompt shows.')
  },
}

function checkBackground({ background }: ImageRequest, task: CanvasTask): void {
  if (background !== 'transparent' || task === 'BACKGROUND_REMOVAL') return
  throw refusedValue(
    'background',
    'the model draws transparent backgrounds by taskType BACKGROUND_REMOVAL alone',
    ['auto', 'opaque'],
  )
}

const QUALITIES: Readonly<Record<string, 'standard' | 'premium' | undefined>> = {
  auto: undefined,
  low: 'standard',
  medium: 'standard',
  standard: 'standard',
  high: 'premium',
  hd: 'premium',
  premium: 'premium',
}

function qualityOf({ quality }: ImageRequest, isWithout: boolean, ignored: string[]) {
  if (quality === undefined) return undefined
  if (!Object.hasOwn(QUALITIES, quality)) {
    throw refusedValue('quality', `there is no quality ${quality}`, Object.keys(QUALITIES))
  }
  const known = QUALITIES[quality]
  if (!known || !isWithout) return known
  ignored.push('quality')
  return undefined
}

function sizeOf(
  canvas: Canvas,
  { size, images }: ImageRequest,
  { sized, ignored }: { sized: boolean; ignored: string[] },
): Size | undefined {
  const wanted = readSize(size)
  if (size !== undefined && size !== 'auto' && !wanted) {
    throw refusedValue('size', `${JSON.stringify(size)} is no size`, 'auto, WIDTHxHEIGHT')
  }
  if (sized) {
    if (wanted) canvas.checkSize(wanted)
    return wanted ?? USUAL
  }
  // Such a task has asked for its picture already.
  const { width, height } = images[0]!
  if (wanted && (wanted.width !== width || wanted.height !== height)) ignored.push('size')
  return undefined
}

/**
 * `{images: [base64], error?}`: blocked pictures are missing, and the error says so. A client of Nova also knows
 * `{status: 'Request Moderated'}`.
 */
export function decodeCanvas(answer: unknown): Painted {
  const { images, error, status } = fieldsOf(answer)
  const painted = Array.isArray(images) ? images.filter((one) => typeof one === 'string') : []
  const blocked = error ?? status
  return { images: painted, ...(typeof blocked === 'string' && { blocked }) }
}
