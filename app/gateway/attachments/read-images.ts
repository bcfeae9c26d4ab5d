import { concatenated } from '../../codecs/bytes/byte-pieces.ts'
import { streamOfWhole } from '../../codecs/bytes/byte-stream.ts'
import { HEAD, type ImageHead, imageHead, LONGEST_HEAD } from '../../codecs/pictures/image-head.ts'
import type { LocatedSource } from '../../dialects/media-location.ts'
import { amended, GatewayError } from '../../errors.ts'
import { storedFiles } from '../../library/files/files.ts'
import type { InputImage } from '../../ports/images.ts'
import type { Services } from '../../ports/services.ts'
import { bytesOf } from './fetch-input.ts'

/** A picture as a request brings or names it. */
export interface WrittenImage {
  source: LocatedSource | { kind: 'bytes'; bytes: Uint8Array<ArrayBuffer> }
  param: string
}

interface Reading {
  services: Services
  /** Whose stored files may be named. */
  owner: string
  signal: AbortSignal
}

/**
 * The pictures, known by their heads. Throws 400 naming the one that is not a picture, or is too large to be
 * unpacked.
 */
export async function readImages(
  written: readonly WrittenImage[],
  reading: Reading,
): Promise<InputImage[]> {
  const { MAX_CONCURRENT_INPUT_DOWNLOADS: most } = reading.services.config
  const images: InputImage[] = []
  for (let at = 0; at < written.length; at += most) {
    const some = written.slice(at, at + most)
    images.push(...(await Promise.all(some.map((one) => readImage(one, reading)))))
  }
  return images
}

async function readImage(image: WrittenImage, reading: Reading): Promise<InputImage> {
  const { source, param } = image
  try {
    if (source.kind === 'file') return await keptImage(source.id, param, reading)
    const bytes = source.kind === 'bytes' ? source.bytes : await fetched(source, reading)
    return wholeImage(bytes, checkedHead(imageHead(bytes), param, reading))
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || thrown.param === param) throw thrown
    throw amended(thrown, { param })
  }
}

type Told = Pick<InputImage, 'mediaType' | 'width' | 'height' | 'alpha' | 'param'>

const wholeImage = (bytes: Uint8Array<ArrayBuffer>, told: Told): InputImage => ({
  ...told,
  size: bytes.length,
  bytes: async () => bytes,
  stream: async () => streamOfWhole(bytes),
})

/** A stored file, of which nothing but the head is held until somebody asks for it. */
async function keptImage(id: string, param: string, reading: Reading): Promise<InputImage> {
  const { services, owner } = reading
  const files = storedFiles(services, owner)
  const file = await files.find(id)
  const { MAX_INPUT_FILE_SIZE: limit } = services.config
  if (file.size > limit) {
    throw new GatewayError(
      'too-large',
      `The file ${id} has ${file.size} bytes; ${limit} are read for a request at most.`,
    )
  }
  const headOf = async (length: number) => {
    if (file.size === 0) return undefined
    const last = Math.min(length, file.size) - 1
    return imageHead(await gathered(await files.open(file, { first: 0, last })))
  }
  const found = (await headOf(HEAD)) ?? (file.size > HEAD ? await headOf(LONGEST_HEAD) : undefined)
  const told = checkedHead(found, param, reading)
  const stream = () => files.open(file)
  return {
    ...told,
    size: file.size,
    stream,
    ends: true,
    bytes: async () => gathered(await stream()),
  }
}

async function gathered(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = []
  for await (const piece of stream) pieces.push(piece)
  return concatenated(pieces)
}

async function fetched(
  source: Parameters<typeof bytesOf>[0],
  { services, signal }: Reading,
): Promise<Uint8Array<ArrayBuffer>> {
  const refused = (message: string) => new GatewayError('feature-unavailable', message)
  const { bytes } = await bytesOf(source, services, { refused, signal })
  // Nobody fetches into memory that several threads share.
  return bytes as Uint8Array<ArrayBuffer>
}

function checkedHead(head: ImageHead | undefined, param: string, { services }: Reading): Told {
  if (!head) {
    throw invalid(param, 'this is no picture. Supported formats are: png, jpeg, webp')
  }
  const { MAX_IMAGE_PIXELS: most } = services.config
  const { width, height } = head
  if (width * height <= most) return { ...head, param }
  throw invalid(
    param,
    `the picture has ${width}x${height} pixels. Supported are: ${most} pixels in all at most`,
  )
}

const invalid = (param: string, fault: string) =>
  new GatewayError('invalid-request', `Invalid '${param}': ${fault}.`, {
    param,
    reason: 'invalid_value',
  })
