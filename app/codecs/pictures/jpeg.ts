import { flattened, type Pixels } from './pixels.ts'

/** What one megapixel takes while it is read, in megabytes; the library counts with about half of it. */
const MEGABYTES_PER_MEGAPIXEL = 32

/** A JPEG of the dots on white. `quality` from 1 to 100. */
export async function writeJpeg(pixels: Pixels, quality: number): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height, rgba } = flattened(pixels)
  const { encode } = (await import('jpeg-js')).default
  const { data } = encode({ width, height, data: rgba }, quality)
  return new Uint8Array(data)
}

/** The dots of a JPEG of at most so many of them. Throws an `Error` where it is damaged or larger. */
export async function readJpeg(
  bytes: Uint8Array<ArrayBuffer>,
  mostPixels: number,
): Promise<Pixels> {
  const { decode } = (await import('jpeg-js')).default
  const megapixels = mostPixels / 1_000_000
  const { width, height, data } = decode(bytes, {
    useTArray: true,
    maxResolutionInMP: megapixels,
    maxMemoryUsageInMB: Math.max(64, megapixels * MEGABYTES_PER_MEGAPIXEL),
  })
  return { width, height, rgba: new Uint8Array(data) }
}
