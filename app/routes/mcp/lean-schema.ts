import type { Schema } from './api-document.ts'

/** Members that say how to keep or count what is sent, never what is asked: taken, and not shown to models. */
const UNSHOWN = new Set(['cache_control', 'prompt_cache_breakpoint', 'cachePoint'])

/**
 * A schema with less to read: the list of tools goes into the context of a model. Nothing that was allowed is
 * forbidden by it, but null, which says no more than leaving a member out.
 */
export function leanSchema(schema: Schema): Schema {
  const { additionalProperties, properties, type, enum: values, anyOf, ...rest } = schema
  const lean: Schema = { ...rest }
  if (type !== undefined) lean.type = withoutNull(type)
  if (Array.isArray(values)) lean['enum'] = values.filter((value) => value !== null)
  if (properties) {
    lean.properties = Object.fromEntries(
      Object.entries(properties).filter(([name]) => !UNSHOWN.has(name)),
    )
  }
  if (!allowsAll(additionalProperties)) lean['additionalProperties'] = additionalProperties
  const forms = anyOf?.filter((form) => form.type !== 'null')
  const [only] = forms ?? []
  if (only && forms?.length === 1) return { ...only, ...lean }
  if (forms) lean.anyOf = forms
  return lean
}

function withoutNull(type: NonNullable<Schema['type']>): Schema['type'] {
  if (typeof type === 'string') return type
  const types = type.filter((one) => one !== 'null')
  return types.length === 1 ? types[0] : types
}

const allowsAll = (schema: unknown) =>
  schema === undefined ||
  schema === true ||
  (typeof schema === 'object' && schema !== null && Object.keys(schema).length === 0)
