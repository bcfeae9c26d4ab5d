import { decodeBase64 } from '../../../../codecs/bytes/base64.ts'
import { imageSize } from '../../../../codecs/pictures/image-size.ts'
import { writeJpeg } from '../../../../codecs/pictures/jpeg.ts'
import { readPng } from '../../../../codecs/pictures/png.ts'
import { GatewayError } from '../../../../errors.ts'
import type { DrawnImage, ImageRequest } from '../../../../ports/images.ts'
import { refusedValue } from '../../../image-requests.ts'
import type { Plan } from './painter.ts'

/** As OpenAI has it where nobody says otherwise; a JPEG of the best quality is hardly smaller than a PNG. */
const USUAL_QUALITY = 100

/** Throws 400 for a format that can be had neither of the model nor of what it draws. */
export function checkFormat({ format }: ImageRequest, plan: Plan): void {
  if (format === undefined || format === plan.format) return
  const possible = plan.transparent ? [plan.format] : [...new Set([plan.format, 'jpeg'])]
  if (possible.includes(format)) return
  throw refusedValue('output_format', `the model's pictures cannot be had as ${format}`, possible)
}

/** Whether how much a picture is compressed is ours to say. */
export const compresses = ({ format }: ImageRequest, plan: Plan) =>
  format === 'jpeg' && plan.format === 'png'

/** A picture of the model in the format that was asked for. Throws `upstream` for what is no picture. */
export async function finish(
  base64: string,
  { format, compression = USUAL_QUALITY }: ImageRequest,
): Promise<DrawnImage> {
  try {
    const bytes = decodeBase64(base64)
    const mediaType = imageSize(bytes)?.mediaType
    if (mediaType === undefined) throw new Error('The picture is of no known type.')
    if (format !== 'jpeg' || mediaType !== 'image/png') return { bytes, mediaType }
    const pixels = await readPng(bytes)
    return { bytes: await writeJpeg(pixels, Math.max(1, compression)), mediaType: 'image/jpeg' }
  } catch (cause) {
    throw new GatewayError('upstream', 'The model gave a picture that could not be read.', {
      cause,
    })
  }
}
