import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../../app/conversation/conversation.ts'
import { encode, look } from './cards.ts'

const object = (properties: Record<string, unknown>, more: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
})

/** The schema of the native format; undefined where the hidden tool holds the form instead. */
function formatOf(schema: JsonSchema): unknown {
  const { body } = encode({ output: { type: 'json-schema', name: 'answer', schema } })
  const hidden = body.toolConfig?.tools.some(({ toolSpec }) => toolSpec?.name === 'final_answer')
  const native = body.outputConfig?.textFormat?.structure?.jsonSchema.schema
  expect(hidden ?? false).toBe(native === undefined)
  return native === undefined ? undefined : JSON.parse(native)
}

describe('schemas for structured output', () => {
  it('tell limits that AWS refuses in descriptions', () => {
    const rating = { type: 'integer', minimum: 1, maximum: 5, description: 'Stars.' }
    const share = { type: 'number', exclusiveMinimum: 0, multipleOf: 0.5 }
    const safe = { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 }
    const name = { type: 'string', minLength: 1, maxLength: 9, pattern: '^[a-z]+$' }
    const tags = { type: 'array', items: { type: 'string' }, minItems: 2, maxItems: 3 }
    const some = { type: 'array', items: { type: 'integer', maximum: 7 }, minItems: 1 }
    expect(formatOf(object({ rating, share, safe, name, tags, some }))).toEqual(
      object({
        rating: { type: 'integer', description: 'Stars. (minimum: 1, maximum: 5)' },
        share: { type: 'number', description: 'exclusiveMinimum: 0, multipleOf: 0.5' },
        safe: { type: 'integer' },
        name: {
          type: 'string',
          pattern: '^[a-z]+$',
          description: 'minLength: 1, maxLength: 9',
        },
        tags: {
          type: 'array',
          items: { type: 'string' },
          description: 'minItems: 2, maxItems: 3',
        },
        some: { type: 'array', items: { type: 'integer', description: 'maximum: 7' }, minItems: 1 },
      }),
    )
  })

  it('keep properties that are called like a limit', () => {
    const schema = object({ minimum: { type: 'number' }, enum: { type: 'string' } })
    expect(formatOf(schema)).toEqual(schema)
  })

  it('keep only formats and patterns that grammars know', () => {
    const schema = object({
      day: { type: 'string', format: 'date' },
      secret: { type: 'string', format: 'password' },
      word: { type: 'string', pattern: '^(?!no)\\w+$' },
    })
    expect(formatOf(schema)).toEqual(
      object({
        day: { type: 'string', format: 'date' },
        secret: { type: 'string', description: 'format: "password"' },
        word: { type: 'string', description: 'pattern: "^(?!no)\\\\w+$"' },
      }),
    )
  })

  it('close objects that may be null as well, and leave annotations out', () => {
    const place = { type: ['object', 'null'], properties: { city: { type: 'string' } } }
    const schema = { $schema: 'x', title: 'T', type: 'object', properties: { place } }
    expect(formatOf(schema)).toEqual({
      title: 'T',
      type: 'object',
      properties: { place: { ...place, additionalProperties: false } },
      additionalProperties: false,
    })
  })

  it('say alternatives and references in the words that are known', () => {
    const cat = object({ kind: { const: 'cat' } })
    const dog = object({ kind: { const: 'dog' } })
    const schema = {
      ...object({
        pet: {
          oneOf: [{ $ref: '#/definitions/Cat' }, { $ref: '#/definitions/Dog' }],
          discriminator: { propertyName: 'kind' },
        },
        first: { description: 'One.', allOf: [{ $ref: '#/definitions/Cat' }] },
      }),
      definitions: { Cat: cat, Dog: dog },
    }
    expect(formatOf(schema)).toEqual({
      ...object({
        pet: { anyOf: [{ $ref: '#/$defs/Cat' }, { $ref: '#/$defs/Dog' }] },
        first: { $ref: '#/$defs/Cat' },
      }),
      $defs: { Cat: cat, Dog: dog },
    })
    expect(formatOf({ $ref: '#/$defs/Cat', $defs: { Cat: cat } })).toEqual({
      ...cat,
      $defs: { Cat: cat },
    })
  })

  it.each<[what: string, schema: JsonSchema]>([
    ['a map', object({ counts: { type: 'object', additionalProperties: { type: 'integer' } } })],
    ['an open object', object({}, { additionalProperties: true })],
    ['an object of unknown members', object({ any: { type: 'object' } })],
    ['anything', object({ any: { description: 'Whatever.' } })],
    ['anything at all', object({ any: true })],
    ['a recursion', { ...object({ next: { $ref: '#' } }) }],
    [
      'a recursion of definitions',
      {
        ...object({ node: { $ref: '#/$defs/Node' } }),
        $defs: { Node: object({ next: { anyOf: [{ $ref: '#/$defs/Node' }, { type: 'null' }] } }) },
      },
    ],
    ['a reference to nowhere', object({ other: { $ref: '#/$defs/Missing' } })],
    ['a tuple', object({ pair: { type: 'array', prefixItems: [{ type: 'string' }] } })],
    ['values that are objects', object({ one: { enum: [{ a: 1 }] } })],
    ['an exclusion', object({ one: { type: 'string', not: { const: 'x' } } })],
  ])('leave %s to the hidden tool', (_, schema) => {
    expect(formatOf(schema)).toBeUndefined()
  })

  it('hold for strict tools, which are asked unstrictly where they cannot be said', () => {
    const schema = object({ count: { type: 'integer', minimum: 1 } })
    const strict = encode({ tools: [{ ...look, schema, strict: true }] })
    expect(strict.body.toolConfig?.tools[0]?.toolSpec).toMatchObject({
      inputSchema: { json: object({ count: { type: 'integer', description: 'minimum: 1' } }) },
      strict: true,
    })
    const lax = encode({ tools: [{ ...look, schema }] })
    expect(lax.body.toolConfig?.tools[0]?.toolSpec?.inputSchema).toEqual({ json: schema })
    const open = object({}, { additionalProperties: { type: 'string' } })
    const refused = encode({ tools: [{ ...look, schema: open, strict: true }] })
    expect(refused.body.toolConfig?.tools[0]?.toolSpec?.inputSchema).toEqual({ json: open })
    expect(refused.body.toolConfig?.tools[0]?.toolSpec?.strict).toBeUndefined()
    expect(refused.ignored).toEqual(['tools.strict'])
  })
})
