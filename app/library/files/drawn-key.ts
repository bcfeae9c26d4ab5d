/** All keys of pictures whose address was asked for. The time at which they are over comes first. */
export const ALL_DRAWN = 'drawn/'
const TIME_DIGITS = 12

/** A new name that tells when the picture is over (Unix milliseconds) and what it is: `0193...-8f2c....png`. */
export function newDrawnKey(end: number, extension: string): string {
  const time = Math.floor(end).toString(16).padStart(TIME_DIGITS, '0')
  return `${time}-${crypto.randomUUID().replaceAll('-', '')}.${extension}`
}

/** Unix milliseconds at which a picture is over, by its key. */
export const endOfDrawn = (key: string): number =>
  Number.parseInt(key.slice(ALL_DRAWN.length, ALL_DRAWN.length + TIME_DIGITS), 16)
