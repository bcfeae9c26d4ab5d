import { beforeAll, describe, expect, it } from 'vitest'
import { operations } from '../fuzz/document.ts'
import { harvest, type Ids, pathTo } from '../fuzz/ids.ts'
import { faultsOf } from '../fuzz/judge.ts'
import { SEEDS } from '../fuzz/seeds.ts'
import { openStage, type PlaceName, type Stage } from '../fuzz/stage.ts'

/** Words that every object knows without having been told; `__proto__` is among the fuzzer's own. */
const WORDS = ['constructor']

const PLACES: PlaceName[] = ['the embedded models', 'Bedrock']

describe.each(PLACES)('words every object knows by birth, said to %s', (place) => {
  let stage: Stage
  let ids: Ids
  beforeAll(async () => {
    stage = openStage(place)
    ids = await harvest(stage)
  })

  it.each(Object.entries(SEEDS))('mean nothing to %s', async (name, seeds) => {
    const operation = operations.find((one) => one.name === name)!
    for (const seed of seeds) {
      for (const body of variantsOf(JSON.stringify(withModel(seed, stage.models)))) {
        const asked = stage.upstream.asked.length
        const outcome = await stage.ask(pathTo(operation, ids, 0), { method: 'POST', body })
        expect(faultsOf(operation, outcome), body).toEqual([])
        const sent = stage.upstream.asked.slice(asked).map((one) => `${one.path} ${one.body}`)
        // A function that was found in place of a word says so when it is written.
        expect(
          [outcome.text, ...sent].filter((text) => text.includes('native code')),
          body,
        ).toEqual([])
      }
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

function withModel(seed: unknown, models: readonly string[]): unknown {
  const isAsked = typeof seed === 'object' && seed !== null && 'model' in seed
  return isAsked && !models.includes(String(seed.model)) ? { ...seed, model: models[0] } : seed
}

/** The body with each of its texts and each of its names exchanged for each word, one at a time; media types by halves. */
function* variantsOf(json: string): Generator<string> {
  for (const { 0: text, index } of json.matchAll(/"(?:\\.|[^"\\])*"/g)) {
    for (const word of WORDS) {
      const after = json.slice(index + text.length)
      yield `${json.slice(0, index)}"${word}"${after}`
      if (/^"(data:)?[a-z]+\/[a-z]+/.test(text)) {
        yield json.slice(0, index) + text.replace(/[a-z]+\//, `${word}/`) + after
        yield json.slice(0, index) + text.replace(/\/[a-z]+/, `/${word}`) + after
      }
    }
  }
}
