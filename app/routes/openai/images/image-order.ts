import { unknownFields } from '../../../dialects/extras.ts'
import { locate } from '../../../dialects/media-location.ts'
import { GatewayError } from '../../../errors.ts'
import type { WrittenImage } from '../../../gateway/attachments/read-images.ts'
import type { ImageOrder } from '../../../gateway/operations/draw.ts'
import type { ImageTask } from '../../../ports/images.ts'
import type { Services } from '../../../ports/services.ts'
import type { ImageReference, WireImageFields } from './image-contract.ts'

/** What is asked, and how it is to be answered. */
export interface HeardImageOrder {
  order: ImageOrder
  responseFormat: 'url' | 'b64_json'
  stream: boolean
}

export interface SentImages {
  images: readonly WrittenImage[]
  mask?: WrittenImage
}

const KNOWN = new Set([
  'model',
  'prompt',
  'n',
  'size',
  'quality',
  'style',
  'background',
  'output_format',
  'output_compression',
  'moderation',
  'input_fidelity',
  'response_format',
  'stream',
  'partial_images',
  'user',
])

/** Where nothing is edited or varied these are fields like any other. */
const KNOWN_WITH_PICTURES = new Set([...KNOWN, 'image', 'images', 'mask'])

/** A request in no vendor's words. */
export function imageOrder(
  task: ImageTask,
  wire: WireImageFields,
  { images, mask, services }: SentImages & { services: Services },
): HeardImageOrder {
  const model = wire.model ?? services.config.DEFAULT_IMAGE_MODEL
  const fields = unknownFields(wire, task === 'generate' ? KNOWN : KNOWN_WITH_PICTURES)
  const stream = wire.stream === true
  const order: ImageOrder = {
    model,
    task,
    images,
    ...(mask && { mask }),
    count: wire.n ?? 1,
    ...(wire.prompt && { prompt: wire.prompt }),
    ...(wire.size && { size: wire.size }),
    ...(wire.quality && { quality: wire.quality }),
    ...(wire.style && { style: wire.style }),
    ...(wire.background && { background: wire.background }),
    ...(wire.output_format && { format: wire.output_format }),
    ...(typeof wire.output_compression === 'number' && { compression: wire.output_compression }),
    ...(wire.moderation && { moderation: wire.moderation }),
    ...(wire.input_fidelity && { fidelity: wire.input_fidelity }),
    ...(stream && wire.partial_images && { partials: wire.partial_images }),
    ...(wire.user && { user: wire.user }),
    ...(fields && { fields }),
  }
  return { order, stream, responseFormat: responseFormat(model, wire, services) }
}

/** OpenAI's GPT image models, which know base64 alone. */
export const isGptImage = (model: string) => /^(chat)?gpt-image/.test(model)

function responseFormat(model: string, wire: WireImageFields, { objects }: Services) {
  if (wire.response_format) return wire.response_format
  // Who names none must not be told that nothing can be kept here.
  return isGptImage(model) || !objects ? 'b64_json' : 'url'
}

type Sent = ImageReference | ImageReference[] | null | undefined

/** The pictures of a JSON body. Throws 400 for a malformed address. */
export function sentImages(body: { images?: Sent; image?: Sent; mask?: Sent }): SentImages {
  const named = body.images ? 'images' : 'image'
  const sent = body.images ?? body.image
  if (!sent) throw missingImages('images')
  const all = Array.isArray(sent) ? sent : [sent]
  const images = all.map((one, at) => written(one, Array.isArray(sent) ? `${named}[${at}]` : named))
  const { mask } = body
  return { images, ...(mask && !Array.isArray(mask) && { mask: written(mask, 'mask') }) }
}

function written(reference: ImageReference, param: string): WrittenImage {
  if (typeof reference === 'string') return located(reference, param)
  if (typeof reference.file_id === 'string') {
    return { source: { kind: 'file', id: reference.file_id }, param }
  }
  const { image_url: url } = reference
  return located(typeof url === 'string' ? url : (url?.url ?? ''), `${param}.image_url`)
}

export const located = (address: string, param: string): WrittenImage => ({
  source: locate(address, param).source,
  param,
})

export const missingImages = (param: string) =>
  new GatewayError('invalid-request', `Missing required parameter: '${param}'.`, {
    param,
    reason: 'missing_required_parameter',
  })
