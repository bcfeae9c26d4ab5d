import { GatewayError } from '../../../../errors.ts'
import type { ImageRequest } from '../../../../ports/images.ts'
import { refusedValue } from '../../../image-requests.ts'
import { fieldsOf } from '../embeddings/embedder.ts'
import type { ImageFormat, OwnFields, Painted } from './painter.ts'

/** What every model of Stability shares: one picture a call, and its answer. */
export const LARGEST_SEED = 4_294_967_294
export const LONGEST_PROMPT = 10_000
export const READS = ['image/png', 'image/jpeg', 'image/webp']

export const SEED = { integer: [0, LARGEST_SEED] } as const
export const NEGATIVE = {
  text: LONGEST_PROMPT,
  also: ['negativePrompt', 'negativeText', 'negative_text'],
} as const

/** Throws 400 for a format the model does not write. */
export function formatOf(
  { format = 'png' }: ImageRequest,
  formats: readonly ImageFormat[],
  id: string,
): ImageFormat {
  const known = formats.find((one) => one === format)
  if (known) return known
  throw refusedValue('output_format', `the model ${id} writes no ${format}`, formats)
}

/** Throws 400 for a task of Nova's or Titan's that is not what the model does here: it has no other. */
export function checkTask(own: OwnFields, does: string | undefined, id: string): void {
  const named = own.take('taskType', 'task_type')
  if (!named || named.value === does) return
  const fault = `the model ${id} has no task ${JSON.stringify(named.value)} here`
  throw refusedValue(named.name, fault, does)
}

/** OpenAI's words that these models have nothing for. Throws 400 for a background they do not draw. */
export function ignoredWords(request: ImageRequest, styles: readonly string[] = []): string[] {
  const { quality, style, background } = request
  if (background === 'transparent') {
    throw refusedValue('background', 'the model draws no transparent backgrounds', [
      'auto',
      'opaque',
    ])
  }
  const isNative = style !== undefined && styles.includes(style)
  return [
    ...(quality !== undefined && quality !== 'auto' ? ['quality'] : []),
    ...(style !== undefined && !isNative ? ['style'] : []),
  ]
}

/**
 * `{seeds, finish_reasons: [null], images: [base64]}`; a filtered one has a reason and no picture. The pages of
 * all models tell the same.
 */
export function decodeStability(answer: unknown): Painted {
  const { images, finish_reasons: reasons } = fieldsOf(answer)
  const reason = Array.isArray(reasons) ? reasons.find((one) => typeof one === 'string') : undefined
  const painted = Array.isArray(images) ? images.filter((one) => typeof one === 'string') : []
  if (reason === undefined || painted.length > 0) return { images: painted }
  if (/filter/i.test(reason)) return { images: [], blocked: `${reason}.` }
  throw new GatewayError('upstream', 'The model failed to draw. Retry the request.', {
    cause: new Error(`finish_reasons: ${reason}`),
  })
}
