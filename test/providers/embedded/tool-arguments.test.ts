import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openFacts } from '../../../app/providers/embedded/facts.ts'
import { argumentsFor, structuredAnswer } from '../../../app/providers/embedded/tool-arguments.ts'
import { schemas } from './schemas.ts'

const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)

const make = (schema: Record<string, unknown>, text: string) =>
  JSON.parse(structuredAnswer(schema, openFacts(text), ''))

/** What ajv has against the arguments made for a schema. */
function faults(schema: Record<string, unknown>, text: string) {
  const value = make(schema, text)
  return ajv.validate(schema, value) ? [] : { value, errors: ajv.errorsText() }
}

const TEXTS = [
  '',
  'Hello!',
  'What is the weather like in Paris and Tokyo, in fahrenheit, for 3 days from 2026-05-03?',
  'Mail "the report" to ada@example.com before 14:30, see https://example.com/a?b=1. Order AB-123, -4.5 EUR.',
  'パリの天気は？ 😀',
]

/** What JSON can hold and JavaScript can turn into neither text nor number. */
const UNPRINTABLE = { toString: 0, valueOf: 0 }

describe('arguments for a tool', () => {
  for (const [name, schema] of Object.entries(schemas)) {
    it(`keep the schema of ${name}`, () => {
      expect(TEXTS.map((text) => faults(schema, text))).toEqual(TEXTS.map(() => []))
    })
  }
})

describe('arguments of a tool whose schema wants no object', () => {
  it('are an object all the same', () => {
    const careless = [undefined, {}, { type: 'string' }, { type: 'nonsense' }]
    expect(careless.map((schema) => argumentsFor(schema, openFacts('Paris')))).toEqual(
      careless.map(() => '{}'),
    )
  })
})

describe('arguments taken from the text', () => {
  const args = (text: string, properties: Record<string, unknown>, required?: string[]) =>
    make({ type: 'object', properties, required: required ?? Object.keys(properties) }, text)
  const string = { type: 'string' }
  const integer = { type: 'integer' }

  it('are names, numbers and words of an enum', () => {
    const properties = { location: string, days: integer, unit: { enum: ['c', 'f', 'kelvin'] } }
    expect(args('The weather in New York for 5 days, in Kelvin', properties)).toEqual({
      location: 'New York',
      days: 5,
      unit: 'kelvin',
    })
  })

  it('go where the text names them', () => {
    const properties = {
      destination: string,
      to: string,
      from: string,
      adults: integer,
      children: integer,
    }
    expect(
      args('Fly from Paris to Rome with 1 child, 3 children and 2 adults', properties),
    ).toEqual({
      destination: 'Fly from Paris to Rome with 1 child, 3 children and 2 adults',
      to: 'Rome',
      from: 'Paris',
      adults: 2,
      children: 3,
    })
  })

  it('are mail addresses, links and dates by format and by name', () => {
    const properties = {
      email: string,
      link: string,
      day: { type: 'string', format: 'date' },
      start: { type: 'string', format: 'date-time' },
      at: { type: 'string', format: 'time' },
    }
    const text =
      'Invite ada@example.com on 2026-03-04 at 9:30, https://example.com/x. By 2026-03-05T10:00:00Z!'
    expect(args(text, properties)).toEqual({
      email: 'ada@example.com',
      link: 'https://example.com/x',
      day: '2026-03-04',
      start: '2026-03-05T10:00:00Z',
      at: '09:30:00Z',
    })
  })

  it('are quotations, or the whole text for a query', () => {
    expect(args('Run `ls -la`', { command: string })).toEqual({ command: 'ls -la' })
    expect(args('best pizza in Naples', { query: string })).toEqual({
      query: 'best pizza in Naples',
    })
  })

  it('are words that keep a pattern', () => {
    const properties = { airport: { type: 'string', pattern: '^[A-Z]{3}$' } }
    expect(args('Land in SFO.', properties)).toEqual({ airport: 'SFO' })
  })

  it('are all numbers of a list, and each member of an enum once', () => {
    const properties = {
      numbers: { type: 'array', items: { type: 'number' } },
      tags: { type: 'array', items: { enum: ['red', 'green', 'blue'] } },
    }
    expect(args('Add 3, 3 and -4.5: green, red', properties)).toEqual({
      numbers: [3, 3, -4.5],
      tags: ['green', 'red'],
    })
  })

  it('are booleans the text speaks of', () => {
    const properties = {
      images: { type: 'boolean' },
      include_links: { type: 'boolean' },
      deep: { type: 'boolean' },
    }
    expect(args('Search with links, no images', properties)).toEqual({
      images: false,
      include_links: true,
      deep: false,
    })
  })

  it('leave out what is optional and not in the text', () => {
    const properties = {
      query: string,
      limit: integer,
      language: string,
      sort: { enum: ['new', 'old'] },
    }
    expect(args('cats, limit 5', properties, ['query'])).toEqual({
      query: 'cats, limit 5',
      limit: 5,
    })
  })

  it('are null where that is allowed and the text holds nothing', () => {
    const properties = {
      city: { type: ['string', 'null'] },
      days: { anyOf: [integer, { type: 'null' }] },
    }
    expect(args('the weather', properties)).toEqual({ city: null, days: null })
    expect(args('the weather in Rome', properties)).toEqual({ city: 'Rome', days: null })
  })
})

describe('hostile schemas', () => {
  // One that hangs never comes back to be looked at: the runner's time limit is what ends it.
  const inTime = (schema: Record<string, unknown>, text = 'a'.repeat(60)) =>
    expect(make(schema, text)).toBeDefined()

  it('that point at themselves end', () => {
    inTime({ $ref: '#' })
    inTime({ allOf: [{ $ref: '#' }, { $ref: '#' }] })
    inTime({ anyOf: [{ $ref: '#' }, { $ref: '#' }] })
    inTime({
      type: 'object',
      properties: { a: { $ref: '#' }, b: { $ref: '#' } },
      required: ['a', 'b'],
    })
    inTime({ type: 'array', items: { $ref: '#' }, minItems: 10 })
  })

  it('that ask for too much end', () => {
    inTime({ type: 'string', minLength: 1e12 })
    inTime({ type: 'array', minItems: 1e12 })
    inTime({ type: 'object', minProperties: 1e12 })
    inTime({ type: 'string', pattern: '^(((a{1000}){1000}){1000}){1000}$' })
  })

  it('with patterns that hang a backtracking engine end', () => {
    for (const pattern of ['^(a+)+$', '^(a|a)*b$', '^(a|aa)+!$', '^((((a*)*)*)*)*b$', '(x+x+)+y']) {
      inTime({ type: 'string', pattern }, `${'a'.repeat(60)}! ${'x'.repeat(400)}`)
    }
  })

  it('with thousands of patterns for names end', () => {
    const patterns = Array.from({ length: 2000 }, (_, at) => [`^q${at}[a-z]*$`, { $ref: '#' }])
    const patternProperties = Object.fromEntries(patterns)
    const required = Array.from({ length: 1000 }, (_, at) => `zz${at}`)
    inTime({ type: 'object', patternProperties, required })
    for (const additionalProperties of [false, { $ref: '#' }]) {
      inTime({ type: 'object', minProperties: 50, patternProperties, additionalProperties })
    }
  })

  it('that hold anything anywhere are answered, and soon', () => {
    const keywords = `type enum const anyOf oneOf allOf not if then else $ref properties required
      additionalProperties patternProperties propertyNames minProperties dependentRequired items prefixItems
      contains minItems maxItems uniqueItems minLength maxLength pattern format minimum maximum multipleOf
      default examples`.split(/\s+/)
    const types = fc.constantFrom('object', 'array', 'string', 'number', '#', '^(a*)*$', -1, 1e9)
    const junk = fc.letrec<{ value: unknown; schema: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        types,
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('schema'), { maxLength: 3 }),
        tie('schema'),
      ),
      schema: fc.dictionary(fc.constantFrom(...keywords), tie('value'), { maxKeys: 5 }),
    }))
    fc.assert(
      fc.property(junk.schema, (schema) => {
        inTime(JSON.parse(JSON.stringify(schema)))
      }),
      { numRuns: 60, seed: 7, endOnFailure: true },
    )
  })

  it('that make no sense are answered all the same', () => {
    const schemas = [
      { type: 'nonsense' },
      { type: 5, properties: 'x', required: 'y', enum: 'z' },
      { enum: [] },
      { type: [], anyOf: [], oneOf: [], allOf: [] },
      { not: {} },
      { type: 'object', properties: { a: false }, required: ['a'] },
      { $ref: 'https://example.com/schema' },
      { type: 'string', pattern: '(' },
      { type: 'number', minimum: 5, maximum: 1 },
      ...[
        'type',
        'minLength',
        'maxLength',
        'minItems',
        'required',
        'enum',
        'const',
        'minimum',
      ].flatMap((keyword) => [
        { [keyword]: UNPRINTABLE },
        { [keyword]: [UNPRINTABLE], type: 'string' },
      ]),
      ...['minProperties', 'maxItems', 'minContains'].map((keyword) => ({
        type: ['object', 'array'],
        contains: {},
        [keyword]: UNPRINTABLE,
      })),
      JSON.parse('{"__proto__":{},"constructor":1,"type":"toString","allOf":[{"__proto__":1}]}'),
    ]
    for (const schema of schemas)
      expect(() => make(schema, 'Hi'), JSON.stringify(schema)).not.toThrow()
  })
})

const PATTERNS = [
  '^[a-z]+$',
  '^\\d{3}-\\d{4}$',
  '^(a|bc)*$',
  '^[A-Z][a-z]{2,5}( [A-Z]\\w*)?$',
  'x|y',
  '^\\S+@\\S+$',
]
const FORMATS = ['date', 'date-time', 'time', 'email', 'uri', 'uuid', 'ipv4', 'ipv6', 'hostname']

/** Schemas that something satisfies. */
const anySchema: fc.Arbitrary<Record<string, unknown>> = fc.letrec<{
  schema: Record<string, unknown>
}>((tie) => {
  const inner = tie('schema')
  const bounds = fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.nat(1000))
  const lengths = fc.tuple(fc.nat(40), fc.nat(40))
  const names = fc.constantFrom('city', 'limit', 'query', 'is_open', 'email', 'date', 'a b', 'ü')
  const objects = fc
    .tuple(fc.dictionary(names, inner, { maxKeys: 4 }), fc.boolean(), fc.boolean())
    .map(([properties, closed, all]) => ({
      type: 'object',
      properties,
      required: Object.keys(properties).filter((_, at) => all || at % 2 === 0),
      ...(closed ? { additionalProperties: false } : {}),
    }))
  const schema = fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      { type: 'boolean' },
      { type: 'null' },
      { type: 'string' },
      { type: 'number' },
      {},
    ),
    bounds.map(([min, more]) => ({ type: 'integer', minimum: min, maximum: min + more })),
    bounds.map(([min, more]) => ({
      type: 'number',
      exclusiveMinimum: min,
      exclusiveMaximum: min + more + 0.5,
    })),
    fc
      .integer({ min: 1, max: 9 })
      .map((step) => ({ type: 'integer', multipleOf: step, minimum: step + 1 })),
    lengths.map(([min, more]) => ({ type: 'string', minLength: min, maxLength: min + more })),
    fc.constantFrom(...PATTERNS).map((pattern) => ({ type: 'string', pattern })),
    fc.constantFrom(...FORMATS).map((format) => ({ type: 'string', format })),
    fc
      .uniqueArray(fc.constantFrom('red', 'Paris', 3, null, true), { minLength: 1 })
      .map((values) => ({ enum: values })),
    // The judge calls these on what it compares.
    fc
      .jsonValue({ maxDepth: 2 })
      .filter((value) => !/"(toString|valueOf)":/.test(JSON.stringify(value)))
      .map((value) => ({ const: JSON.parse(JSON.stringify(value)) })),
    objects,
    fc.tuple(inner, fc.nat(3), fc.nat(3)).map(([items, min, more]) => ({
      type: 'array',
      items,
      minItems: min,
      maxItems: min + more,
    })),
    fc.array(inner, { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    inner.map((one) => ({ anyOf: [one, { type: 'null' }] })),
    inner.map((one) => ({ allOf: [one, {}] })),
    inner.map((one) => ({
      $defs: { one },
      type: 'object',
      properties: { x: one },
      required: ['x'],
    })),
  )
  return { schema }
}).schema

describe('arguments for any schema', () => {
  it('keep it, whatever the text', () => {
    const texts = fc.oneof(
      fc.constantFrom(...TEXTS),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
    )
    fc.assert(
      fc.property(anySchema, texts, (schema, text) => {
        expect(faults(schema, text)).toEqual([])
      }),
      { numRuns: 400 },
    )
  })
})
