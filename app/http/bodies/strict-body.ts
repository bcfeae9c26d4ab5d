import { z } from '@hono/zod-openapi'
import { GatewayError } from '../../errors.ts'

/**
 * For operators who want typing errors found: 400 naming the first field of a body that its schema does not name.
 * Not looked into are the top of a body whose other fields are the model's own (the gateway governs those), what is
 * anybody's own by its schema (metadata, JSON schemas), and objects of kinds that are not known here.
 */
export function refuseUnknownFields(schema: z.ZodType, body: unknown): void {
  const found = unknownField(bare(schema), body, { path: '', isTop: true })
  if (found === undefined) return
  throw new GatewayError('invalid-request', `Unknown parameter: '${found}'.`, {
    param: found,
    reason: 'unknown_parameter',
  })
}

interface Place {
  path: string
  isTop?: boolean
}

function unknownField(schema: z.ZodType, value: unknown, place: Place): string | undefined {
  if (value === null || typeof value !== 'object') return undefined
  if (schema instanceof z.ZodObject) return inObject(schema, value, place)
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    const item = bare(schema.element as z.ZodType)
    return first(value.entries(), ([at, one]) =>
      unknownField(item, one, { path: `${place.path}[${at}]` }),
    )
  }
  if (schema instanceof z.ZodUnion) {
    const fitting = (schema.options as z.ZodType[]).find((one) => one.safeParse(value).success)
    return fitting && unknownField(bare(fitting), value, place)
  }
  return undefined
}

function inObject(schema: z.ZodObject, value: object, { path, isTop }: Place): string | undefined {
  const shape = schema.shape as Record<string, z.ZodType>
  if (Object.keys(shape).length === 0 || isOpenKind(shape)) return undefined
  const isLoose = schema.def.catchall instanceof z.ZodUnknown
  return first(Object.entries(value), ([key, one]) => {
    const at = path === '' ? key : `${path}.${key}`
    const known = Object.hasOwn(shape, key) ? shape[key] : undefined
    if (known) return unknownField(bare(known), one, { path: at })
    return isTop && isLoose ? undefined : at
  })
}

/** Whether it stands for kinds that come after us: its `type` may be any text. */
const isOpenKind = ({ type }: Record<string, z.ZodType>) =>
  type !== undefined && bare(type) instanceof z.ZodString

/** The schema below what only says when it may be absent, or what becomes of it. */
function bare(schema: z.ZodType): z.ZodType {
  let inner = schema
  for (;;) {
    if (
      inner instanceof z.ZodOptional ||
      inner instanceof z.ZodNullable ||
      inner instanceof z.ZodDefault ||
      inner instanceof z.ZodPrefault ||
      inner instanceof z.ZodReadonly ||
      inner instanceof z.ZodCatch
    ) {
      inner = inner.def.innerType as z.ZodType
    } else if (inner instanceof z.ZodPipe) {
      const { in: before, out } = inner.def
      inner = (before instanceof z.ZodTransform ? out : before) as z.ZodType
    } else return inner
  }
}

function first<T>(items: Iterable<T>, find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}
