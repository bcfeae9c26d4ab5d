import { z } from '@hono/zod-openapi'

/** A variable that is set to nothing counts as absent. */
export const blankIsAbsent = (value: unknown) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value

export const text = () => z.preprocess(blankIsAbsent, z.string().optional())
export const number = (fallback: number, minimum = 0, maximum = Number.MAX_SAFE_INTEGER) =>
  z.preprocess(blankIsAbsent, z.coerce.number().min(minimum).max(maximum).default(fallback))
export const yesOrNo = z
  .enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'])
  .transform((word) => ['true', '1', 'yes', 'on'].includes(word))
  .optional()
export const flag = (fallback: boolean) =>
  z.preprocess(
    blankIsAbsent,
    yesOrNo.transform((value) => value ?? fallback),
  )
export const list = () =>
  z.preprocess(
    blankIsAbsent,
    z
      .string()
      .optional()
      .transform((words) =>
        (words ?? '')
          .split(',')
          .map((word) => word.trim())
          .filter(Boolean),
      ),
  )

/** Words by words, as JSON gives them. */
export const names = z.record(z.string().min(1), z.string().min(1))

/** A variable that holds JSON; what is no JSON is named as such. */
export const json = <T extends z.ZodType>(schema: T, absent = '{}') =>
  z
    .preprocess(blankIsAbsent, z.string().default(absent))
    .transform((words, context): unknown => {
      try {
        return JSON.parse(words)
      } catch {
        context.addIssue({ code: 'custom', message: 'not valid JSON' })
        return z.NEVER
      }
    })
    .pipe(schema)
