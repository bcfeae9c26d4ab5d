import { type PatternNode, parsePattern } from './pattern.ts'

/** A JSON Schema as callers send it: nothing about it is certain. */
export type SchemaObject = Record<string, unknown>

/** Where we are in a schema, and how much work is left: a caller's schema may be a bomb. */
export interface Scope {
  /** What local references point into. */
  root: unknown
  level: number
  /** Shared by everything done for one schema. */
  budget: { left: number }
  /** The same for the reading of patterns. */
  patternBudget: { left: number }
  /** Patterns already taken apart. */
  patterns: Map<string, PatternNode | undefined>
}

const MOST_STEPS = 20_000
const MOST_PATTERN_STEPS = 1_000_000
const MOST_LEVELS = 40
const MOST_REFERENCES = 16

export function openScope(root: unknown): Scope {
  return {
    root,
    level: 0,
    budget: { left: MOST_STEPS },
    patternBudget: { left: MOST_PATTERN_STEPS },
    patterns: new Map(),
  }
}

export function patternOf(source: string, { patterns }: Scope): PatternNode | undefined {
  if (!patterns.has(source)) patterns.set(source, parsePattern(source))
  return patterns.get(source)
}

/** The scope one level down, or undefined when the schema is too deep or has cost too much. */
export function deeper(scope: Scope): Scope | undefined {
  scope.budget.left -= 1
  if (scope.budget.left < 0 || scope.level >= MOST_LEVELS) return undefined
  return { ...scope, level: scope.level + 1 }
}

/** A keyword's number; what is none asks for nothing, and an object may not even become one. */
export const limitOf = (given: unknown, otherwise: number): number =>
  typeof given === 'number' ? given : otherwise

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a local reference (`#/$defs/city`) points at; undefined for every other reference. */
export function lookUp(reference: string, scope: Scope): unknown {
  if (!reference.startsWith('#')) return undefined
  return reference
    .slice(1)
    .split('/')
    .slice(1)
    .map((name) => unescapePointer(name))
    .reduce<unknown>(member, scope.root)
}

/** One schema in place of references and `allOf`. What contradicts itself is for `fits` to notice. */
export function flatten(schema: unknown, scope: Scope, references = 0): SchemaObject {
  if (!isObject(schema) || references > MOST_REFERENCES) return {}
  scope.budget.left -= 1
  if (scope.budget.left < 0) return {}
  const { $ref, allOf, ...own } = schema
  const others: unknown[] = Array.isArray(allOf) ? allOf : []
  if (typeof $ref === 'string') others.push(lookUp($ref, scope))
  return others.reduce<SchemaObject>(
    (whole, other) => merge(whole, flatten(other, scope, references + 1)),
    own,
  )
}

/** The schema that asks for what both ask for. */
export function merge(one: SchemaObject, other: SchemaObject): SchemaObject {
  const whole = { ...one }
  for (const [keyword, value] of Object.entries(other)) {
    const both = Object.hasOwn(MERGES, keyword) ? MERGES[keyword] : undefined
    whole[keyword] = both && keyword in one ? both(one[keyword], value) : value
  }
  return whole
}

const MERGES: Partial<Record<string, (one: unknown, other: unknown) => unknown>> = {
  properties: mergeProperties,
  required: (one, other) => [...new Set([...listOf(one), ...listOf(other)])],
  type: commonTo,
  enum: commonTo,
  items: mergeSchemas,
  anyOf: branchesOfBoth,
  oneOf: branchesOfBoth,
  minimum: larger,
  exclusiveMinimum: larger,
  minLength: larger,
  minItems: larger,
  minProperties: larger,
  maximum: smaller,
  exclusiveMaximum: smaller,
  maxLength: smaller,
  maxItems: smaller,
  maxProperties: smaller,
}

function mergeProperties(one: unknown, other: unknown): unknown {
  if (!isObject(one) || !isObject(other)) return other
  const whole: SchemaObject = { ...one }
  for (const [name, schema] of Object.entries(other)) {
    whole[name] = Object.hasOwn(one, name) ? mergeSchemas(one[name], schema) : schema
  }
  return whole
}

function mergeSchemas(one: unknown, other: unknown): unknown {
  return isObject(one) && isObject(other) ? { allOf: [one, other] } : other
}

/** Branches of each side that are paired: a caller's schema may be a bomb. */
const MOST_PAIRED = 6

/** One branch of each. */
export function branchesOfBoth(one: unknown, other: unknown): unknown {
  if (!Array.isArray(one) || !Array.isArray(other)) return other
  return one
    .slice(0, MOST_PAIRED)
    .flatMap((first) => other.slice(0, MOST_PAIRED).map((second) => ({ allOf: [first, second] })))
}

function commonTo(one: unknown, other: unknown): unknown {
  const allowed = listOf(other)
  const common = listOf(one).filter((value) => allowed.includes(value))
  return common.length > 0 ? common : other
}

function larger(one: unknown, other: unknown): unknown {
  return typeof one === 'number' && typeof other === 'number' ? Math.max(one, other) : other
}

function smaller(one: unknown, other: unknown): unknown {
  return typeof one === 'number' && typeof other === 'number' ? Math.min(one, other) : other
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value]
}

function member(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value[Number(name)]
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function unescapePointer(name: string): string {
  return decodeUri(name).replaceAll('~1', '/').replaceAll('~0', '~')
}

function decodeUri(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A stray % is part of the name.
    return text
  }
}
