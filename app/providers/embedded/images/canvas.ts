import type { Pixels } from '../../../codecs/pictures/pixels.ts'
import { isSet, LETTER_HEIGHT, LETTER_WIDTH } from './font.ts'

export type Color = readonly [red: number, green: number, blue: number, alpha?: number]

/** Whether a dot is inside of a shape; coordinates are shares of the shorter side, the middle is 0. */
export type Shape = (x: number, y: number) => boolean

export const emptyPixels = (width: number, height: number): Pixels => ({
  width,
  height,
  rgba: new Uint8Array(width * height * 4),
})

export interface Canvas extends Pixels {
  /** Fills what a shape covers, around a middle in dots. */
  fill(shape: Shape, at: { x: number; y: number; radius: number }, color: Color): void
  /** Fills a rectangle, mixing with what is there by the alpha of the colour. */
  rectangle(box: { x: number; y: number; width: number; height: number }, color: Color): void
  /** Writes one line, `scale` dots for each dot of a letter. */
  write(line: string, at: { x: number; y: number; scale: number }, color: Color): void
}

/** Draws upon the dots; of a new picture they are all transparent. */
export function createCanvas({ width, height, rgba }: Pixels): Canvas {
  const put = (x: number, y: number, [red, green, blue, alpha = 255]: Color) => {
    if (x < 0 || y < 0 || x >= width || y >= height) return
    const at = (y * width + x) * 4
    const share = alpha / 255
    rgba[at] = Math.round(red * share + rgba[at]! * (1 - share))
    rgba[at + 1] = Math.round(green * share + rgba[at + 1]! * (1 - share))
    rgba[at + 2] = Math.round(blue * share + rgba[at + 2]! * (1 - share))
    rgba[at + 3] = Math.max(rgba[at + 3]!, alpha)
  }

  const rectangle: Canvas['rectangle'] = (box, color) => {
    for (let y = box.y; y < box.y + box.height; y += 1) {
      for (let x = box.x; x < box.x + box.width; x += 1) put(x, y, color)
    }
  }
  return {
    width,
    height,
    rgba,
    rectangle,
    fill(shape, { x, y, radius }, color) {
      const [left, top] = [Math.floor(x - radius), Math.floor(y - radius)]
      for (let down = top; down <= top + 2 * radius; down += 1) {
        for (let across = left; across <= left + 2 * radius; across += 1) {
          if (shape((across - x) / radius, (down - y) / radius)) put(across, down, color)
        }
      }
    },
    write(line, { x, y, scale }, color) {
      for (const [index, letter] of [...line].entries()) {
        const left = x + index * (LETTER_WIDTH + 1) * scale
        for (let row = 0; row < LETTER_HEIGHT; row += 1) {
          for (let dot = 0; dot < LETTER_WIDTH; dot += 1) {
            if (!isSet(letter, dot, row)) continue
            const box = { x: left + dot * scale, y: y + row * scale, width: scale, height: scale }
            rectangle(box, color)
          }
        }
      }
    },
  }
}
