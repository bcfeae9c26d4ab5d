import { z } from '@hono/zod-openapi'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { messagesRequest } from '../../app/dialects/anthropic-messages/wire.ts'
import { converseRequest } from '../../app/dialects/bedrock-converse/request-schema.ts'
import { chatCompletionRequest } from '../../app/dialects/openai-chat/wire.ts'
import { completionRequest } from '../../app/dialects/openai-completions/wire.ts'
import { responseRequest } from '../../app/dialects/openai-responses/wire.ts'
import { fitting } from '../../app/http/bodies/fitting.ts'
import { embeddingRequest } from '../../app/routes/openai/embedding-contract.ts'
import { mutated, mutations } from './mutations.ts'
import { amount, limit } from './runs.ts'
import { SEEDS } from './seeds.ts'

const FORMS: Readonly<Record<string, z.ZodType>> = {
  'POST /v1/chat/completions': chatCompletionRequest,
  'POST /v1/messages': messagesRequest,
  'POST /v1/completions': completionRequest,
  'POST /v1/responses': responseRequest,
  'POST /v1/embeddings': embeddingRequest,
  'POST /model/{modelId}/converse': converseRequest,
}
const MUCH = { runs: 300, share: 0.01 }

/** Kinds of schema with values that fit, and values that the schema refuses or changes. */
const KINDS: Readonly<Record<string, [z.ZodType, unknown[], unknown[]]>> = {
  string: [z.string().min(2).max(3), ['ab', 'abc'], ['a', 'abcd', 1, null]],
  pattern: [z.string().regex(/^a/), ['ab'], ['b']],
  number: [z.number().min(0).lt(2), [0, 1.5], [-1, 2, Number.NaN, '1']],
  integer: [z.int().min(1), [1, 7], [0, 1.5, 2 ** 60]],
  'integer by check': [z.number().int(), [1], [1.5]],
  literal: [z.literal('a'), ['a'], ['b']],
  literals: [z.literal([1, null]), [1, null], [2, 'null']],
  enumeration: [z.enum(['a', 'b']), ['a', 'b'], ['c']],
  absence: [z.object({ a: z.string().nullish() }), [{}, { a: null }, { a: 'x' }], [{ a: 1 }]],
  list: [z.array(z.boolean()).min(1), [[true]], [[], [1], { 0: true }]],
  pairs: [z.record(z.string().max(1), z.int()), [{}, { a: 1 }], [{ ab: 1 }, { a: 'x' }, []]],
  'dropped fields': [z.object({ a: z.int() }), [{ a: 1 }], [{ a: 1, b: 2 }, {}, null, []]],
  'kept fields': [z.looseObject({ a: z.int() }), [{ a: 1, b: 2 }], [{ b: 2 }]],
  'refused fields': [z.strictObject({ a: z.int() }), [{ a: 1 }], [{ a: 1, b: 2 }]],
  'typed fields': [z.object({}).catchall(z.int()), [], [{ a: 'x' }]],
  default: [z.object({ a: z.int().default(1) }), [{ a: 2 }], [{}]],
  union: [z.union([z.string(), z.array(z.string())]), ['a', ['a']], [1, [1]]],
  // The first kind would take it, and drop `b`.
  'union of kinds that change': [
    z.union([z.object({ a: z.int() }), z.looseObject({ b: z.int() })]),
    [{ a: 1 }],
    [{ a: 1, b: 2 }],
  ],
  'union by type': [
    z.discriminatedUnion('t', [
      z.object({ t: z.literal('a'), x: z.int() }),
      z.looseObject({ t: z.literal('b') }),
    ]),
    [{ t: 'a', x: 1 }],
    [{ t: 'a' }, { t: 'c' }, {}],
  ],
  refinement: [z.string().refine((text) => text !== 'no'), ['yes'], ['no']],
  trimming: [z.string().trim(), [], [' a ']],
  coercion: [z.coerce.number(), [], ['1']],
  transformation: [z.string().transform((text) => text.length), [], ['a']],
  catching: [z.int().catch(0), [], ['a']],
}

describe('the quick look at a body', () => {
  it.each(Object.entries(KINDS))('%s', (_, [schema, fit, others]) => {
    const fits = fitting(schema)
    for (const value of fit) {
      expect(fits(value), JSON.stringify(value)).toBe(true)
      expect(schema.parse(value)).toStrictEqual(value)
    }
    for (const value of others) expect(fits(value), JSON.stringify(value)).toBe(false)
  })

  it.each(Object.keys(FORMS))('%s lets its bodies pass', (route) => {
    const fits = fitting(FORMS[route]!)
    for (const body of bodiesOf(route)) expect(fits(body), JSON.stringify(body)).toBe(true)
  })

  it.each(Object.keys(FORMS))(
    '%s says the same as the schema of what it lets pass',
    (route) => {
      const schema = FORMS[route]!
      const fits = fitting(schema)
      const bodies = fc.constantFrom(...bodiesOf(route))
      const property = fc.property(bodies, mutations, (body, changes) => {
        const value: unknown = parsed(mutated(body, changes))
        if (!fits(value)) return
        expect(schema.parse(value)).toStrictEqual(value)
      })
      fc.assert(property, amount(MUCH))
    },
    limit(MUCH),
  )
})

const bodiesOf = (route: string) => SEEDS[route] ?? []

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
