import type { DecodedPng } from 'fast-png'
import { concatenated } from '../bytes/byte-pieces.ts'
import { hasTransparency, type Pixels, withoutAlpha } from './pixels.ts'
import { pngParts } from './png-chunks.ts'

/**
 * The dots of a PNG. Throws an `Error` where it is damaged, or holds more data than a picture of its size
 * can: the head of the file must have been looked at before, for its size alone bounds what is unpacked.
 */
export async function readPng(bytes: Uint8Array<ArrayBuffer>): Promise<Pixels> {
  const parts = pngParts(bytes)
  if (!parts) throw new Error('The PNG is damaged.')
  const { bits, width, height, data, essential } = parts
  // Twice, for interlaced pictures have more rows than they are high.
  await checkUnpacked(data, 2 * height * (1 + Math.ceil((width * bits) / 8)) + SLACK)
  const { decode, convertIndexedToRgb } = await import('fast-png')
  const png = decode(concatenated(essential))
  return { width, height, rgba: rgbaOf(png, () => convertIndexedToRgb(png)) }
}

const SLACK = 1024

/** A PNG of the dots, with alpha only where some dot is not opaque. `text` is kept in it under its keywords. */
export async function writePng(
  pixels: Pixels,
  text?: Record<string, string>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { encode } = await import('fast-png')
  const { width, height, rgba } = pixels
  const channels = hasTransparency(pixels) ? 4 : 3
  const data = channels === 4 ? rgba : withoutAlpha(pixels)
  return new Uint8Array(encode({ width, height, data, channels, ...(text && { text }) }))
}

/** Unpacks without keeping anything, which the library would all keep before it looked at its length. */
async function checkUnpacked(data: readonly Uint8Array<ArrayBuffer>[], most: number) {
  const waiting = [...data]
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const next = waiting.shift()
      if (next) controller.enqueue(next)
      else controller.close()
    },
  })
  const reader = packed.pipeThrough(new DecompressionStream('deflate')).getReader()
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    size += value.length
    if (size <= most) continue
    await reader.cancel().catch(() => {})
    throw new Error('The PNG holds more data than its size allows.')
  }
}

function rgbaOf(png: DecodedPng, indexed: () => Uint8Array): Uint8Array<ArrayBuffer> {
  const { width, height, palette, transparency } = png
  const samples = palette ? indexed() : eightBits(png)
  const channels = palette ? palette[0]!.length : png.channels
  const rgba = new Uint8Array(width * height * 4)
  const isGrey = channels <= 2
  const hasAlpha = channels === 2 || channels === 4
  const clear = palette ? undefined : clearColor(png, transparency)
  for (let dot = 0, from = 0, to = 0; dot < width * height; dot += 1, from += channels, to += 4) {
    const red = samples[from]!
    rgba[to] = red
    rgba[to + 1] = isGrey ? red : samples[from + 1]!
    rgba[to + 2] = isGrey ? red : samples[from + 2]!
    rgba[to + 3] = hasAlpha ? samples[from + channels - 1]! : 255
    if (clear?.every((value, channel) => value === samples[from + channel])) rgba[to + 3] = 0
  }
  return rgba
}

/** The one colour of a picture without alpha that stands for nothing at all. */
function clearColor({ channels, depth }: DecodedPng, transparency: Uint16Array | undefined) {
  if (!transparency?.length || transparency.length !== channels) return undefined
  return Array.from(transparency, (value) => scaled(value, depth))
}

const scaled = (value: number, depth: number) =>
  depth === 16 ? value >> 8 : Math.round((value * 255) / (2 ** depth - 1))

/** One byte a sample; small samples come packed, each row from a byte of its own. */
function eightBits({ data, depth, width, height, channels }: DecodedPng): ArrayLike<number> {
  if (depth === 8) return data
  if (depth === 16) return Uint8Array.from(data, (value) => value >> 8)
  const row = Math.ceil((width * channels * depth) / 8)
  const samples = new Uint8Array(width * height * channels)
  for (let at = 0; at < samples.length; at += 1) {
    const place = (at % (width * channels)) * depth
    const byte = data[Math.floor(at / (width * channels)) * row + (place >> 3)]!
    samples[at] = scaled((byte >> (8 - depth - (place & 7))) & (2 ** depth - 1), depth)
  }
  return samples
}
