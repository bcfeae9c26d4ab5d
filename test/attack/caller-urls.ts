import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Runtime } from '../../app/ports/runtime.ts'
import { createPinnedWebFetch } from '../../runtimes/calling/pinned-web-fetch.ts'
import { type Operation, operations } from '../fuzz/document.ts'
import { contentTypeOf, formBody, formsOf, PLAIN } from '../fuzz/forms.ts'
import { harvest, type Ids, pathTo } from '../fuzz/ids.ts'
import { SEEDS } from '../fuzz/seeds.ts'
import { type Outcome, openStage, type Stage } from '../fuzz/stage.ts'
import { SMALL_PICTURES, valuesOf } from '../fuzz/values.ts'
import { createResolve, hostileUrls, openTrap, type Trap } from './urls.ts'

/** What every caller is told instead, whatever he asked for. */
const BUCKET = 's3://somebody-elses-bucket/key.png'

let trap: Trap
let fetched: string[]
let stage: Stage
let ids: Ids
beforeAll(async () => {
  trap = await openTrap()
  fetched = []
  const { resolve } = createResolve()
  // The most generous configuration there is, on the real way out.
  const webFetch: Runtime['webFetch'] = (policy) => {
    const fetchPinned = createPinnedWebFetch(policy, resolve)
    return (url, options) => {
      fetched.push(url)
      return fetchPinned(url, options)
    }
  }
  const env = { INPUT_URLS: 'http', AWS_S3_BUCKET: 'ours', AWS_REGION: 'us-east-1', ...KEYS }
  stage = openStage('the embedded models', env, { webFetch })
  ids = await harvest(stage)
})
afterAll(() => trap.close())

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' }

const inJson = operations.filter(({ body }) => body['application/json'])
const inForms = operations.filter(({ body }) => body['multipart/form-data'])

/** Routes that are known to read what a URL leads to: the search below must find them by itself. */
const READERS = [
  'POST /v1/chat/completions',
  'POST /v1/messages',
  'POST /v1/responses',
  'POST /v1/completions',
  'POST /v1/embeddings',
  'POST /v1/files',
]

describe('URLs of callers', () => {
  it('are read wherever a body may hold one, and lead to nothing that is not public', async () => {
    const readers = new Set<string>()
    const hostile = hostileUrls(trap.port)
    for (const operation of inJson) {
      for (const body of bodiesOf(operation, hostile)) {
        fetched.length = 0
        const outcome = await ask(operation, JSON.stringify(body), 'application/json')
        if (fetched.length > 0) readers.add(operation.name)
        expectNothing(outcome)
      }
    }
    for (const operation of inForms) {
      for (const parts of formsWith(operation, hostile)) {
        fetched.length = 0
        const outcome = await ask(operation, formBody(parts, PLAIN), contentTypeOf(PLAIN))
        if (fetched.length > 0) readers.add(operation.name)
        expectNothing(outcome)
      }
    }
    expect(trap.visits()).toBe(0)
    expect([...readers]).toEqual(expect.arrayContaining(READERS))
  })

  it('of buckets lead to none but those that are named', async () => {
    for (const operation of inJson) {
      stage.upstream.asked.length = 0
      for (const body of bodiesOf(operation, [BUCKET])) {
        await ask(operation, JSON.stringify(body), 'application/json')
      }
      const places = stage.upstream.asked.map(({ origin, path }) => origin + path)
      expect(places.filter((place) => place.includes('somebody-elses'))).toEqual([])
    }
  })
})

function expectNothing({ text }: Outcome): void {
  expect(text).not.toContain('secret of the trap')
  // Nor does an answer tell who is there and who is not.
  expect(text).not.toMatch(/ECONN|EHOST|refused to connect/)
}

const ask = (operation: Operation, body: string | Uint8Array<ArrayBuffer>, type: string) =>
  stage.ask(pathTo(operation, ids, 0), {
    method: operation.method,
    body,
    headers: { 'content-type': type },
  })

/** Bodies of chance that hold these texts wherever a text may stand, and seeds with each text exchanged for one. */
function bodiesOf(operation: Operation, texts: readonly string[]): unknown[] {
  const model = fc.constantFrom('embedded-chat', 'embedded-embedding')
  const known = { ...SMALL_PICTURES, model, model_id: model, modelId: model }
  const schema = operation.body['application/json']!.schema ?? {}
  const bodies = valuesOf(schema, { known, text: fc.constantFrom(...texts) })
  const seeds = (SEEDS[operation.name] ?? []).flatMap((seed, index) =>
    exchanged(seed, texts, index),
  )
  return [...fc.sample(bodies, { numRuns: 4, seed: 1 }), ...seeds]
}

const formsWith = (operation: Operation, texts: readonly string[]) => {
  const schema = operation.body['multipart/form-data']!.schema ?? {}
  return fc.sample(formsOf(schema, { known: SMALL_PICTURES, text: fc.constantFrom(...texts) }), {
    numRuns: 4,
    seed: 1,
  })
}

/** Two bodies for each text in it, which is exchanged for some of `texts`. */
function exchanged(seed: unknown, texts: readonly string[], turn: number): unknown[] {
  const json = JSON.stringify(seed)
  return [...json.matchAll(/:("(?:\\.|[^"\\])*")/g)].flatMap(({ 1: text = '', index }, at) =>
    [0, 11].map((step) => {
      const url = JSON.stringify(texts[(turn * 7 + at + step) % texts.length])
      return JSON.parse(json.slice(0, index + 1) + url + json.slice(index + 1 + text.length))
    }),
  )
}
