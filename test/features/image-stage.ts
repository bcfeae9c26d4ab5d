import type { Pixels } from '../../app/codecs/pictures/pixels.ts'
import { readPng, writePng } from '../../app/codecs/pictures/png.ts'
import type { Json } from './stage.ts'

type Dot = readonly [red: number, green: number, blue: number, alpha: number]

export function pixelsOf(
  width: number,
  height: number,
  dot: (x: number, y: number) => Dot,
): Pixels {
  const rgba = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) rgba.set(dot(x, y), (y * width + x) * 4)
  }
  return { width, height, rgba }
}

const OPAQUE: Dot = [200, 30, 60, 255]
const CLEAR: Dot = [200, 30, 60, 0]

/** A picture of one colour. */
export const plain = (width = 64, height = 64) => writePng(pixelsOf(width, height, () => OPAQUE))

/** The same with a transparent left half, as a mask has it. */
export const halfClear = (width = 64, height = 64) =>
  writePng(pixelsOf(width, height, (x) => (x < width / 2 ? CLEAR : OPAQUE)))

export const dataUrl = (bytes: Uint8Array, type = 'image/png') =>
  `data:${type};base64,${Buffer.from(bytes).toString('base64')}`

export const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

export const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))

/** How a picture in base64 looks: one letter a corner, from the top left; B black, W white, C clear, X other. */
export async function corners(text: unknown): Promise<string> {
  const { width, height, rgba } = await readPng(bytesOf(String(text)))
  const letter = (x: number, y: number) => {
    const at = (y * width + x) * 4
    const [red = 0, green = 0, blue = 0, alpha = 0] = rgba.subarray(at, at + 4)
    if (alpha === 0) return 'C'
    if (red !== green || green !== blue) return 'X'
    return red === 0 ? 'B' : red === 255 ? 'W' : 'G'
  }
  const [right, bottom] = [width - 1, height - 1]
  return letter(0, 0) + letter(right, 0) + letter(0, bottom) + letter(right, bottom)
}

/** The pictures of an answer with base64. */
export const drawnIn = (json: Json) =>
  (json['data'] as { b64_json: string }[]).map((one) => bytesOf(one.b64_json))

/** The events of a streamed answer. */
export const eventsIn = (text: string): Json[] =>
  text
    .split('\n\n')
    .filter((frame) => frame.startsWith('event: '))
    .map((frame) => JSON.parse(frame.slice(frame.indexOf('data: ') + 'data: '.length)))
