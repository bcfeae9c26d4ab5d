type Schema = Record<string, unknown>

const object = (properties: Schema, required = Object.keys(properties), more: Schema = {}) => ({
  type: 'object',
  properties,
  required,
  ...more,
})

/** Tool schemas as callers write them, and as only a tester would. */
export const schemas: Record<string, Schema> = {
  nothing: {},
  'an object without properties': { type: 'object' },
  'a closed empty object': { type: 'object', properties: {}, additionalProperties: false },
  weather: object(
    { location: { type: 'string' }, unit: { type: 'string', enum: ['celsius', 'fahrenheit'] } },
    ['location'],
    { additionalProperties: false },
  ),
  'a strict schema with nullable properties': object(
    {
      city: { type: 'string' },
      unit: { type: ['string', 'null'], enum: ['c', 'f', null] },
      days: { type: ['integer', 'null'], minimum: 1, maximum: 14 },
      note: { anyOf: [{ type: 'string', maxLength: 10 }, { type: 'null' }] },
    },
    undefined,
    { additionalProperties: false },
  ),
  calculator: object({ a: { type: 'number' }, b: { type: 'number' } }),
  bounds: object({
    share: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
    narrow: { type: 'number', minimum: 0.25, maximum: 0.5 },
    even: { type: 'integer', multipleOf: 2, minimum: 7 },
    below: { type: 'integer', maximum: -10 },
    far: { type: 'integer', minimum: 1_000_001, maximum: 1_000_003 },
    step: { type: 'number', multipleOf: 0.5, minimum: 0.6 },
  }),
  lengths: object({
    short: { type: 'string', maxLength: 3 },
    long: { type: 'string', minLength: 200 },
    exact: { type: 'string', minLength: 5, maxLength: 5 },
    empty: { type: 'string', maxLength: 0 },
  }),
  'patterns that are not held to the ends': object({
    after: { type: 'string', pattern: '!END$', minLength: 10 },
    before: { type: 'string', pattern: '^BEGIN!', minLength: 10, maxLength: 12 },
    within: { type: 'string', pattern: '#\\d', minLength: 10 },
    either: { type: 'string', pattern: '!yes$|!no$', minLength: 10 },
  }),
  'properties that bring rules for others': object(
    { card: { type: 'string' }, code: { type: 'integer' } },
    ['card'],
    {
      dependentSchemas: {
        card: { required: ['code'], properties: { code: { minimum: 100, maximum: 999 } } },
        other: { required: ['another'] },
      },
    },
  ),
  patterns: object({
    airport: { type: 'string', pattern: '^[A-Z]{3}$' },
    order: { type: 'string', pattern: '^[A-Z]{2}-\\d{3}$' },
    slug: { type: 'string', pattern: '^[a-z0-9]+(?:-[a-z0-9]+)*$', minLength: 12 },
    colour: { type: 'string', pattern: '^#(?:[0-9a-fA-F]{3}){1,2}$' },
    either: { type: 'string', pattern: '^(cat|dog)s?$' },
    phone: { type: 'string', pattern: '^\\+?[1-9]\\d{1,14}$' },
    inside: { type: 'string', pattern: 'foo' },
    cron: { type: 'string', pattern: '^(\\S+\\s){4}\\S+$' },
    semver: { type: 'string', pattern: '^v?\\d+\\.\\d+\\.\\d+(-[\\w.]+)?$' },
    letters: { type: 'string', pattern: '^\\p{Lu}\\p{Ll}*$' },
    any: { type: 'string', pattern: '.*' },
    notDigits: { type: 'string', pattern: '^[^\\d\\s]+$' },
    path: { type: 'string', pattern: '^/([^/]+/)*$' },
  }),
  'a pattern with a look ahead': object({
    id: { type: 'string', pattern: '^(?!admin)[a-z]{4,8}$' },
  }),
  formats: object(
    Object.fromEntries(
      `date time date-time duration email hostname ipv4 ipv6 uri uri-reference uuid json-pointer regex`
        .split(' ')
        .map((format) => [format, { type: 'string', format }]),
    ),
  ),
  'a nested object': object({
    person: object({
      name: { type: 'string' },
      address: object({ street: { type: 'string' }, zip: { type: 'string', pattern: '^\\d{5}$' } }),
    }),
  }),
  arrays: object({
    tags: { type: 'array', items: { type: 'string' } },
    numbers: { type: 'array', items: { type: 'number' } },
    three: { type: 'array', items: { type: 'string' }, minItems: 3, uniqueItems: true },
    two: { type: 'array', items: { type: 'integer' }, maxItems: 2 },
    units: {
      type: 'array',
      items: { enum: ['celsius', 'kelvin', 'fahrenheit'] },
      minItems: 2,
      uniqueItems: true,
    },
    flags: { type: 'array', items: { type: 'boolean' } },
    none: { type: 'array', maxItems: 0 },
  }),
  tuples: object({
    point: {
      type: 'array',
      prefixItems: [{ type: 'number' }, { type: 'number' }, { enum: ['km', 'mi'] }],
      items: false,
      minItems: 3,
    },
  }),
  'an array that must contain something': object({
    list: { type: 'array', contains: { type: 'integer', minimum: 5 }, minContains: 2 },
  }),
  'a list of steps': object({
    steps: {
      type: 'array',
      items: object({ explanation: { type: 'string' }, output: { type: 'string' } }),
    },
    final_answer: { type: 'string' },
  }),
  'a const': object({ kind: { const: 'search' }, version: { type: 'integer', const: 3 } }),
  'a number enum': object({ size: { enum: [256, 512, 1024] }, mixed: { enum: [null, true, 'x'] } }),
  'branches told apart by a const': object({
    shape: {
      oneOf: [
        object({ kind: { const: 'circle' }, radius: { type: 'number', minimum: 0 } }),
        object({ kind: { const: 'box' }, width: { type: 'number' }, height: { type: 'number' } }),
      ],
    },
  }),
  'branches of several kinds at once': object(
    { a: { type: 'string' }, b: { type: 'string' }, c: { type: 'string' } },
    [],
    {
      anyOf: [{ required: ['a'] }, { required: ['b'] }],
      oneOf: [
        { properties: { kind: { const: 'x' } }, required: ['kind'] },
        { properties: { kind: { const: 'y' } }, required: ['kind'] },
      ],
    },
  ),
  'branches in each part of a whole': object(
    { a: { type: 'string' }, b: { type: 'string' }, c: { type: 'string' }, d: { type: 'string' } },
    [],
    {
      allOf: [
        { anyOf: [{ required: ['a'] }, { required: ['b'] }] },
        { anyOf: [{ required: ['c'] }, { required: ['d'] }] },
      ],
    },
  ),
  maps: object({
    labels: {
      type: 'object',
      minProperties: 2,
      propertyNames: { pattern: '^[a-z]+$' },
      additionalProperties: { type: 'string' },
    },
    colours: {
      type: 'object',
      minProperties: 2,
      propertyNames: { enum: ['red', 'blue'] },
      additionalProperties: { type: 'integer' },
    },
    headers: {
      type: 'object',
      required: ['x-first'],
      minProperties: 3,
      patternProperties: { '^x-': { type: 'integer' }, '^y': { type: 'boolean' } },
      additionalProperties: false,
    },
  }),
  'branches that overlap': object({
    value: { oneOf: [{ type: 'number' }, { type: 'integer' }, { type: 'string', maxLength: 5 }] },
  }),
  'branches over required properties': {
    type: 'object',
    properties: { id: { type: 'integer' }, name: { type: 'string' } },
    anyOf: [{ required: ['id'] }, { required: ['name'] }],
  },
  'branches in branches': object({
    value: {
      anyOf: [{ anyOf: [{ type: 'integer', minimum: 9, maximum: 8 }, { type: 'boolean' }] }],
    },
  }),
  'all of several': object({
    item: {
      allOf: [
        object({ id: { type: 'string', minLength: 3 } }),
        object({ id: { type: 'string', maxLength: 6 }, amount: { type: 'integer', minimum: 1 } }),
      ],
    },
  }),
  definitions: {
    ...object({ from: { $ref: '#/$defs/place' }, to: { $ref: '#/$defs/place' } }),
    $defs: {
      place: object({ city: { type: 'string' }, country: { $ref: '#/$defs/code~1two' } }),
      'code/two': { enum: ['FR', 'JP'] },
    },
  },
  'a tree': {
    $ref: '#/$defs/node',
    $defs: {
      node: object({
        label: { type: 'string' },
        children: { type: 'array', items: { $ref: '#/$defs/node' } },
      }),
    },
  },
  'a list by reference': {
    ...object({ value: { type: 'integer' }, next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } }),
  },
  'a condition': {
    ...object({ country: { enum: ['US', 'NL'] } }, ['country']),
    if: { properties: { country: { const: 'US' } } },
    // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
    then: { properties: { zip: { type: 'string', pattern: '^\\d{5}$' } }, required: ['zip'] },
    else: { properties: { postcode: { type: 'string' } }, required: ['postcode'] },
  },
  'a negation': object({ mode: { type: 'string', not: { enum: ['mode', ''] } } }),
  'a map': object({
    counts: { type: 'object', additionalProperties: { type: 'integer' }, minProperties: 2 },
  }),
  'required properties nobody describes': { type: 'object', required: ['a', 'b'] },
  'dependent properties': object(
    { limit: { type: 'integer' }, offset: { type: 'integer' } },
    ['limit'],
    { dependentRequired: { limit: ['offset'] } },
  ),
  'properties with odd names': object({
    __proto__x: { type: 'string' },
    constructor: { type: 'integer' },
    'with space': { type: 'boolean' },
    'ünï/~': { type: 'string' },
  }),
  'schemas without a type': object({
    a: { properties: { b: { minimum: 3 } }, required: ['b'] },
    list: { items: { type: 'boolean' }, minItems: 1 },
    any: true,
  }),
  defaults: object({
    limit: { type: 'integer', default: 10 },
    sort: { type: 'string', enum: ['asc', 'desc'], default: 'desc' },
    verbose: { type: 'boolean', default: true },
    tone: { type: 'string', examples: ['friendly'], maxLength: 8 },
  }),
  'what zod and pydantic write': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Booking',
    ...object(
      {
        guests: {
          title: 'Guests',
          type: 'integer',
          exclusiveMinimum: 0,
          maximum: 9007199254740991,
        },
        email: { type: 'string', format: 'email', pattern: '^[^@]+@[^@]+\\.[a-z]+$' },
        when: { type: 'string', format: 'date-time' },
        room: {
          anyOf: [{ enum: ['single', 'double'], type: 'string' }, { type: 'null' }],
          default: null,
        },
      },
      undefined,
      { additionalProperties: false },
    ),
  },
}
