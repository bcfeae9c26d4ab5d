import type { Facts } from '../facts.ts'
import { dependents, fits, keepsPattern } from './fits.ts'
import { makeBoolean, makeEnum, makeNumber } from './make-scalar.ts'
import { makeString } from './make-string.ts'
import {
  branchesOfBoth,
  deeper,
  flatten,
  isObject,
  limitOf,
  listOf,
  merge,
  openScope,
  type SchemaObject,
  type Scope,
} from './schema.ts'
import type { Need, Wish } from './wish.ts'

/** A value that keeps the schema, as far as one can be found, filled from the facts. */
export function makeValue(schema: unknown, facts: Facts): unknown {
  return make(schema, { name: '', need: 'required', scope: openScope(schema), facts })
}

function make(schema: unknown, wish: Wish): unknown {
  const scope = deeper(wish.scope)
  if (schema === false || !scope) return undefined
  const variants = variantsOf(flatten(schema, scope), scope)
  const nullable = variants.some(isNull)
  const inner = { ...wish, scope, need: nullable ? atMostFound(wish.need) : wish.need }
  for (const variant of variants) {
    const made = wish.facts.attempt(() => {
      const value = makePlain(variant, isNull(variant) ? wish : inner)
      return value !== undefined && fits(value, schema, scope) ? value : undefined
    })
    if (made !== undefined) return made
  }
  // Nothing fits: an answer that is nearly right beats none.
  return wish.need === 'required' ? makePlain(variants[0]!, { ...wish, scope }) : undefined
}

function atMostFound(need: Need): Need {
  return need === 'required' ? 'found' : need
}

function isNull(schema: SchemaObject): boolean {
  return schema['type'] === 'null' || schema['const'] === null
}

const MOST_VARIANTS = 40

/** The plain schemas a value may choose between: branches, conditions and lists of types taken apart. */
function variantsOf(schema: SchemaObject, scope: Scope): SchemaObject[] {
  const variants = expand(schema, scope).slice(0, MOST_VARIANTS)
  return [...variants.filter((one) => !isNull(one)), ...variants.filter(isNull)]
}

function expand(schema: SchemaObject, scope: Scope): SchemaObject[] {
  const inner = deeper(scope)
  const { anyOf, oneOf, if: condition, then: yes, else: no, dependentSchemas, ...rest } = schema
  const choices = branchesOf(anyOf && oneOf ? branchesOfBoth(anyOf, oneOf) : (anyOf ?? oneOf))
  if (condition !== undefined) choices.push(...[[no], [condition, yes], []].map(allOf))
  if (isObject(dependentSchemas)) choices.push(allOf(Object.values(dependentSchemas)), {})
  if (choices.length === 0 || !inner) return oneTypeEach(rest)
  return choices
    .map((choice) => merge(rest, flatten(choice, inner)))
    .flatMap((variant) => expand(variant, inner))
}

function allOf(schemas: unknown[]): SchemaObject {
  return { allOf: schemas.filter((schema) => schema !== undefined) }
}

function branchesOf(given: unknown): unknown[] {
  return Array.isArray(given) ? given : []
}

function oneTypeEach(schema: SchemaObject): SchemaObject[] {
  const { type } = schema
  if (!Array.isArray(type) || type.length === 0) return [schema]
  return type.map((one) => ({ ...schema, type: one }))
}

type Maker = (schema: SchemaObject, wish: Wish) => unknown

const MAKERS: Record<string, Maker> = {
  object: makeObject,
  array: makeArray,
  string: makeString,
  number: makeNumber,
  integer: makeNumber,
  boolean: makeBoolean,
  null: () => null,
}

function makePlain(schema: SchemaObject, wish: Wish): unknown {
  if ('const' in schema) return wish.need === 'required' ? schema['const'] : undefined
  if (Array.isArray(schema['enum'])) return makeEnum(schema, wish)
  if (wish.need !== 'required' && isNull(schema)) return undefined
  const type = typeOf(schema)
  return Object.hasOwn(MAKERS, type) ? MAKERS[type]!(schema, wish) : undefined
}

/** What the keywords are about, for schemas that name no type. */
const HINTS: [type: string, keywords: string[]][] = [
  ['object', ['properties', 'required', 'additionalProperties', 'patternProperties']],
  ['array', ['items', 'prefixItems', 'minItems', 'contains']],
  ['number', ['minimum', 'maximum', 'multipleOf', 'exclusiveMinimum', 'exclusiveMaximum']],
]

function typeOf(schema: SchemaObject): string {
  if (typeof schema['type'] === 'string') return schema['type']
  return HINTS.find(([, keywords]) => keywords.some((word) => word in schema))?.[0] ?? 'string'
}

function makeObject(schema: SchemaObject, wish: Wish): unknown {
  if (wish.need !== 'required') return undefined
  const known = isObject(schema['properties']) ? schema['properties'] : {}
  const made: Record<string, unknown> = {}
  const required = new Set(
    listOf(schema['required'] ?? []).filter((name) => typeof name === 'string'),
  )
  const add = (name: string, need: Need) => {
    const value = make(propertySchema(schema, name, wish), { ...wish, name, need })
    if (value !== undefined) setOwn(made, name, value)
  }
  // What the text gives by name is taken first, so that no other property gets it.
  for (const name of new Set([...required, ...Object.keys(known)])) add(name, 'named')
  for (const name of required) if (!Object.hasOwn(made, name)) add(name, 'required')

  for (const name of dependents(schema['dependentRequired'], made)) {
    if (!Object.hasOwn(made, name)) add(name, 'required')
  }
  const fewest = limitOf(schema['minProperties'], 0)
  for (const name of Object.keys(known)) {
    if (Object.keys(made).length >= fewest) break
    if (!Object.hasOwn(made, name)) add(name, 'required')
  }
  for (let spare = 0; spare < MOST_SPARE && Object.keys(made).length < fewest; spare += 1) {
    add(spareName(schema, made, wish), 'required')
  }
  return inOrder(made, Object.keys(known))
}

const MOST_SPARE = 50

/** The name of a property nobody has named. */
function spareName(schema: SchemaObject, made: Record<string, unknown>, wish: Wish): string {
  const { propertyNames = {}, additionalProperties } = schema
  const patterns = additionalProperties === false ? patternsIn(schema, wish) : []
  const usual = `item${Object.keys(made).length + 1}`
  const rules = [propertyNames, patterns.length > 0 ? { anyOf: patterns.map(patternOnly) } : {}]
  const asked = { type: 'string', default: usual, allOf: rules, not: { enum: Object.keys(made) } }
  const name = make(asked, { ...wish, name: 'item', need: 'required' })
  return typeof name === 'string' ? name : usual
}

/** Each counts as a step, as names are tried on all of them. */
function patternsIn({ patternProperties }: SchemaObject, { scope: { budget } }: Wish) {
  if (!isObject(patternProperties) || budget.left < 0) return []
  const patterns = Object.entries(patternProperties)
  budget.left -= patterns.length
  return patterns
}

const patternOnly = ([pattern]: [pattern: string, schema: unknown]) => ({ pattern })

function propertySchema(schema: SchemaObject, name: string, wish: Wish): unknown {
  const known = schema['properties']
  if (isObject(known) && Object.hasOwn(known, name)) return known[name]
  const ruled = patternsIn(schema, wish).filter(([pattern]) =>
    keepsPattern(name, pattern, wish.scope),
  )
  if (ruled.length > 0) return { allOf: ruled.map(([, own]) => own) }
  return schema['additionalProperties'] ?? {}
}

function inOrder(made: Record<string, unknown>, names: string[]): Record<string, unknown> {
  const ordered: Record<string, unknown> = {}
  for (const name of new Set([...names, ...Object.keys(made)])) {
    if (Object.hasOwn(made, name)) setOwn(ordered, name, made[name])
  }
  return ordered
}

// A property called `__proto__` is a property like any other.
function setOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

const MOST_ITEMS = 50
const DEEP = 6

function makeArray(schema: SchemaObject, wish: Wish): unknown {
  if (wish.need === 'named') return undefined
  const tuple = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : []
  const item = itemOf(schema)
  const most = Math.min(limitOf(schema['maxItems'], MOST_ITEMS), MOST_ITEMS)
  const fewest = Math.min(fewestItems(schema, wish), MOST_ITEMS)
  const made: unknown[] = tuple.map((one) => make(one, { ...wish, need: 'required' }))
  while (made.length < most) {
    const value =
      foundItem(item, made, wish) ?? (made.length < fewest ? newItem(item, made, wish) : undefined)
    if (value === undefined) break
    made.push(value)
  }
  return wish.need === 'found' && made.length === 0 ? undefined : made
}

/** The text may give one number twice; of everything else an item is wanted once. */
function foundItem(item: unknown, made: unknown[], wish: Wish): unknown {
  return make(isNumber(item, wish) ? item : butNot(made, item), { ...wish, need: 'found' })
}

/** An item made up: one that is not there yet, if there is such a one. */
function newItem(item: unknown, made: unknown[], wish: Wish): unknown {
  const distinct = butNot(made, item)
  const value = make(distinct, { ...wish, need: 'required' })
  return fits(value, distinct, wish.scope) ? value : make(item, { ...wish, need: 'required' })
}

function itemOf({ items, contains }: SchemaObject): unknown {
  return contains === undefined ? (items ?? {}) : { allOf: [items ?? {}, contains] }
}

function fewestItems({ minItems, contains, minContains }: SchemaObject, { scope }: Wish): number {
  // Trees are ended after a few levels: their schemas are satisfied by no children.
  const usual = scope.level < DEEP ? 1 : 0
  return Math.max(limitOf(minItems, usual), contains === undefined ? 0 : limitOf(minContains, 1))
}

function butNot(values: unknown[], schema: unknown): unknown {
  return values.length === 0 ? schema : { allOf: [schema], not: { enum: [...values] } }
}

function isNumber(schema: unknown, { scope }: Wish): boolean {
  const { type, enum: allowed } = flatten(schema, scope)
  return (type === 'number' || type === 'integer') && allowed === undefined
}
