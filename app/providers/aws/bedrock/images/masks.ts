import { flattened, hasTransparency, type Pixels } from '../../../../codecs/pictures/pixels.ts'
import { readPng, writePng } from '../../../../codecs/pictures/png.ts'
import type { InputImage } from '../../../../ports/images.ts'
import { refusedValue } from '../../../image-requests.ts'

/** How a model shows where to draw. */
interface MaskForm {
  /** The grey of what is to be drawn; the rest has the opposite one. */
  draw: 0 | 255
  /** Whether what is half transparent may be grey. */
  greys: boolean
}

/** From here on a dot counts as opaque, where there is nothing between. */
const HALF = 128

/**
 * A mask in a model's own form: OpenAI's, whose transparent pixels are to be drawn, is turned into it; one
 * without transparency is in the model's form already. Throws 400 for what turns out not to be a picture.
 */
export async function maskIn(form: MaskForm, mask: InputImage): Promise<InputImage | Uint8Array> {
  if (mask.mediaType !== 'image/png') return mask
  const pixels = await pixelsOf(mask)
  return hasTransparency(pixels) ? writePng(shown(pixels, form)) : mask
}

/** A picture and the mask that its own transparent pixels make, where it has any. */
export async function ownMask(
  form: MaskForm,
  image: InputImage,
): Promise<{ image: Uint8Array; mask: Uint8Array } | undefined> {
  if (!image.alpha || image.mediaType !== 'image/png') return undefined
  const pixels = await pixelsOf(image)
  if (!hasTransparency(pixels)) return undefined
  return { image: await writePng(flattened(pixels)), mask: await writePng(shown(pixels, form)) }
}

/** Whether any pixel really is transparent, which is looked at only where the head says that it may be. */
export async function isTransparent(image: InputImage): Promise<boolean> {
  if (!image.alpha || image.mediaType !== 'image/png') return false
  return hasTransparency(await pixelsOf(image))
}

/** The same picture without transparent pixels, which some models refuse; itself when it has none. */
export async function opaque(image: InputImage): Promise<InputImage | Uint8Array> {
  if (!image.alpha || image.mediaType !== 'image/png') return image
  const pixels = await pixelsOf(image)
  return hasTransparency(pixels) ? writePng(flattened(pixels)) : image
}

function shown({ width, height, rgba }: Pixels, { draw, greys }: MaskForm): Pixels {
  const mask = new Uint8Array(rgba.length)
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = greys ? rgba[at + 3]! : rgba[at + 3]! < HALF ? 0 : 255
    mask.fill(draw === 0 ? alpha : 255 - alpha, at, at + 3)
    mask[at + 3] = 255
  }
  return { width, height, rgba: mask }
}

async function pixelsOf(image: InputImage): Promise<Pixels> {
  try {
    return await readPng(await image.bytes())
  } catch {
    throw refusedValue(image.param, 'the PNG is damaged')
  }
}
