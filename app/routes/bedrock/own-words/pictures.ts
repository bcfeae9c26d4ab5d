import { decodeBase64, normaliseBase64 } from '../../../codecs/bytes/base64.ts'
import { imageHead } from '../../../codecs/pictures/image-head.ts'
import { readJpeg } from '../../../codecs/pictures/jpeg.ts'
import { readPng, writePng } from '../../../codecs/pictures/png.ts'
import type { WrittenImage } from '../../../gateway/attachments/read-images.ts'
import { refused } from './form.ts'

/** A picture in base64. Throws 400 for what is not base64. */
export function picture(text: string, param: string): WrittenImage {
  const data = normaliseBase64(text)
  if (!data) throw refused(`${param} is not base64.`, param)
  return { source: { kind: 'base64', data }, param }
}

/** Dots of the largest mask that any of the models takes. */
const MOST_DOTS = 9_437_184
const HALF = 128

/** A mask as OpenAI has it: transparent where black, or white, tells a maker's model to draw. */
export async function maskOf(
  text: string,
  draw: 'black' | 'white',
  param: string,
): Promise<WrittenImage> {
  const pixels = await pixelsOf(text, param)
  const rgba = new Uint8Array(pixels.rgba.length)
  for (let at = 0; at < rgba.length; at += 4) {
    const isBlack = pixels.rgba[at]! < HALF
    rgba[at + 3] = isBlack === (draw === 'black') ? 0 : 255
  }
  return { source: { kind: 'bytes', bytes: await writePng({ ...pixels, rgba }) }, param }
}

async function pixelsOf(text: string, param: string) {
  const data = normaliseBase64(text)
  const bytes = data ? decodeBase64(data) : new Uint8Array()
  const head = imageHead(bytes)
  if (!head || head.width * head.height > MOST_DOTS) throw refused(`${param} is no mask.`, param)
  try {
    return head.mediaType === 'image/png'
      ? await readPng(bytes)
      : await readJpeg(bytes, head.width * head.height + 1)
  } catch {
    throw refused(`${param} is damaged, or neither a PNG nor a JPEG.`, param)
  }
}
