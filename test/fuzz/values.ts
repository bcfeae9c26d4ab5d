import fc, { type Arbitrary } from 'fast-check'
import { resolved, type Schema } from './document.ts'

export interface Making {
  /** Values for members of these names, whatever their schema says: names of models that exist. */
  known: Readonly<Record<string, Arbitrary<unknown>>>
  /** Stands wherever any text may. */
  text?: Arbitrary<string>
}

/** A picture of the usual size takes half a second to draw, so one of a size is always asked for, and few. */
export const SMALL_PICTURES = { size: fc.constant('256x256'), n: fc.constantFrom(1, 2) }
const ALWAYS: readonly string[] = ['size']

/** Levels below which a value is made as small as its schema lets it be. */
const DEPTH = 4

/** Bodies that fit a schema, more or less: what it says in words or by patterns alone is left to chance. */
export function valuesOf(schema: Schema, making: Making, depth = 0): Arbitrary<unknown> {
  const { const: only, enum: options, anyOf, oneOf, allOf, type } = resolved(schema)
  if (only !== undefined) return fc.constant(only)
  if (Array.isArray(options)) return fc.constantFrom(...options)
  const branches = (anyOf ?? oneOf) as Schema[] | undefined
  if (branches?.length) {
    // Lazily, for a schema may lead back to itself.
    const [first, ...rest] = branches.map((one) => () => valuesOf(one, making, depth + 1))
    if (depth >= DEPTH) return later(first!)
    return fc.oneof(...[first!, ...rest].map((make) => later(make)))
  }
  if (Array.isArray(allOf)) {
    return fc
      .tuple(...(allOf as Schema[]).map((one) => valuesOf(one, making, depth)))
      .map((parts) => Object.assign({}, ...parts))
  }
  const types = Array.isArray(type) ? (type as string[]) : [type as string]
  return fc.oneof(...types.map((one) => ofType(one, { schema: resolved(schema), making, depth })))
}

interface Place {
  schema: Schema
  making: Making
  depth: number
}

function ofType(type: string | undefined, place: Place): Arbitrary<unknown> {
  switch (type) {
    case 'object':
      return objects(place)
    case 'array':
      return arrays(place)
    case 'string':
      return place.making.text ?? texts(place.schema)
    case 'integer':
      return fc.integer(bounds(place.schema))
    case 'number':
      return fc.double({ ...bounds(place.schema), noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

function objects({ schema, making, depth }: Place): Arbitrary<unknown> {
  const {
    properties = {},
    required = [],
    additionalProperties,
  } = schema as {
    properties?: Record<string, Schema>
    required?: string[]
    additionalProperties?: Schema | boolean
  }
  const names = Object.keys(properties).filter((name) => depth < DEPTH || required.includes(name))
  const members = Object.fromEntries(
    names.map((name) => [
      name,
      making.known[name] ?? later(() => valuesOf(properties[name]!, making, depth + 1)),
    ]),
  )
  const own = sparse(members, [...required, ...ALWAYS])
  if (names.length > 0 || depth >= DEPTH) return own
  const values =
    typeof additionalProperties === 'object'
      ? valuesOf(additionalProperties, making, depth + 1)
      : fc.jsonValue({ maxDepth: 1 })
  return fc.dictionary(fc.string({ maxLength: 8 }), values, { maxKeys: 3 })
}

/** Few of the optional members at a time: with all of them at once nothing would ever be valid. */
function sparse(
  members: Record<string, Arbitrary<unknown>>,
  required: readonly string[],
): Arbitrary<unknown> {
  const optional = Object.keys(members).filter((name) => !required.includes(name))
  return fc.subarray(optional, { maxLength: Math.min(3, optional.length) }).chain((chosen) => {
    const names = [...required.filter((name) => name in members), ...chosen]
    return fc.record(Object.fromEntries(names.map((name) => [name, members[name]!])))
  })
}

function arrays({ schema, making, depth }: Place): Arbitrary<unknown> {
  const {
    items,
    minItems = 0,
    maxItems = 3,
  } = schema as {
    items?: Schema
    minItems?: number
    maxItems?: number
  }
  const item = items ? later(() => valuesOf(items, making, depth + 1)) : fc.jsonValue()
  const maxLength = Math.max(minItems, Math.min(maxItems, depth >= DEPTH ? 0 : 3))
  return fc.array(item, { minLength: minItems, maxLength })
}

function texts(schema: Schema): Arbitrary<string> {
  const {
    minLength = 0,
    maxLength = 40,
    pattern,
  } = schema as {
    minLength?: number
    maxLength?: number
    pattern?: string
  }
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)) })
}

function bounds({ minimum, maximum }: Schema) {
  return {
    ...(typeof minimum === 'number' && { min: Math.max(minimum, -1e6) }),
    ...(typeof maximum === 'number' && { max: Math.min(maximum, 1e6) }),
  }
}

const later = (make: () => Arbitrary<unknown>) => fc.constant(null).chain(make)
