import { describe, it } from 'vitest'
import { expectLegal, heard } from './legal-orders.ts'
import { shakenStage } from './shaken-stores.ts'

const stage = shakenStage()
const ROOT = '/v1/chat/completions'

async function made(): Promise<string> {
  const messages = [{ role: 'user', content: 'Hi' }]
  const { json } = await stage.one(ROOT, {
    body: { model: 'embedded-chat', messages, store: true },
  })
  return json.id
}

const nothing = () => undefined
const remove = heard((id: string) => stage.one(`${ROOT}/${id}`, { method: 'DELETE' }), nothing)
const messages = heard(
  (id: string) => stage.one(`${ROOT}/${id}/messages`, {}),
  ({ data }: { data: { content: string }[] }) => data.map(({ content }) => content),
)
const labelled = (metadata: object) =>
  heard(
    (id: string) => stage.one(`${ROOT}/${id}`, { body: { metadata } }),
    (json: { metadata: object }) => json.metadata,
  )
const left = heard(
  (id: string) => stage.one(`${ROOT}/${id}`, {}),
  ({ metadata }: { metadata: object }) => metadata,
)

describe('two at once on a stored chat completion', () => {
  it.each([
    ['delete it', [remove, remove]],
    ['delete it and read what was asked', [remove, messages]],
    ['label it', [labelled({ a: '1' }), labelled({ b: '2' })]],
    ['delete and label it', [remove, labelled({ a: '1' })]],
  ] as const)('%s', (_, acts) => expectLegal(stage, { make: made, left }, acts))
})
