import type { JsonSchema } from '../../conversation/conversation.ts'

import { GatewayError } from '../../errors.ts'

/** A schema AWS takes as the input of a tool. */
interface ToolSchema {
  json: JsonSchema
  /** The arguments stand in the member `value`, for the caller's schema is no object's. */
  wrapped: boolean
}

/** The member that holds arguments which are not an object. */
export const WRAPPER = 'value'

const DEEPEST = 500

const COMPOSITIONS = ['anyOf', 'oneOf', 'allOf', 'not', 'if']

/**
 * The root of a tool's schema must be a plain object: `$schema` goes, a missing type is `object`, and any
 * other root (an array, a union) is wrapped into the member `value`, which the reply's decoder unwraps.
 * References to `$defs` of the root stay; all other local ones are moved there; what leads elsewhere is
 * unknown to us and becomes "anything". `param` is what the schema is of, in errors about it.
 */
export function normaliseToolSchema(
  schema: JsonSchema | undefined,
  param: 'tools' | 'output.schema' = 'tools',
): ToolSchema {
  if (!schema) return { json: { type: 'object', properties: {} }, wrapped: false }
  // The name goes first: a root that refers to itself is copied.
  const named = withoutName(schema)
  const plain = holdsReference(named, param) ? localise(named) : named
  const root = typeof plain['$ref'] === 'string' ? dissolveRootReference(plain) : plain
  if (isObjectRoot(root)) {
    const json = root['type'] === 'object' ? root : { ...root, type: 'object' }
    return { json, wrapped: false }
  }
  const { $defs, ...value } = root
  const json: JsonSchema = {
    type: 'object',
    properties: { [WRAPPER]: value },
    required: [WRAPPER],
  }
  return { json: $defs ? { ...json, $defs } : json, wrapped: true }
}

/** What a schema says of itself, and AWS refuses. */
function withoutName(schema: JsonSchema): JsonSchema {
  if (schema['$schema'] === undefined && schema['$id'] === undefined) return schema
  const { $schema: _, $id: __, ...plain } = schema
  return plain
}

function isObjectRoot(root: JsonSchema): boolean {
  if (COMPOSITIONS.some((keyword) => root[keyword] !== undefined)) return false
  if (root['type'] === undefined) return root['enum'] === undefined && root['const'] === undefined
  return (
    root['type'] === 'object' || (Array.isArray(root['type']) && root['type'].includes('object'))
  )
}

/** A root that only points into `$defs` (as zod-to-json-schema writes it) is what it points to. */
export function dissolveRootReference(root: JsonSchema): JsonSchema {
  const { $ref, ...rest } = root
  const target = resolvePointer(root, String($ref))
  return isSchema(target) && target['$ref'] === undefined ? { ...target, ...rest } : root
}

/** Throws `invalid-request` for a schema nested so deeply that nobody could serialise it. */
function holdsReference(node: object, param: string, depth = 0): boolean {
  if (depth > DEEPEST) {
    throw new GatewayError('invalid-request', 'A JSON schema is nested too deeply.', {
      param,
      reason: 'nested_too_deeply',
    })
  }
  // No early exit: every branch is to be measured.
  let holds = false
  if (Array.isArray(node)) {
    for (const item of node)
      if (isBranch(item) && holdsReference(item, param, depth + 1)) holds = true
    return holds
  }
  for (const key in node) {
    const value = (node as JsonSchema)[key]
    if (isBranch(value)) holds = holdsReference(value, param, depth + 1) || holds
    else if (key === '$ref' && typeof value === 'string') holds = true
  }
  return holds
}

const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null

/** The schema with every reference leading into its own `$defs`. */
export function localise(schema: JsonSchema): JsonSchema {
  const { definitions, ...own } = schema
  const legacy = isSchema(definitions) ? definitions : {}
  const defs: JsonSchema = {}
  const moved = new Map<string, string>()

  const move = (pointer: string): string | undefined => {
    const known = moved.get(pointer)
    if (known !== undefined) return known
    const target = resolvePointer(schema, pointer)
    if (target === undefined) return undefined
    const name = freshName(pointer, defs, { ...legacy, ...asSchema(own['$defs']) })
    moved.set(pointer, name)
    defs[name] = {}
    defs[name] = rewrite(pointer === '#' ? withoutDefinitions(schema) : target)
    return name
  }
  const rewrite = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(rewrite)
    if (!isSchema(node)) return node
    const copy: JsonSchema = {}
    for (const [key, value] of Object.entries(node)) copy[key] = rewrite(value)
    if (typeof node['$ref'] !== 'string') return copy
    const name = move(node['$ref'])
    if (name !== undefined) return { ...copy, $ref: `#/$defs/${name}` }
    const { $ref: _, ...known } = copy
    return known
  }

  const root = asSchema(rewrite(withoutDefinitions(own)))
  return Object.keys(defs).length > 0 ? { ...root, $defs: defs } : root
}

function withoutDefinitions(schema: JsonSchema): JsonSchema {
  const { $defs: _, definitions: __, ...rest } = schema
  return rest
}

/** `#/$defs/Address` keeps its name; other places are named after the last step of their path. */
function freshName(pointer: string, taken: JsonSchema, reserved: JsonSchema): string {
  const steps = pointer.split('/')
  const step = pointer === '#' ? 'Root' : (steps.at(-1) ?? '')
  const last = step.replace(/[^a-zA-Z0-9_.-]/g, '_') || '_'
  const isDefinition = steps.length === 3 && (steps[1] === '$defs' || steps[1] === 'definitions')
  let name = last
  for (let count = 2; taken[name] !== undefined || (!isDefinition && reserved[name]); count++) {
    name = `${last}_${count}`
  }
  return name
}

/** The node a local JSON pointer (`#/a/b`) leads to; undefined for every other reference. */
function resolvePointer(root: JsonSchema, pointer: string): unknown {
  if (pointer === '#') return root
  if (!pointer.startsWith('#/')) return undefined
  let node: unknown = root
  for (const step of pointer.slice(2).split('/')) {
    const key = decodeStep(step)
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined
    node = (node as Record<string, unknown>)[key]
  }
  return node
}

function decodeStep(step: string): string {
  const plain = step.includes('%') ? decodePercent(step) : step
  return plain.replaceAll('~1', '/').replaceAll('~0', '~')
}

function decodePercent(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    // A name may hold a percent sign of its own.
    return step
  }
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function asSchema(value: unknown): JsonSchema {
  return isSchema(value) ? value : {}
}
