import type { JsonSchema } from '../../conversation/conversation.ts'
import { WRAPPER } from './encode-blocks.ts'

interface InputSchema {
  schema: JsonSchema
  /** The arguments travel as `{"value": ...}`, for their schema is no object's. */
  wrapped: boolean
}

const DEFINITIONS = ['$defs', 'definitions'] as const

/** A tool's schema as Anthropic takes it: of type object at its root (T34). Everything else stays. */
export function inputSchema(schema: JsonSchema | undefined): InputSchema {
  if (!schema) return { schema: { type: 'object', properties: {} }, wrapped: false }
  if (schema['type'] === 'object') return { schema, wrapped: false }
  if (isObjectLike(schema)) return { schema: { ...schema, type: 'object' }, wrapped: false }
  const inner = { ...schema }
  const shared: JsonSchema = {}
  for (const name of DEFINITIONS) {
    if (inner[name] === undefined) continue
    // References start at the root, so what they name moves there.
    shared[name] = inner[name]
    delete inner[name]
  }
  return {
    schema: {
      type: 'object',
      properties: { [WRAPPER]: inner },
      required: [WRAPPER],
      ...shared,
    },
    wrapped: true,
  }
}

function isObjectLike(schema: JsonSchema): boolean {
  if (schema['properties'] !== undefined) return true
  return schema['type'] === undefined && !COMPOSED.some((name) => schema[name] !== undefined)
}

const COMPOSED = ['anyOf', 'oneOf', 'allOf', '$ref', 'enum', 'const', 'items', 'not'] as const

/** The schema with every object in it closed, which `strict` and structured output want. */
export function closeObjects(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closeObjects)
  if (typeof value !== 'object' || value === null) return value
  const closed: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) closed[key] = closeObjects(inner)
  if (closed['type'] === 'object' && closed['additionalProperties'] === undefined) {
    closed['additionalProperties'] = false
  }
  return closed
}
