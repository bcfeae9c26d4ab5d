import { GatewayError } from '../errors.ts'
import type { ImageRequest, InputImage } from '../ports/images.ts'

export interface Size {
  width: number
  height: number
}

/** What a request holds that a model cannot do. `allowed` ends the sentence, values or words. */
export function refusedValue(
  param: string,
  fault: string,
  allowed?: string | readonly (string | number)[],
): GatewayError {
  const words = typeof allowed === 'string' || !allowed ? allowed : allowed.join(', ')
  const sentence = words === undefined ? '' : ` Supported values are: ${words}.`
  return new GatewayError('invalid-request', `Invalid '${param}': ${fault}.${sentence}`, {
    param,
    reason: 'invalid_value',
  })
}

export function missingValue(param: string, why: string): GatewayError {
  return new GatewayError('invalid-request', `Missing required parameter: '${param}'. ${why}`, {
    param,
    reason: 'missing_required_parameter',
  })
}

/** `1024x1024`; undefined for `auto`, for nothing, and for what has another form. */
export function readSize(size: string | undefined): Size | undefined {
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/i.exec(size ?? '') ?? []
  return width && height ? { width: Number(width), height: Number(height) } : undefined
}

export const sizeText = ({ width, height }: Size) => `${width}x${height}`

/** The picture an edit or a variation is of. Throws 400 where there is none. */
export function firstImage({ images }: ImageRequest): InputImage {
  const [image] = images
  if (image) return image
  throw missingValue('image', 'Send the picture to begin with.')
}

/** Throws 400 for a mask of another size than the picture it belongs to. */
export function checkMask(mask: InputImage, image: Size): void {
  if (mask.width === image.width && mask.height === image.height) return
  throw refusedValue(
    mask.param,
    `the mask has ${sizeText(mask)} pixels, but the picture ${sizeText(image)}`,
    sizeText(image),
  )
}

/** Throws 400 for pictures that are too many, or of a type that is not read. */
export function checkImages(
  { images, mask }: ImageRequest,
  { most, types, id }: { most: number; types: readonly string[]; id: string },
): void {
  if (images.length > most) {
    throw new GatewayError(
      'invalid-request',
      `Invalid 'image': too many pictures. The model ${id} takes ${most} at most here, but got ${images.length}.`,
      { param: 'image', reason: 'array_above_max_length' },
    )
  }
  for (const { mediaType, param } of mask ? [...images, mask] : images) {
    if (types.includes(mediaType)) continue
    throw refusedValue(param, `the model ${id} does not read ${mediaType}`, types)
  }
}

/** The prompt. Throws 400 where it is missing or too long. */
export function promptOf({ prompt }: ImageRequest, longest: number): string {
  const text = shortPrompt(prompt, longest)
  if (text) return text
  throw missingValue('prompt', 'Say what is to be drawn.')
}

/** The same where it may be absent. */
export function shortPrompt(prompt: string | undefined, longest: number): string | undefined {
  if (prompt === undefined || prompt.length <= longest) return prompt || undefined
  throw new GatewayError(
    'invalid-request',
    `Invalid 'prompt': string too long. Expected at most ${longest} characters, but got ${prompt.length}.`,
    { param: 'prompt', reason: 'string_above_max_length' },
  )
}
