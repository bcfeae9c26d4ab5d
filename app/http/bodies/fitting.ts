import { z } from '@hono/zod-openapi'
import { entryOf } from '../../codecs/table.ts'

/** Whether a schema surely lets a value pass, and leaves it as it is. What does not fit may still be let pass. */
export type Fits = (value: unknown) => boolean

interface Fitting {
  fits: Fits
  /** It changes nothing it lets pass, so whatever does not fit is refused or let pass as it is. */
  keeps: boolean
}

/** Of kinds that change values, or that are not known here: the schema itself must look. */
const UNKNOWN: Fitting = { fits: () => false, keeps: false }

/**
 * A quick look before a schema's own. To tell what is wrong with a body and to change what it has to, a schema makes
 * the whole body anew, with an object for each field that could have been there. Nearly every body has nothing
 * wrong, and is let pass as it came: to see that, nothing need be made.
 */
export function fitting(schema: z.ZodType): Fits {
  return fittingOf(schema).fits
}

function fittingOf(schema: z.ZodType): Fitting {
  let fitting = plainFitting(schema)
  // A kind of number that is a check itself.
  if (schema instanceof z.ZodNumberFormat) fitting = checked(fitting, numberFormat(schema))
  for (const check of schema.def.checks ?? []) fitting = checked(fitting, checkOf(check))
  return fitting
}

function checked({ fits, keeps }: Fitting, check: Check | undefined): Fitting {
  if (!check) return UNKNOWN
  return { fits: (value) => fits(value) && check(value as never), keeps }
}

function plainFitting(schema: z.ZodType): Fitting {
  if (schema instanceof z.ZodString && !schema.def.coerce) return keeping(isString)
  if (schema instanceof z.ZodNumber && !schema.def.coerce) return keeping(Number.isFinite)
  if (schema instanceof z.ZodBoolean && !schema.def.coerce) return keeping(isBoolean)
  if (schema instanceof z.ZodNull) return keeping((value) => value === null)
  if (schema instanceof z.ZodUnknown) return keeping((value) => value !== undefined)
  if (schema instanceof z.ZodLiteral || schema instanceof z.ZodEnum) return oneOf(schema)
  if (schema instanceof z.ZodNullable) return nullable(schema)
  if (schema instanceof z.ZodOptional) return fittingOf(schema.unwrap() as z.ZodType)
  if (schema instanceof z.ZodDefault) {
    return { ...fittingOf(schema.def.innerType as z.ZodType), keeps: false }
  }
  if (schema instanceof z.ZodArray) return arrayOf(schema)
  if (schema instanceof z.ZodUnion) return unionOf(schema)
  if (schema instanceof z.ZodRecord) return recordOf(schema)
  if (schema instanceof z.ZodObject) return objectOf(schema)
  return UNKNOWN
}

const keeping = (fits: Fits): Fitting => ({ fits, keeps: true })
const isString = (value: unknown) => typeof value === 'string'
const isBoolean = (value: unknown) => typeof value === 'boolean'
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function oneOf(schema: z.ZodLiteral | z.ZodEnum): Fitting {
  const [only, ...others] = schema instanceof z.ZodEnum ? schema.options : schema.values
  if (others.length === 0) return keeping((value) => value === only)
  const values = new Set<unknown>([only, ...others])
  return keeping((value) => values.has(value))
}

function nullable(schema: z.ZodNullable): Fitting {
  const { fits, keeps } = fittingOf(schema.unwrap() as z.ZodType)
  return { fits: (value) => value === null || fits(value), keeps }
}

function arrayOf(schema: z.ZodArray): Fitting {
  const { fits, keeps } = fittingOf(schema.element as z.ZodType)
  return {
    keeps,
    fits(value) {
      if (!Array.isArray(value)) return false
      for (let at = 0; at < value.length; at++) if (!fits(value[at])) return false
      return true
    },
  }
}

/** What a kind that changes values might take is not looked for further down: it would be the one to take it. */
function unionOf(schema: z.ZodUnion): Fitting {
  const kinds = (schema.options as z.ZodType[]).map(fittingOf)
  return {
    keeps: kinds.every((kind) => kind.keeps),
    fits(value) {
      for (const kind of kinds) {
        if (kind.fits(value)) return true
        if (!kind.keeps) return false
      }
      return false
    },
  }
}

function recordOf(schema: z.ZodRecord): Fitting {
  if (!((schema.keyType as z.ZodType) instanceof z.ZodString)) return UNKNOWN
  const name = fittingOf(schema.keyType as z.ZodType)
  const member = fittingOf(schema.valueType as z.ZodType)
  return {
    keeps: name.keeps && member.keeps,
    fits(value) {
      if (!isObject(value)) return false
      for (const key in value) {
        if (key === '__proto__' || !name.fits(key)) return false
        if (!member.fits((value as Record<string, unknown>)[key])) return false
      }
      return true
    },
  }
}

interface Member {
  fits: Fits
  /** It cannot be left out, or would be filled in. */
  needed: boolean
}

function objectOf(schema: z.ZodObject): Fitting {
  const others = othersIn(schema)
  if (others === undefined) return UNKNOWN
  const members = new Map<string, Member>()
  let needed = 0
  let keeps = others !== 'dropped'
  for (const [name, member] of Object.entries(schema.shape as Record<string, z.ZodType>)) {
    const inside = fittingOf(member)
    const isNeeded = member._zod.optin !== 'optional'
    members.set(name, { fits: inside.fits, needed: isNeeded })
    if (isNeeded) needed++
    if (!inside.keeps) keeps = false
  }
  return {
    keeps,
    fits(value) {
      if (!isObject(value)) return false
      let missing = needed
      for (const key in value) {
        const member = members.get(key)
        if (member === undefined) {
          if (others !== 'kept' || key === '__proto__') return false
        } else {
          if (!member.fits((value as Record<string, unknown>)[key])) return false
          if (member.needed) missing--
        }
      }
      return missing === 0
    },
  }
}

/** What becomes of fields that an object's schema does not name; undefined where they have a schema of their own. */
function othersIn({ def: { catchall } }: z.ZodObject): 'kept' | 'refused' | 'dropped' | undefined {
  if (catchall === undefined) return 'dropped'
  if (catchall instanceof z.ZodUnknown) return 'kept'
  return catchall instanceof z.ZodNever ? 'refused' : undefined
}

type Check = (value: never) => boolean

/** Undefined for checks that are not known here, of which some change the value. */
function checkOf({ _zod }: z.core.$ZodCheck<never>): Check | undefined {
  const { check: name, when } = _zod.def
  if (name === 'custom') return when ? undefined : (value) => holds(_zod, value)
  return entryOf(CHECKS, name)?.(_zod.def as never)
}

function holds({ check }: z.core.$ZodCheckInternals<never>, value: never): boolean {
  const payload: z.core.ParsePayload<never> = { value, issues: [] }
  return check(payload) === undefined && payload.issues.length === 0 && payload.value === value
}

const CHECKS: Readonly<Record<string, (def: never) => Check | undefined>> = {
  number_format: numberFormat,
  greater_than: ({ value: least, inclusive }: Bound) =>
    inclusive ? (value: number) => value >= least : (value: number) => value > least,
  less_than: ({ value: most, inclusive }: Bound) =>
    inclusive ? (value: number) => value <= most : (value: number) => value < most,
  min_length:
    ({ minimum }: { minimum: number }) =>
    ({ length }: { length: number }) =>
      length >= minimum,
  max_length:
    ({ maximum }: { maximum: number }) =>
    ({ length }: { length: number }) =>
      length <= maximum,
  string_format: ({ format, pattern }: { format: string; pattern?: RegExp }) =>
    format === 'regex' && pattern && !pattern.global && !pattern.sticky
      ? (value: string) => pattern.test(value)
      : undefined,
}

function numberFormat({ format }: { format: string | null }): Check | undefined {
  return format === 'safeint' ? Number.isSafeInteger : undefined
}

interface Bound {
  value: number
  inclusive: boolean
}
