import { encodeBase64 } from '../../../codecs/bytes/base64.ts'
import { imageSize } from '../../../codecs/pictures/image-size.ts'
import { amended, GatewayError } from '../../../errors.ts'
import type { ImageOrder } from '../../../gateway/operations/draw.ts'
import type { DrawnStore } from '../../../library/files/drawn-images.ts'
import type { DrawnImage, DrawnImages, ImageBytes } from '../../../ports/images.ts'
import type { WireImageList, WireImageUsage } from './image-contract.ts'
import { isGptImage } from './image-order.ts'

/** How an answer hands out its pictures. */
interface Handing {
  responseFormat: 'url' | 'b64_json'
  store: DrawnStore
  /** Where callers reach us, with the path below which the pictures are. */
  below: string
}

/** The whole answer of any of the three operations. */
export async function imageList(
  drawn: DrawnImages,
  order: ImageOrder,
  handing: Handing,
): Promise<WireImageList> {
  const data = await Promise.all(drawn.images.map((image) => handed(image, handing)))
  const { input, output } = drawn.usage
  return {
    created: Math.floor(Date.now() / 1000),
    data,
    ...look(drawn, order),
    ...(input + output > 0 && { usage: usageOf(drawn) }),
  }
}

async function handed(
  image: DrawnImage,
  { responseFormat, store, below }: Handing,
): Promise<WireImageList['data'][number]> {
  const { revisedPrompt } = image
  const revised = revisedPrompt === undefined ? {} : { revised_prompt: revisedPrompt }
  if (responseFormat === 'b64_json') return { b64_json: encodeBase64(image.bytes), ...revised }
  const kept = await store.keep(image)
  if ('url' in kept) return { url: kept.url, ...revised }
  const { expires, signature } = kept.proof
  return { url: `${below}/${kept.id}?expires=${expires}&signature=${signature}`, ...revised }
}

/** What OpenAI tells of pictures; each only as far as it is known. */
export function look(
  { images, size, quality, background, served }: Partial<DrawnImages>,
  order: ImageOrder,
): Partial<Pick<WireImageList, 'background' | 'output_format' | 'quality' | 'size'>> {
  const [first] = images ?? []
  const isHeard = !served?.ignored.includes('quality')
  const shown = quality ?? (isHeard ? told(order.quality, QUALITIES) : undefined)
  return {
    ...(background && background !== 'auto' && { background }),
    ...(first && { output_format: formatOf(first) }),
    ...(shown && { quality: shown }),
    ...sizeOf(first, size),
  }
}

const QUALITIES = ['low', 'medium', 'high']

const told = (word: string | undefined, words: readonly string[]) =>
  word !== undefined && words.includes(word) ? word : undefined

function sizeOf(first: ImageBytes | undefined, size: string | undefined): { size?: string } {
  const found = first && imageSize(first.bytes)
  if (found) return { size: `${found.width}x${found.height}` }
  return size ? { size } : {}
}

export const formatOf = ({ mediaType }: ImageBytes) =>
  mediaType.slice(mediaType.indexOf('/') + 1).replace('jpg', 'jpeg')

export function usageOf({ usage, inputImageTokens = 0 }: DrawnImages): WireImageUsage {
  const { input, output } = usage
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    input_tokens_details: {
      text_tokens: input - inputImageTokens,
      image_tokens: inputImageTokens,
    },
  }
}

/** A refusal to draw in OpenAI's words, which differ between its two kinds of models. */
export function inImageWords(thrown: unknown, { model }: ImageOrder): unknown {
  if (!(thrown instanceof GatewayError) || thrown.code !== 'content-filter') return thrown
  const reason = isGptImage(model) ? 'moderation_blocked' : 'content_policy_violation'
  return amended(thrown, { reason })
}
