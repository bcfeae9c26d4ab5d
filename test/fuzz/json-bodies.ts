import fc, { type Arbitrary } from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Operation, operations } from './document.ts'
import { harvest, type Ids, pathTo } from './ids.ts'
import { faultsOf } from './judge.ts'
import { type Mutation, mutated, mutations } from './mutations.ts'
import { amount, limit } from './runs.ts'
import { SEEDS } from './seeds.ts'
import { openStage, type PlaceName, type Stage } from './stage.ts'
import { SMALL_PICTURES, valuesOf } from './values.ts'

const ROUTES = operations.filter(({ body }) => body['application/json'])

/** How much each place is asked: what needs no upstream is asked most. */
const PLACES: Record<PlaceName, number> = {
  'the embedded models': 10,
  Bedrock: 5,
  'an OpenAI': 2,
}

interface Case {
  body: unknown
  changes: Mutation[]
  ids: number
}

const casesOf = (operation: Operation, models: readonly string[]): Arbitrary<Case> => {
  const model = fc.constantFrom(...models)
  const known = { ...SMALL_PICTURES, model, modelId: model, model_id: model }
  const schema = operation.body['application/json']!.schema ?? {}
  const seeds = SEEDS[operation.name]?.map((seed) => model.map((name) => renamed(seed, name))) ?? []
  return fc.record({
    body: fc.oneof(valuesOf(schema, { known }), ...seeds),
    changes: mutations,
    ids: fc.nat(),
  })
}

/** A seed asks an embedded model; elsewhere it asks one that is there. */
const renamed = (seed: unknown, model: string): unknown =>
  typeof seed === 'object' && seed && 'model' in seed ? { ...seed, model } : seed

describe('seeds of bodies', () => {
  it('belong to routes that exist', () => {
    const names = operations.map(({ name }) => name)
    expect(Object.keys(SEEDS).filter((name) => !names.includes(name))).toEqual([])
  })

  it.each(Object.entries(SEEDS))('%s takes its seeds', async (name, seeds) => {
    const stage = openStage('the embedded models')
    const ids = await harvest(stage)
    const operation = operations.find((one) => one.name === name)!
    for (const seed of seeds) {
      const { status, text } = await ask(stage, operation, {
        body: JSON.stringify(seed),
        ids,
        at: 0,
      })
      expect(status, text.slice(0, 500)).toBeLessThan(300)
    }
  })
})

describe.each(Object.entries(PLACES))('a body of chance, asked of %s', (place, runs) => {
  let stage: Stage
  let ids: Ids
  beforeAll(async () => {
    stage = openStage(place as PlaceName)
    ids = await harvest(stage)
  })
  const much = { runs, share: (0.5 * runs) / 17 / ROUTES.length }

  it.each(ROUTES.map((operation) => [operation.name, operation] as const))(
    '%s answers as it is written down',
    async (_, operation) => {
      const cases = casesOf(operation, stage.models)
      const property = fc.asyncProperty(cases, async ({ body, changes, ids: at }) => {
        const text = mutated(body, changes)
        const outcome = await ask(stage, operation, { body: text, ids, at })
        expect(faultsOf(operation, outcome)).toEqual([])
      })
      await fc.assert(property, amount(much))
    },
    limit(much),
  )
})

interface Sent {
  body: string
  ids: Ids
  at: number
}

const ask = (stage: Stage, operation: Operation, { body, ids, at }: Sent) =>
  stage.ask(pathTo(operation, ids, at), {
    method: operation.method,
    body,
    headers: { 'content-type': 'application/json' },
  })
