/** A picture as its dots, from the top left, row by row. */
export interface Pixels {
  width: number
  height: number
  /** Red, green, blue, alpha of each; alpha is not multiplied in. */
  rgba: Uint8Array<ArrayBuffer>
}

/** Whether any dot is not wholly opaque. */
export function hasTransparency({ rgba }: Pixels): boolean {
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at] !== 255) return true
  return false
}

/** The same on white, opaque throughout. */
export function flattened({ width, height, rgba }: Pixels): Pixels {
  const opaque = new Uint8Array(rgba.length)
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = rgba[at + 3]!
    for (let color = at; color < at + 3; color += 1) {
      opaque[color] = Math.round((rgba[color]! * alpha + 255 * (255 - alpha)) / 255)
    }
    opaque[at + 3] = 255
  }
  return { width, height, rgba: opaque }
}

/** Red, green and blue alone. */
export function withoutAlpha({ rgba }: Pixels): Uint8Array<ArrayBuffer> {
  const colors = new Uint8Array((rgba.length / 4) * 3)
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    colors[to] = rgba[from]!
    colors[to + 1] = rgba[from + 1]!
    colors[to + 2] = rgba[from + 2]!
  }
  return colors
}
