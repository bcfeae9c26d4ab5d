import { z } from '@hono/zod-openapi'
import { GatewayError } from '../../errors.ts'
import type { HttpContext } from '../../http/context.ts'

/** A parameter that may stand several times, also as `name[]` or separated by commas: all its values. */
export function severalIn(c: HttpContext, name: string): string[] | undefined {
  const written = [...(c.req.queries(name) ?? []), ...(c.req.queries(`${name}[]`) ?? [])]
  const values = written.flatMap((value) => value.split(',')).filter((value) => value !== '')
  return values.length > 0 ? values : undefined
}

/** As `severalIn`, of words that are known. Throws `invalid-request` for another. */
export function wordsIn<const Word extends string>(
  c: HttpContext,
  name: string,
  words: readonly Word[],
): Word[] | undefined {
  return severalIn(c, name)?.map((value) => {
    const word = words.find((known) => known === value)
    if (word !== undefined) return word
    throw invalid(name, `'${value}' is none of ${words.join(', ')}.`)
  })
}

/** Unix seconds by the clock that pages of usage follow. */
export const nowIn = (c: HttpContext): number =>
  Math.floor((c.get('services').state.now ?? Date.now)() / 1000)

/** Unix seconds, or a date in ISO 8601. Throws `invalid-request`. */
export function timeIn(c: HttpContext, name: string): number | undefined {
  const written = c.req.query(name)
  if (written === undefined || written === '') return undefined
  const time = /^\d+(\.\d+)?$/.test(written) ? Number(written) : dateIn(written) / 1000
  if (Number.isFinite(time) && time < LATEST) return Math.floor(time)
  throw invalid(name, `'${written}' is neither Unix seconds nor a date like 2026-11-22.`)
}

/** With a T or, as Python prints times, a space. */
const DATE = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(?<zone>Z|[+-]\d\d:\d\d)?)?$/i

/** In UTC unless it says otherwise; `Date.parse` alone takes nearly any words, and the zone of the server. */
function dateIn(written: string): number {
  const found = DATE.exec(written)
  if (!found) return Number.NaN
  const isComplete = found[1] === undefined || found.groups!['zone'] !== undefined
  return Date.parse((isComplete ? written : `${written}Z`).toUpperCase().replace(' ', 'T'))
}

/** The last second JavaScript has a date for. */
const LATEST = 8.64e12

/** A whole number within bounds. Throws `invalid-request`. */
export function numberIn(
  c: HttpContext,
  name: string,
  { least, most, fallback }: { least: number; most: number; fallback: number },
): number {
  const written = c.req.query(name)
  if (written === undefined || written === '') return fallback
  const number = Number(written)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw invalid(name, `'${written}' is not a whole number from ${least} to ${most}.`)
}

export const invalid = (param: string, message: string) =>
  new GatewayError('invalid-request', `${param}: ${message}`, { param, reason: 'invalid_value' })

/** How such a parameter stands in the contract. */
export const several = (meaning: string) =>
  z
    .array(z.string())
    .optional()
    .describe(
      `${meaning} May be repeated, also as \`name[]\`, or hold several separated by commas.`,
    )

export const WIDTHS = { '1m': 'minute', '1h': 'hour', '1d': 'day' } as const
export type Width = keyof typeof WIDTHS
export const WIDTH_WORDS = Object.keys(WIDTHS) as Width[]
