import { z } from '@hono/zod-openapi'
import { hasRepeatedName } from './repeated-name.ts'

/**
 * A variable that is set to nothing counts as absent. What stands around a value is not of it: files of
 * variables end their lines with CR, files of secrets with LF, and no header could carry either.
 */
export const blankIsAbsent = (value: unknown) =>
  typeof value === 'string' ? value.trim() || undefined : value

export const httpUrl = z
  .string()
  .refine((words) => URL.canParse(words) && /^https?:/.test(words), 'not an http or https URL')

export const text = () => z.preprocess(blankIsAbsent, z.string().optional())
export const number = (fallback: number, minimum = 0, maximum = Number.MAX_SAFE_INTEGER) =>
  z.preprocess(blankIsAbsent, z.coerce.number().min(minimum).max(maximum).default(fallback))

/** How many of something. */
export const count = (fallback: number, minimum = 0, maximum = Number.MAX_SAFE_INTEGER) =>
  z.preprocess(blankIsAbsent, z.coerce.number().int().min(minimum).max(maximum).default(fallback))

/** Milliseconds a timer can take: longer ones ring at once, which is the opposite of what was meant. */
const LONGEST = 2 ** 31 - 1

/** Milliseconds; what is longer than a timer can take, 24 days, is as long as one can. */
export const milliseconds = (fallback: number, minimum = 0) =>
  number(fallback, minimum).transform((time) => Math.min(time, LONGEST))

/** The same in seconds. */
export const seconds = (fallback: number, minimum = 0) =>
  number(fallback, minimum).transform((time) => Math.min(time, LONGEST / 1000))

const inSmallLetters = (value: unknown) => {
  const words = blankIsAbsent(value)
  return typeof words === 'string' ? words.toLowerCase() : words
}

export const yesOrNo = z.preprocess(
  inSmallLetters,
  z
    .enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'])
    .transform((word) => ['true', '1', 'yes', 'on'].includes(word))
    .optional(),
)
export const flag = (fallback: boolean) => yesOrNo.transform((value) => value ?? fallback)

/** Words separated by commas, or as JSON. */
export const list = (
  word: z.ZodType<string> = z.string().min(1),
  fallback: readonly string[] = [],
) =>
  z
    .preprocess(blankIsAbsent, z.string().optional())
    .transform((words, context): unknown => {
      if (words === undefined) return fallback
      if (!words.startsWith('[')) {
        return words
          .split(',')
          .map((one) => one.trim())
          .filter(Boolean)
      }
      try {
        return JSON.parse(words)
      } catch {
        context.addIssue({ code: 'custom', message: 'not valid JSON' })
        return z.NEVER
      }
    })
    .pipe(z.array(word))

/** Words by words, as JSON gives them. */
export const names = z.record(z.string().min(1), z.string().min(1))

/** A variable that holds JSON; what is no JSON is named as such. */
export const json = <T extends z.ZodType>(schema: T, absent = '{}') =>
  z
    .preprocess(blankIsAbsent, z.string().default(absent))
    .transform((words, context): unknown => {
      const refuse = (message: string) => {
        context.addIssue({ code: 'custom', message })
        return z.NEVER
      }
      try {
        const value: unknown = JSON.parse(words)
        return hasRepeatedName(words) ? refuse('a name stands there twice in one object') : value
      } catch {
        return refuse('not valid JSON')
      }
    })
    .pipe(schema)
