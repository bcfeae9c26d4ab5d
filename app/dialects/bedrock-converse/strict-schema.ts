import type { JsonSchema } from '../../conversation/conversation.ts'
import { dissolveRootReference, isSchema, localise } from './tool-schema.ts'

/** What AWS's grammars know as it stands. */
const KNOWN: ReadonlySet<string> = new Set(['type', 'title', 'description', 'default', 'required'])

/** Limits no grammar holds: the model reads them in the description instead. */
const NOTED: ReadonlySet<string> = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'pattern',
  'format',
  'contentEncoding',
  'contentMediaType',
  'examples',
])

/** What says which values there are at all; without it a schema is another one. */
const UNSAYABLE: ReadonlySet<string> = new Set([
  'not',
  'if',
  'then',
  'else',
  'patternProperties',
  'propertyNames',
  'dependentRequired',
  'dependentSchemas',
  'prefixItems',
  'contains',
  'unevaluatedItems',
  'unevaluatedProperties',
  '$dynamicRef',
])

const FORMATS: ReadonlySet<string> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
])

/** Look-arounds, word boundaries and references back. */
const HARD_PATTERN = /\(\?[=!<]|\\[bB1-9]/

/**
 * A schema in the subset of JSON Schema that structured output and strict tools take on Bedrock: objects
 * closed, limits of numbers, lengths and counts told in descriptions (AWS refuses them: "For 'integer'
 * type, properties maximum, minimum are not supported"; user guide, structured-output). Undefined where
 * the subset cannot say what is meant: an open object, "anything", a recursion.
 */
export function strictSchema(schema: JsonSchema): JsonSchema | undefined {
  const local = REFERENCE_ELSEWHERE.test(JSON.stringify(schema)) ? localise(schema) : schema
  const root = typeof local['$ref'] === 'string' ? dissolveRootReference(local) : local
  if (leadsAstray(root)) return undefined
  const writing: Writing = { isSayable: true }
  const strict = write(root, writing)
  return writing.isSayable ? strict : undefined
}

/** A reference to any other place than a definition at the root. */
const REFERENCE_ELSEWHERE = /"\$ref":"(?!#\/\$defs\/[^/"]+")/

interface Writing {
  isSayable: boolean
}

function write(node: unknown, writing: Writing): JsonSchema {
  if (!isSchema(node)) return unsayable(writing)
  const alone = onlyMember(node)
  if (alone) return write(alone, writing)
  if (typeof node['$ref'] === 'string') return { $ref: node['$ref'] }
  const strict: JsonSchema = {}
  const notes: string[] = []
  for (const [key, value] of Object.entries(node)) {
    if (KNOWN.has(key) || isTaken(key, value)) strict[key] = value
    else if (NOTED.has(key)) notes.push(...noteOf(key, value))
    else writeBranches(strict, key, { value, writing })
  }
  if (node['properties'] !== undefined) strict['type'] ??= 'object'
  closeObject(strict, writing)
  if (!saysSomething(strict)) return unsayable(writing)
  return notes.length > 0 ? { ...strict, description: described(strict, notes) } : strict
}

function unsayable(writing: Writing): JsonSchema {
  writing.isSayable = false
  return {}
}

/** `allOf` of one schema, as older generators write a reference with a description. */
function onlyMember(node: JsonSchema): JsonSchema | undefined {
  const { allOf, ...rest } = node
  if (!Array.isArray(allOf) || allOf.length !== 1 || !isSchema(allOf[0])) return undefined
  return { ...rest, ...allOf[0] }
}

/** Keywords of which some values are known. */
function isTaken(key: string, value: unknown): boolean {
  switch (key) {
    case 'enum':
      return Array.isArray(value) && value.every(isScalar)
    case 'const':
      return isScalar(value)
    case 'format':
      return FORMATS.has(String(value))
    case 'pattern':
      return !HARD_PATTERN.test(String(value))
    case 'minItems':
      return value === 0 || value === 1
    case 'additionalProperties':
      return value === false
    default:
      return false
  }
}

const isScalar = (value: unknown) => typeof value !== 'object' || value === null

/** Bounds that only say "a whole number as JavaScript knows it" are no news to the model. */
function noteOf(key: string, value: unknown): string[] {
  if (typeof value === 'number' && Math.abs(value) >= Number.MAX_SAFE_INTEGER) return []
  return [`${key}: ${JSON.stringify(value)}`]
}

function described({ description }: JsonSchema, notes: string[]): string {
  const limits = notes.join(', ')
  return typeof description === 'string' && description !== ''
    ? `${description} (${limits})`
    : limits
}

interface Branches {
  value: unknown
  writing: Writing
}

/** Keywords that hold schemas; all others are annotations, and stay out. */
function writeBranches(strict: JsonSchema, key: string, { value, writing }: Branches): void {
  const each = (member: unknown) => write(member, writing)
  if ((key === 'properties' || key === '$defs') && isSchema(value)) {
    const members = Object.entries(value).map(([name, member]) => [name, each(member)])
    strict[key] = Object.fromEntries(members)
  } else if ((key === 'anyOf' || key === 'oneOf') && Array.isArray(value)) {
    // Alternatives that exclude one another are alternatives.
    strict['anyOf'] = value.map(each)
  } else if (key === 'allOf' && Array.isArray(value)) {
    if (value.some((member) => isSchema(member) && member['$ref'] !== undefined)) {
      unsayable(writing)
    }
    strict[key] = value.map(each)
  } else if (key === 'items') strict[key] = each(value)
  else if (UNSAYABLE.has(key) || HALF_KNOWN.has(key)) unsayable(writing)
}

/** Of these only such values come here as are not known. */
const HALF_KNOWN: ReadonlySet<string> = new Set(['enum', 'const', 'additionalProperties'])

/** An object without a word about other members is closed; one of which no member is known is a map. */
function closeObject(strict: JsonSchema, writing: Writing): void {
  const { type, properties, additionalProperties } = strict
  const isObject = type === 'object' || (Array.isArray(type) && type.includes('object'))
  if (!isObject || additionalProperties === false) return
  if (properties === undefined) unsayable(writing)
  else strict['additionalProperties'] = false
}

const MEANINGS = ['type', 'enum', 'const', 'anyOf', 'allOf'] as const

const saysSomething = (strict: JsonSchema): boolean =>
  MEANINGS.some((keyword) => strict[keyword] !== undefined)

/** Whether a reference leads nowhere, or back to what it is part of. */
function leadsAstray(root: JsonSchema): boolean {
  const { $defs, ...rest } = root
  const defs = isSchema($defs) ? $defs : {}
  const finished = new Set<string>()
  const strays = (node: unknown, above: readonly string[]): boolean => {
    if (typeof node !== 'object' || node === null) return false
    const pointer = '$ref' in node ? node.$ref : undefined
    if (typeof pointer === 'string' && !finished.has(pointer)) {
      const target = defs[pointer.slice('#/$defs/'.length)]
      if (target === undefined || above.includes(pointer)) return true
      if (strays(target, [...above, pointer])) return true
      finished.add(pointer)
    }
    return Object.values(node).some((inner) => strays(inner, above))
  }
  return strays(rest, [])
}
