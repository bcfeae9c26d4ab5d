import { sniffBytes } from '../../codecs/media/media-type.ts'
import type { Usage } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import type { Call } from '../../ports/call.ts'
import type {
  DrawnImage,
  ImageBytes,
  ImageModel,
  ImageRequest,
  InputImage,
} from '../../ports/images.ts'
import type { ModelCard } from '../../ports/models.ts'
import { isStream, type Json, readBase64, readJson, servedBy, unreadable } from './answers.ts'
import type { Question, UpstreamClient } from './client.ts'
import { encodeForm, type FormFile, ownFields } from './form.ts'
import { readEvents, streamOf } from './server-events.ts'

type OnPartial = Parameters<ImageModel['draw']>[2]

/** OpenAI's images (https://platform.openai.com/docs/api-reference/images): generations, edits, variations. */
export function createImageModel(client: UpstreamClient, card: ModelCard): ImageModel {
  return {
    partials: isGptImage(card.id),
    async draw(request, call, onPartial) {
      const streams = Boolean(request.partials && onPartial && isGptImage(card.id))
      const question = await questionOf(request, card.id, streams)
      const response = await client.ask({ ...question, trace: call.trace }, call.signal)
      const isDrawing = streams && isStream(response)
      const answer = isDrawing
        ? await watch([response, client.upstream], onPartial)
        : await readJson(response)
      const images = await readImages(answer, client, call)
      const { size, quality, background } = answer
      const imageTokens = imageTokensOf(answer)
      return {
        images,
        usage: usageOf(answer, images.length),
        served: servedBy(client.upstream, card.id, ignoredOf(request, isDrawing)),
        ...(typeof size === 'string' && { size }),
        ...(typeof quality === 'string' && { quality }),
        ...(typeof background === 'string' && { background }),
        ...(imageTokens !== undefined && { inputImageTokens: imageTokens }),
      }
    },
  }
}

const isGptImage = (id: string) => /gpt-image/.test(id)

const ignoredOf = ({ partials }: ImageRequest, isDrawing: boolean) =>
  partials && !isDrawing ? ['partial_images'] : []

const PATHS: Record<ImageRequest['task'], string> = {
  generate: '/images/generations',
  edit: '/images/edits',
  vary: '/images/variations',
}

async function questionOf(
  request: ImageRequest,
  model: string,
  streams: boolean,
): Promise<Question> {
  const { task, images, mask, extras, partials, moderation, user, fidelity } = request
  const path = PATHS[task]
  const members = {
    model,
    prompt: request.prompt,
    n: request.count,
    size: request.size,
    quality: request.quality,
    style: request.style,
    background: request.background,
    output_format: request.format,
    output_compression: request.compression,
    moderation,
    input_fidelity: fidelity,
    user,
    // The GPT models know no other form; the others would answer with addresses that expire.
    ...(!isGptImage(model) && { response_format: 'b64_json' }),
    ...(streams && { stream: true, partial_images: partials }),
  }
  const accept = streams ? 'text/event-stream' : 'application/json'
  const told = Object.entries(members).filter(([, value]) => value !== undefined)
  const said = { ...extras, ...Object.fromEntries(told) }
  if (task === 'generate') return { path, accept, body: JSON.stringify(said) }
  const name = images.length > 1 ? 'image[]' : 'image'
  const body = await encodeForm([
    ...ownFields(said),
    ...images.map((image, at) => [name, fileOf(image, `image-${at}`)] as const),
    ['mask', mask && fileOf(mask, 'mask')],
  ])
  return { path, accept, body }
}

const fileOf = (image: InputImage, name: string): FormFile => ({
  size: image.size,
  stream: image.stream,
  type: image.mediaType,
  name: `${name}.${image.mediaType.slice(image.mediaType.indexOf('/') + 1)}`,
})

/** Unfinished pictures as they come; the last event is an answer like the whole one. */
async function watch(
  [response, upstream]: Parameters<typeof readEvents>,
  onPartial: OnPartial,
): Promise<Json> {
  const finished: Json[] = []
  let last: Json = {}
  for await (const event of readEvents(response, upstream)) {
    const type = String(event['type'])
    if (type.endsWith('.partial_image')) {
      const image = pictureOf(readBase64(String(event['b64_json'])))
      onPartial?.(image, Number(event['partial_image_index'] ?? 0))
    } else if (type.endsWith('.completed')) {
      finished.push({ b64_json: event['b64_json'] })
      last = event
    }
  }
  if (finished.length === 0) {
    throw new GatewayError('stream-incomplete', 'The picture was not finished. Retry the request.')
  }
  return { ...last, data: finished }
}

async function readImages(answer: Json, client: UpstreamClient, call: Call): Promise<DrawnImage[]> {
  const { data } = answer
  if (!Array.isArray(data) || data.length === 0) throw unreadable(new Error('no pictures'))
  return Promise.all(data.map((one: Json | null) => readImage(one, client, call)))
}

async function readImage(
  one: Json | null,
  client: UpstreamClient,
  { signal }: Call,
): Promise<DrawnImage> {
  const { b64_json: base64, url, revised_prompt: revised } = one ?? {}
  const bytes = base64 ? readBase64(String(base64)) : await bytesAt(String(url))
  return {
    ...pictureOf(bytes),
    ...(typeof revised === 'string' && revised !== '' && { revisedPrompt: revised }),
  }

  async function bytesAt(address: string): Promise<Uint8Array<ArrayBuffer>> {
    const data = /^data:[^,]*;base64,/.exec(address)
    if (data) return readBase64(address.slice(data[0].length))
    if (!/^https?:/.test(address) || !URL.canParse(address)) {
      throw unreadable(new Error('a picture without bytes'))
    }
    const { body } = await client.fetch(address, signal)
    return new Uint8Array(await new Response(streamOf(body)).arrayBuffer())
  }
}

function pictureOf(bytes: Uint8Array<ArrayBuffer>): ImageBytes {
  return { bytes, mediaType: sniffBytes(bytes, undefined) ?? 'image/png' }
}

function imageTokensOf({ usage }: Json): number | undefined {
  const { input_tokens_details: details } = (usage ?? {}) as Json
  const { image_tokens: tokens } = (details ?? {}) as Json
  return typeof tokens === 'number' ? tokens : undefined
}

function usageOf({ usage }: Json, images: number): Usage {
  const { input_tokens: input, output_tokens: output } = (usage ?? {}) as Json
  return {
    input: typeof input === 'number' ? input : 0,
    output: typeof output === 'number' ? output : 0,
    images,
  }
}
