import { formatOf } from './formats.ts'
import { matches } from './pattern-match.ts'
import {
  deeper,
  isObject,
  limitOf,
  listOf,
  lookUp,
  patternOf,
  type SchemaObject,
  type Scope,
} from './schema.ts'

interface Asked {
  /** The whole schema the keyword stands in. */
  schema: SchemaObject
  scope: Scope
}

/** Whether a value keeps a schema. Keywords we do not know ask for nothing, as the standard has it. */
export function fits(value: unknown, schema: unknown, scope: Scope): boolean {
  if (typeof schema === 'boolean') return schema
  const inner = deeper(scope)
  if (!isObject(schema) || !inner) return true
  const asked = { schema, scope: inner }
  return Object.entries(schema).every(
    ([keyword, given]) =>
      !Object.hasOwn(KEYWORDS, keyword) || KEYWORDS[keyword]!(value, given, asked),
  )
}

type Check = (value: unknown, given: unknown, asked: Asked) => boolean

const KEYWORDS: Partial<Record<string, Check>> = {
  type: (value, given) => listOf(given).some((type) => isOfType(value, type)),
  const: (value, given) => same(value, given),
  enum: (value, given) => listOf(given).some((allowed) => same(value, allowed)),

  minimum: number((value, given) => value >= given),
  maximum: number((value, given) => value <= given),
  exclusiveMinimum: number((value, given) => value > given),
  exclusiveMaximum: number((value, given) => value < given),
  multipleOf: number((value, given) => Number.isInteger(value / given)),

  minLength: (value, given) => typeof value !== 'string' || isAtLeast([...value].length, given),
  maxLength: (value, given) => typeof value !== 'string' || isAtMost([...value].length, given),
  format: (value, given) => typeof value !== 'string' || (formatOf(given)?.fits(value) ?? true),
  pattern: (value, given, { scope }) =>
    typeof value !== 'string' || typeof given !== 'string' || keepsPattern(value, given, scope),

  minItems: (value, given) => !Array.isArray(value) || isAtLeast(value.length, given),
  maxItems: (value, given) => !Array.isArray(value) || isAtMost(value.length, given),
  uniqueItems: (value, given) =>
    !Array.isArray(value) || given !== true || new Set(value.map(ordered)).size === value.length,
  prefixItems: (value, given, { scope }) =>
    !Array.isArray(value) ||
    listOf(given).every((schema, at) => at >= value.length || fits(value[at], schema, scope)),
  items: checkItems,
  contains: checkContains,

  required: (value, given) =>
    !isObject(value) ||
    listOf(given).every((name) => typeof name !== 'string' || Object.hasOwn(value, name)),
  minProperties: (value, given) => !isObject(value) || isAtLeast(Object.keys(value).length, given),
  maxProperties: (value, given) => !isObject(value) || isAtMost(Object.keys(value).length, given),
  properties: checkProperties,
  patternProperties: checkPatternProperties,
  additionalProperties: checkAdditionalProperties,
  propertyNames: (value, given, { scope }) =>
    !isObject(value) || Object.keys(value).every((name) => fits(name, given, scope)),
  dependentRequired: (value, given) =>
    !isObject(value) || dependents(given, value).every((name) => Object.hasOwn(value, name)),
  dependentSchemas: (value, given, { scope }) =>
    !isObject(value) ||
    !isObject(given) ||
    Object.entries(given).every(
      ([name, schema]) => !Object.hasOwn(value, name) || fits(value, schema, scope),
    ),

  $ref: (value, given, { scope }) =>
    typeof given !== 'string' || fits(value, lookUp(given, scope), scope),
  allOf: (value, given, { scope }) => listOf(given).every((schema) => fits(value, schema, scope)),
  anyOf: (value, given, { scope }) => listOf(given).some((schema) => fits(value, schema, scope)),
  oneOf: (value, given, { scope }) =>
    listOf(given).filter((schema) => fits(value, schema, scope)).length === 1,
  not: (value, given, { scope }) => !fits(value, given, scope),
  if: (value, given, { schema, scope }) =>
    fits(value, (fits(value, given, scope) ? schema['then'] : schema['else']) ?? true, scope),
}

/** Malformed limits and types ask for nothing. */
const isAtLeast = (size: number, given: unknown) => size >= limitOf(given, 0)
const isAtMost = (size: number, given: unknown) => size <= limitOf(given, Number.POSITIVE_INFINITY)
const isOfType = (value: unknown, type: unknown) =>
  typeof type !== 'string' || !Object.hasOwn(TYPES, type) || TYPES[type]!(value)

const TYPES: Partial<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  array: (value) => Array.isArray(value),
  object: isObject,
  null: (value) => value === null,
}

function number(holds: (value: number, given: number) => boolean): Check {
  return (value, given) =>
    typeof value !== 'number' || typeof given !== 'number' || holds(value, given)
}

// A pattern we cannot follow is taken as kept: refusing every value would help nobody.
export function keepsPattern(text: string, source: string, scope: Scope): boolean {
  const pattern = patternOf(source, scope)
  return pattern === undefined || matches(pattern, text, scope.patternBudget)
}

function checkItems(value: unknown, given: unknown, { schema, scope }: Asked): boolean {
  if (!Array.isArray(value)) return true
  // Before 2020 a list of `items` meant what `prefixItems` means now.
  if (Array.isArray(given)) {
    return given.every((item, at) => at >= value.length || fits(value[at], item, scope))
  }
  const first = Array.isArray(schema['prefixItems']) ? schema['prefixItems'].length : 0
  return value.slice(first).every((item) => fits(item, given, scope))
}

function checkContains(value: unknown, given: unknown, { schema, scope }: Asked): boolean {
  if (!Array.isArray(value)) return true
  const count = value.filter((item) => fits(item, given, scope)).length
  const most = limitOf(schema['maxContains'], Number.POSITIVE_INFINITY)
  return count >= limitOf(schema['minContains'], 1) && count <= most
}

function checkProperties(value: unknown, given: unknown, { scope }: Asked): boolean {
  if (!isObject(value) || !isObject(given)) return true
  return Object.entries(given).every(
    ([name, schema]) => !Object.hasOwn(value, name) || fits(value[name], schema, scope),
  )
}

function checkPatternProperties(value: unknown, given: unknown, { scope }: Asked): boolean {
  if (!isObject(value) || !isObject(given)) return true
  return Object.entries(given).every(([pattern, schema]) =>
    Object.entries(value).every(
      ([name, own]) => !keepsPattern(name, pattern, scope) || fits(own, schema, scope),
    ),
  )
}

function checkAdditionalProperties(value: unknown, given: unknown, asked: Asked): boolean {
  if (!isObject(value)) return true
  const { schema, scope } = asked
  const known = isObject(schema['properties']) ? schema['properties'] : {}
  const patterns = isObject(schema['patternProperties'])
    ? Object.keys(schema['patternProperties'])
    : []
  return Object.entries(value).every(
    ([name, own]) =>
      Object.hasOwn(known, name) ||
      patterns.some((pattern) => keepsPattern(name, pattern, scope)) ||
      fits(own, given, scope),
  )
}

/** The properties that must be there because others are. */
export function dependents(given: unknown, value: Record<string, unknown>): string[] {
  if (!isObject(given)) return []
  return Object.entries(given)
    .filter(([name]) => Object.hasOwn(value, name))
    .flatMap(([, names]) => listOf(names).filter((name) => typeof name === 'string'))
}

function same(one: unknown, other: unknown): boolean {
  return one === other || ordered(one) === ordered(other)
}

/** JSON text that does not depend on the order of properties. */
function ordered(value: unknown): string {
  return JSON.stringify(value, (_name, own) =>
    isObject(own)
      ? Object.fromEntries(Object.entries(own).sort(([one], [other]) => (one < other ? -1 : 1)))
      : own,
  )
}
