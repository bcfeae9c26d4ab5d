import { type ApiDocument, type ApiOperation, JSON_TYPE, type Schema } from './api-document.ts'
import { leanSchema } from './lean-schema.ts'

/** Members that make an answer a stream: a tool's answer is whole. */
export const OF_STREAMS = new Set([
  'stream',
  'stream_options',
  'stream_format',
  'include_obfuscation',
  'partial_images',
  'starting_after',
])

/** What only documents read. */
const UNREAD = new Set(['example', 'examples', 'discriminator', 'externalDocs', 'xml'])

/** What a tool takes: an object, whatever the operation takes in its path, its query and its body. */
export interface InputSchema {
  type: 'object'
  properties: Record<string, object>
  required?: string[]
  [keyword: string]: unknown
}

/** Where the arguments of a tool go. */
export interface ArgumentPlaces {
  path: readonly string[]
  /** Argument -> name in the query: models cannot write every sign there is. */
  query: ReadonlyMap<string, string>
  /** Whether there is a body, which takes all that goes nowhere else. */
  body: boolean
}

interface ToolInput {
  schema: InputSchema
  places: ArgumentPlaces
}

/** Path, query and body of an operation as one schema, without references. */
export function toolInput(operation: ApiOperation, document: ApiDocument): ToolInput {
  const media = operation.requestBody?.content?.[JSON_TYPE]
  const body = media && objectIn(inlined(media.schema ?? {}, { document, within: [] }))
  const properties: Record<string, object> = {}
  const required = new Set<string>()
  for (const [name, schema] of Object.entries(body?.properties ?? {})) {
    if (!OF_STREAMS.has(name)) properties[name] = schema
  }
  for (const name of body?.required ?? []) if (name in properties) required.add(name)
  const path: string[] = []
  const query = new Map<string, string>()
  for (const parameter of operation.parameters ?? []) {
    const name = parameter.name.replace('[]', '')
    const isInPath = parameter.in === 'path'
    const isNew = !(name in properties) && !OF_STREAMS.has(name)
    const isInQuery = parameter.in === 'query' && isNew
    if (!isInPath && !isInQuery) continue
    if (isInPath) path.push(name)
    else query.set(name, parameter.name)
    properties[name] = described(parameter.schema ?? {}, parameter.description, document)
    if (isInPath || parameter.required) required.add(name)
  }
  return {
    schema: {
      type: 'object',
      properties,
      ...(required.size > 0 && { required: [...required] }),
      ...(body?.['additionalProperties'] === false && { additionalProperties: false }),
    },
    places: { path, query, body: media !== undefined },
  }
}

function described(schema: Schema, description: string | undefined, document: ApiDocument): Schema {
  const plain = inlined(schema, { document, within: [] })
  return description && !plain.description ? { ...plain, description } : plain
}

/** Of several forms a body may have the first, which is the usual one; models cannot be told of a choice there. */
function objectIn(schema: Schema): Schema {
  const [first] = schema.anyOf ?? schema.oneOf ?? []
  if (!schema.properties && first) return objectIn(first)
  const parts = schema.allOf?.map(objectIn) ?? []
  if (parts.length === 0) return schema
  const all = [schema, ...parts]
  return {
    ...schema,
    properties: Object.assign({}, ...all.map((part) => part.properties)),
    required: all.flatMap((part) => part.required ?? []),
  }
}

interface Inlining {
  document: ApiDocument
  /** Names of the schemas around it: one that holds itself ends there. */
  within: readonly string[]
}

function inlined(schema: Schema, { document, within }: Inlining): Schema {
  const { $ref: reference, ...rest } = schema
  if (reference === undefined) return mapped(rest, { document, within })
  const name = reference.slice(reference.lastIndexOf('/') + 1)
  const target = document.components?.schemas?.[name]
  if (!target || within.includes(name)) return {}
  const found = inlined(target, { document, within: [...within, name] })
  return { ...found, ...mapped(rest, { document, within }) }
}

/** Every schema within a schema, inlined. A member named like a keyword is a member all the same. */
function mapped(schema: Schema, inlining: Inlining): Schema {
  const entries = Object.entries(schema).filter(
    ([keyword]) => !UNREAD.has(keyword) && !keyword.startsWith('x-'),
  )
  const whole = entries.map(([keyword, value]) => {
    if (VALUES.has(keyword)) return [keyword, value]
    const isByName = BY_NAME.has(keyword) && isObject(value)
    return [keyword, isByName ? eachOf(value, inlining) : within(value, inlining)]
  })
  return leanSchema(Object.fromEntries(whole) as Schema)
}

/** Keywords whose values are no schemas. */
const VALUES = new Set(['const', 'default', 'enum', 'required', 'type'])
const BY_NAME = new Set(['properties', 'patternProperties', '$defs'])

function within(value: unknown, inlining: Inlining): unknown {
  if (Array.isArray(value)) return value.map((one) => within(one, inlining))
  return isObject(value) ? inlined(value as Schema, inlining) : value
}

const eachOf = (schemas: object, inlining: Inlining) =>
  Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, within(schema, inlining)]),
  )

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
