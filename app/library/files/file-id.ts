/** The part of an id behind its prefix: 12 digits of time, 20 random ones. */
const SHAPE = /^[0-9a-f]{32}$/
const TIME_DIGITS = 12

/** A new id, without prefix, that sorts behind all older ones. `now` in Unix milliseconds. */
export function newId(now: number): string {
  const time = Math.floor(now).toString(16).padStart(TIME_DIGITS, '0')
  return time + crypto.randomUUID().replaceAll('-', '').slice(TIME_DIGITS)
}

/** Unix milliseconds at which an id was given. */
export const timeOfId = (id: string) => Number.parseInt(id.slice(0, TIME_DIGITS), 16)

/** The bare id behind any of the prefixes it is spoken with (`file-`, `file_`); undefined for what is not ours. */
export function bareId(spoken: string, prefixes: readonly string[]): string | undefined {
  const prefix = prefixes.find((one) => spoken.startsWith(one))
  const id = prefix === undefined ? '' : spoken.slice(prefix.length)
  return SHAPE.test(id) ? id : undefined
}

/** By turns an id and its opposite, whose order is the reverse: stores list ascending, callers want the newest first. */
export function opposite(id: string): string {
  let turned = ''
  for (const digit of id) turned += (15 - Number.parseInt(digit, 16)).toString(16)
  return turned
}
