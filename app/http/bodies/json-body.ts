import type { z } from '@hono/zod-openapi'
import { holdsMoreValues } from '../../codecs/json-values.ts'
import { type ValidationWords, validationError } from '../../dialects/validation.ts'
import { GatewayError } from '../../errors.ts'
import type { HttpContext } from '../context.ts'
import { bodyText } from './body-limit.ts'
import { type Fits, fitting } from './fitting.ts'
import { refuseUnknownFields } from './strict-body.ts'

/**
 * The request's body, read once, parsed once and checked once. A missing or wrong content type is no
 * matter, as with the vendors: `curl -d` says it sends a form. Throws 400 and 413.
 */
export async function jsonBody(
  c: HttpContext,
  schema: z.ZodType,
  words?: ValidationWords,
): Promise<object> {
  return checkedBody(c, await parsedBody(c), { schema, words })
}

/**
 * The same, for whoever has to look at it to know which schema it should fit. `absent` stands for a body of
 * nothing, where one may be left out.
 */
export async function parsedBody(c: HttpContext, absent?: object): Promise<object> {
  const { config } = c.get('services')
  const text = await bodyText(c, config.MAX_BODY_BYTES)
  if (absent && text.trim() === '') return absent
  const value = parsedJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new GatewayError(
      'invalid-request',
      `The request body must be a JSON object, but is ${nameOf(value)}.`,
    )
  }
  const entry = c.get('entry')
  if ('model' in value && typeof value.model === 'string') entry.model = value.model
  if (config.LOG_REQUEST_PARAMS) entry.params = value
  return value
}

/** What a body shall fit, and how its faults are worded; OpenAI's words when absent. */
export interface BodyForm {
  schema: z.ZodType
  words?: ValidationWords
  /** A quick look, for a form that is used often: whether the schema lets a body pass as it is. */
  fits?: Fits
}

/** A form for bodies without number. The quick look is made with the first of them. */
export function bodyForm(schema: z.ZodType, words?: ValidationWords): BodyForm {
  let look: Fits | undefined
  const fits = (value: unknown) => {
    look ??= fitting(schema)
    return look(value)
  }
  return { schema, words, fits }
}

/** What the schema lets through. Throws 400 naming the first fault. */
export function checkedBody(c: HttpContext, value: object, form: BodyForm): object {
  const body = form.fits?.(value) ? value : wellFormed(value, form)
  if (c.get('services').config.STRICT_INPUT_VALIDATION) refuseUnknownFields(form.schema, value)
  return body
}

function wellFormed(value: object, { schema, words }: BodyForm): object {
  const checked = schema.safeParse(value)
  if (!checked.success) throw validationError(checked.error, value, words)
  return checked.data as object
}

/**
 * Values in one body. A fault in each takes two kilobytes to tell, and of little ones a body of 50 MB could hold
 * millions: more than a process has memory for. The longest conversations hold some ten thousands.
 */
const MOST_VALUES = 100_000

/** Characters below which nobody could write so many that it matters. */
const LITTLE = 128 * 1024

/** Throws 400 for what is no JSON, 413 for what holds too many values. */
export function parsedJson(text: string): unknown {
  if (text.length > LITTLE && holdsMoreValues(text, MOST_VALUES)) {
    throw new GatewayError(
      'too-large',
      `The request body holds more than ${MOST_VALUES} values, which is more than this server takes.`,
      { reason: 'too_many_values' },
    )
  }
  try {
    return JSON.parse(text)
  } catch (thrown) {
    // The engine's message quotes the body, so only the place of the fault is taken from it.
    const place = thrown instanceof Error ? PLACE.exec(thrown.message)?.[1] : undefined
    throw new GatewayError('invalid-request', brokenJson(text, place), { reason: 'invalid_json' })
  }
}

/** V8 says where, in some of its messages; the others only quote. */
const PLACE = /in JSON at position (\d+)(?: \(line \d+ column \d+\))?$/

function brokenJson(text: string, place: string | undefined): string {
  if (text.trim() === '') return 'The request body is empty. Send a JSON object.'
  const where = place ? ` It breaks at character ${place}.` : ''
  return `The request body is not valid JSON.${where}`
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`
}
