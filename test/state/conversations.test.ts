import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectLegal, heard } from './legal-orders.ts'
import { shakenStage, type Tenant } from './shaken-stores.ts'

const stage = shakenStage()
const TENANTS = [stage.one, stage.two]
const ROOT = '/v1/conversations'

const said = (texts: string[]) => texts.map((content) => ({ role: 'user', content }))
const textOf = (item: { content: { text: string }[] }) =>
  item.content.map(({ text }) => text).join()

async function made(texts: string[], tenant: Tenant = stage.one): Promise<string> {
  return (await tenant(ROOT, { body: { items: said(texts) } })).json.id
}

const texts = ({ data }: { data: never[] }) => data.map(textOf)
const nothing = () => undefined
const items = heard((id: string) => stage.one(`${ROOT}/${id}/items?order=asc`, {}), texts)
const remove = heard((id: string) => stage.one(`${ROOT}/${id}`, { method: 'DELETE' }), nothing)
const itemAt = (id: string) => `${ROOT}/${id}/items/${id.replace('conv_', 'msg_')}0000`
const removeItem = heard((id: string) => stage.one(itemAt(id), { method: 'DELETE' }), nothing)
const add = heard(
  (id: string) => stage.one(`${ROOT}/${id}/items`, { body: { items: said(['three']) } }),
  texts,
)

describe('two at once on a conversation', () => {
  const scene = { make: () => made(['one', 'two']), left: items }

  it.each([
    ['delete it', [remove, remove]],
    ['delete and read it', [remove, items]],
    ['delete an item', [removeItem, removeItem]],
    ['add and read', [add, items]],
    ['add and delete', [add, remove]],
  ] as const)('%s', (_, acts) => expectLegal(stage, scene, acts))
})

describe('two at once on a response', () => {
  const respond = (body: object) =>
    stage.one('/v1/responses', { body: { model: 'embedded-chat', ...body } })
  const given = heard((id: string) => stage.one(`/v1/responses/${id}/input_items`, {}), texts)
  const gone = heard(
    (id: string) => stage.one(`/v1/responses/${id}`, { method: 'DELETE' }),
    nothing,
  )
  const goOn = heard(
    (id: string) => respond({ input: 'And?', previous_response_id: id, store: false }),
    ({ usage }: { usage: { input_tokens: number } }) => usage.input_tokens,
  )
  const scene = { make: async () => (await respond({ input: 'Hi' })).json.id, left: given }

  it.each([
    ['delete it', [gone, gone]],
    ['delete it and read what it was given', [gone, given]],
    ['delete it and go on from it', [gone, goOn]],
  ] as const)('%s', (_, acts) => expectLegal(stage, scene, acts))
})

interface Known {
  id: string
  owner: number
  items: { id: string; text: string }[]
  isGone: boolean
}

interface Step {
  what: 'create' | 'add' | 'answer' | 'list' | 'remove' | 'delete'
  who: number
  which: number
  count: number
}

const steps = fc.record<Step>({
  what: fc.constantFrom('create', 'add', 'add', 'answer', 'list', 'remove', 'delete'),
  who: fc.nat(1),
  which: fc.nat(5),
  count: fc.integer({ min: 1, max: 3 }),
})

/** Page by page, as many items at a time. */
async function walked(tenant: Tenant, id: string, limit: number) {
  const found: { id: string; text: string }[] = []
  for (let after = ''; ; after = `&after=${found.at(-1)!.id}`) {
    const path = `${ROOT}/${id}/items?order=asc&limit=${limit}${after}`
    const { json } = await tenant(path, {})
    for (const item of json.data) found.push({ id: item.id, text: textOf(item) })
    if (!json.has_more) return found
  }
}

/** Does a step, here and there; whoever does not own what it names gets 404. */
async function act(all: Known[], { what, who, which, count }: Step): Promise<void> {
  const tenant = TENANTS[who]!
  const fresh = Array.from({ length: count }, (_, index) => `${all.length}.${which}.${index}`)
  const known = all[which % all.length]
  if (what === 'create' || !known) {
    const id = await made(fresh, tenant)
    all.push({ id, owner: who, items: await walked(tenant, id, 100), isGone: false })
    expect(all.at(-1)!.items.map(({ text }) => text)).toEqual(fresh)
    return
  }
  const path = `${ROOT}/${known.id}`
  const item = known.items[which % known.items.length]?.id ?? 'msg_0'
  const { status } = await {
    add: () => tenant(`${path}/items`, { body: { items: said(fresh) } }),
    answer: () =>
      tenant('/v1/responses', {
        body: { model: 'embedded-chat', input: fresh[0], conversation: known.id },
      }),
    list: () => tenant(`${path}/items`, {}),
    remove: () => tenant(`${path}/items/${item}`, { method: 'DELETE' }),
    delete: () => tenant(path, { method: 'DELETE' }),
  }[what]()
  const isThere = known.owner === who && !known.isGone && (what !== 'remove' || item !== 'msg_0')
  expect([what, status]).toEqual([what, isThere ? 200 : 404])
  if (!isThere) return
  if (what === 'delete') {
    known.isGone = true
    return
  }
  const now = await walked(tenant, known.id, count)
  const before = known.items.filter(({ id }) => what !== 'remove' || id !== item)
  const added = { add: fresh, answer: [fresh[0]!, now.at(-1)?.text ?? ''] }[what as 'add'] ?? []
  const expected = [...before.map(({ text }) => text), ...added]
  expect(now.map(({ text }) => text)).toEqual(expected)
  known.items = now
}

it('keeps the items of conversations in the order they came, whoever asks', async () => {
  const property = fc.asyncProperty(
    fc.array(steps, { maxLength: 30, size: 'max' }),
    async (all) => {
      const known: Known[] = []
      for (const step of all) await act(known, step)
    },
  )
  await fc.assert(property, { numRuns: 20 })
})
