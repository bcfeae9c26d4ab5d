import type { Pixels } from '../../../codecs/pictures/pixels.ts'
import type { Drawing } from './art.ts'

/** The same picture in another size, by the nearest dots. */
export function resized(pixels: Pixels, width: number, height: number): Pixels {
  if (pixels.width === width && pixels.height === height) return pixels
  const rgba = new Uint8Array(width * height * 4)
  const from = new Uint32Array(pixels.rgba.buffer, 0, pixels.width * pixels.height)
  const to = new Uint32Array(rgba.buffer)
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor((y * pixels.height) / height) * pixels.width
    for (let x = 0; x < width; x += 1) {
      to[y * width + x] = from[row + Math.floor((x * pixels.width) / width)]!
    }
  }
  return { width, height, rgba }
}

interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** Half transparent counts as opaque. */
const isHole = (mask: Pixels, x: number, y: number) =>
  mask.rgba[(y * mask.width + x) * 4 + 3]! < 128

/** What is around all transparent dots of a mask; undefined where there is none. */
export function holeOf(mask: Pixels): Box | undefined {
  let [left, top, right, bottom] = [mask.width, mask.height, -1, -1]
  for (let y = 0; y < mask.height; y += 1) {
    for (let x = 0; x < mask.width; x += 1) {
      if (!isHole(mask, x, y)) continue
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = y
    }
  }
  if (right < 0) return undefined
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}

/** A drawing of the size of the hole where the mask is transparent, the picture to the byte where it is not. */
export function masked(
  picture: Pixels,
  drawing: Pixels,
  { mask, hole }: { mask: Pixels; hole: Box },
): Pixels {
  const rgba = picture.rgba.slice()
  for (let y = 0; y < hole.height; y += 1) {
    for (let x = 0; x < hole.width; x += 1) {
      if (!isHole(mask, hole.x + x, hole.y + y)) continue
      const from = (y * hole.width + x) * 4
      const to = ((hole.y + y) * picture.width + hole.x + x) * 4
      rgba.set(drawing.rgba.subarray(from, from + 4), to)
    }
  }
  return { ...picture, rgba }
}

/** How much of a picture shines through what is drawn upon it. */
const SHINES = 0.45

/** Both at once, with the label of the drawing as it is: an edit of everything. */
export function blended(picture: Pixels, drawing: Drawing): Pixels {
  const rgba = drawing.rgba.slice()
  for (let at = 0; at < drawing.labelTop * drawing.width * 4; at += 1) {
    if (at % 4 === 3) continue
    rgba[at] = Math.round(picture.rgba[at]! * SHINES + drawing.rgba[at]! * (1 - SHINES))
  }
  return { width: drawing.width, height: drawing.height, rgba }
}

/** Its mirror image with the colours turned, another way for every index. */
export function varied({ width, height, rgba }: Pixels, index: number): Pixels {
  const turned = new Uint8Array(rgba.length)
  const shift = 1 + (index % 2)
  const step = 24 * (1 + Math.floor(index / 2))
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + (width - 1 - x)) * 4
      const to = (y * width + x) * 4
      for (let channel = 0; channel < 3; channel += 1) {
        turned[to + channel] = Math.min(255, rgba[from + ((channel + shift) % 3)]! + step)
      }
      turned[to + 3] = rgba[from + 3]!
    }
  }
  return { width, height, rgba: turned }
}

/** As a picture looks before it is finished: squares of so many dots. */
export function coarse({ width, height, rgba }: Pixels, side: number): Pixels {
  const from = new Uint32Array(rgba.buffer, 0, width * height)
  const blocks = new Uint8Array(rgba.length)
  const to = new Uint32Array(blocks.buffer)
  for (let y = 0; y < height; y += 1) {
    const row = Math.min(height - 1, Math.floor(y / side) * side + (side >> 1)) * width
    for (let x = 0; x < width; x += 1) {
      const column = Math.min(width - 1, Math.floor(x / side) * side + (side >> 1))
      to[y * width + x] = from[row + column]!
    }
  }
  return { width, height, rgba: blocks }
}
