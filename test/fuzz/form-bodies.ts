import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { operations } from './document.ts'
import { changed, contentTypeOf, formBody, formChanges, formsOf, wires } from './forms.ts'
import { harvest, type Ids, pathTo } from './ids.ts'
import { faultsOf } from './judge.ts'
import { amount, limit } from './runs.ts'
import { openStage, type Stage } from './stage.ts'
import { SMALL_PICTURES } from './values.ts'

const ROUTES = operations.filter(({ body }) => body['multipart/form-data'])
const MUCH = { runs: 30, share: 0.15 / ROUTES.length }

describe('a form of chance', () => {
  let stage: Stage
  let ids: Ids
  beforeAll(async () => {
    stage = openStage('the embedded models')
    ids = await harvest(stage)
  })

  it.each(ROUTES.map((operation) => [operation.name, operation] as const))(
    '%s answers as it is written down',
    async (_, operation) => {
      const model = fc.constantFrom('embedded-chat', 'whisper-1', 'gpt-image-1', 'embedded-nobody')
      const purpose = fc.constantFrom('user_data', 'batch', 'assistants', 'nothing')
      const schema = operation.body['multipart/form-data']!.schema ?? {}
      const cases = fc.record({
        parts: formsOf(schema, { known: { ...SMALL_PICTURES, model, purpose } }),
        changes: formChanges,
        wire: wires,
        cut: fc.integer({ min: 1, max: 9000 }),
        at: fc.nat(),
      })
      const property = fc.asyncProperty(cases, async ({ parts, changes, wire, cut, at }) => {
        const outcome = await stage.ask(pathTo(operation, ids, at), {
          method: 'POST',
          body: inPieces(formBody(changed(parts, changes), wire), cut),
          headers: { 'content-type': contentTypeOf(wire) },
          ...{ duplex: 'half' },
        })
        expect(faultsOf(operation, outcome)).toEqual([])
      })
      await fc.assert(property, amount(MUCH))
    },
    limit(MUCH),
  )
})

/** The body as a network would bring it. Few pieces at most, for every one costs a turn. */
function inPieces(body: Uint8Array, size: number): ReadableStream<Uint8Array> {
  const step = Math.max(size, Math.ceil(body.length / 200))
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= body.length) return controller.close()
      controller.enqueue(body.slice(at, at + step))
      at += step
    },
  })
}
