import fc, { type Arbitrary } from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Operation, operations } from './document.ts'
import { harvest, type Ids, ODD_NAMES, pathTo } from './ids.ts'
import { faultsOf } from './judge.ts'
import { amount, limit } from './runs.ts'
import { SEEDS } from './seeds.ts'
import { openStage, type Stage } from './stage.ts'
import { valuesOf } from './values.ts'

const MUCH = { runs: 5, share: 0.1 / operations.length }

/** Values of headers that are read somewhere. */
const HEADERS: Record<string, readonly string[]> = {
  accept: ['', '*/*', 'application/json, text/event-stream', 'text/html', ';;;,'],
  'content-type': [
    '',
    'text/plain',
    'application/json; charset=latin1',
    'multipart/form-data',
    '\x80',
  ],
  range: [
    'bytes=0-',
    'bytes=-1',
    'bytes=5-2',
    'bytes=0-0,2-2',
    'bytes=99999999999999999999-',
    'x',
    'bytes=',
  ],
  'if-range': ['"x"', 'yesterday'],
  'if-none-match': ['*', '"x"', 'W/"', `"${'a'.repeat(3000)}"`],
  'x-request-id': ['', 'mine', 'a b', 'é', 'x'.repeat(500)],
  traceparent: ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '00-', 'ff-x-y-z', 'é'],
  tracestate: ['a=b', '=,=,=', 'x'.repeat(2000)],
  origin: ['null', 'https://example.com', 'x'],
  'x-forwarded-for': ['127.0.0.1', ',,,', '::1, unknown'],
  'x-forwarded-host': ['evil.example', ''],
  'anthropic-version': ['2023-06-01', 'tomorrow', ''],
  'anthropic-beta': ['a,b', ',', 'x'.repeat(2000)],
  'openai-organization': ['org', 'é'],
  'last-event-id': ['1', 'x'],
  'mcp-protocol-version': ['1900-01-01', ''],
  'mcp-session-id': ['x', ''],
  'idempotency-key': ['x'],
  'x-amzn-bedrock-request-metadata': ['{"a":"b"}', '{', '[]', 'null'],
  'x-amzn-bedrock-service-tier': ['flex', 'x'],
  'x-amzn-bedrock-guardrailidentifier': ['x', ''],
  'x-amz-date': ['20260101T000000Z', 'x'],
  expect: ['100-continue'],
  te: ['trailers'],
}

interface Case {
  query: string
  headers: [string, string][]
  at: number
  body: string | undefined
}

function casesOf(operation: Operation): Arbitrary<Case> {
  const named = operation.parameters.filter((one) => one.in === 'query')
  const pairs = named.map(({ name, schema }) =>
    fc
      .oneof(
        valuesOf(schema, { known: {} }).map((value) => encodeURIComponent(textOf(value))),
        fc.constantFrom(
          ...ODD_NAMES,
          '',
          '-1',
          '0',
          '1e9',
          '9'.repeat(30),
          'NaN',
          'null',
          '[]',
          '{}',
        ),
      )
      .map((value) => `${name}=${value}`),
  )
  const strange = fc.constantFrom(
    'unknown=1',
    '&&',
    '=',
    '%',
    '[]=1',
    'a[b]=c',
    '__proto__=1',
    'limit',
  )
  const names = Object.keys(HEADERS).filter((name) => !isClaim(name, operation))
  const header = fc
    .constantFrom(...names)
    .chain((name) =>
      fc.constantFrom(...HEADERS[name]!).map((value) => [name, value] as [string, string]),
    )
  const bodies = operation.method === 'POST' ? bodiesOf(operation) : fc.constant(undefined)
  return fc.record({
    query: fc
      .array(fc.oneof(strange, ...pairs, ...pairs), { maxLength: 4 })
      .map((all) => all.join('&')),
    headers: fc.array(header, { maxLength: 4 }),
    at: fc.nat(),
    body: bodies,
  })
}

/** By this header a request means another surface, which has what the others have at these paths. */
const isClaim = (name: string, { path }: Operation) =>
  name === 'anthropic-version' && /^\/v1\/(models|files)/.test(path)

const bodiesOf = ({ name }: Operation) =>
  fc.constantFrom(undefined, '{}', '', ...(SEEDS[name] ?? []).map((seed) => JSON.stringify(seed)))

describe('parameters of chance', () => {
  let stage: Stage
  let ids: Ids
  beforeAll(async () => {
    stage = openStage('the embedded models')
    ids = await harvest(stage)
  })

  it.each(operations.map((operation) => [operation.name, operation] as const))(
    '%s answers as it is written down',
    async (_, operation) => {
      const property = fc.asyncProperty(
        casesOf(operation),
        async ({ query, headers, at, body }) => {
          const outcome = await stage.ask(`${pathTo(operation, ids, at)}?${query}`, {
            method: operation.method,
            headers: new Headers(headers.map(([name, value]) => [name, asHeader(value)])),
            ...(body !== undefined && { body }),
          })
          expect(faultsOf(operation, outcome)).toEqual([])
        },
      )
      await fc.assert(property, amount(MUCH))
    },
    limit(MUCH),
  )
})

const textOf = (value: unknown) =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed()

/** What a server makes of the bytes of a header: one character each. */
const asHeader = (value: string) => Buffer.from(value).toString('latin1').trim()
