import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Listening } from '../../runtimes/serving/serve-node.ts'
import { textReply } from '../fakes/fake-bedrock-frames.ts'
import { type Json, MODELS, useFakeBedrock } from '../features/stage.ts'

const KEYS = { alice: 'alice-key-0123456789', bob: 'bob-key-0123456789' }

const bedrock = useFakeBedrock()
let server: Listening
let client: OpenAI
let other: OpenAI

beforeAll(async () => {
  server = await bedrock.serve({ FILES_DIR: 'memory', API_KEYS: JSON.stringify(KEYS) })
  const baseURL = `http://127.0.0.1:${server.port}/v1`
  client = new OpenAI({ apiKey: KEYS.alice, baseURL, maxRetries: 0 })
  other = new OpenAI({ apiKey: KEYS.bob, baseURL, maxRetries: 0 })
})
afterAll(() => server.stop())

const model = MODELS.nova
const user = (content: string) => ({ role: 'user' as const, content })

/** Texts of the items of a conversation, oldest first. */
async function textsOf(id: string): Promise<unknown[]> {
  const texts: unknown[] = []
  for await (const item of client.conversations.items.list(id, { order: 'asc', limit: 2 })) {
    const { content, type } = item as { content?: Json[]; type: string }
    texts.push(content?.[0]?.['text'] ?? type)
  }
  return texts
}

describe('a conversation', () => {
  it('is created, read, labelled and deleted', async () => {
    const bare = await client.conversations.create()
    expect(bare).toMatchObject({ object: 'conversation', metadata: {} })
    const created = await client.conversations.create({ metadata: { topic: 'rocks' } })
    expect(await client.conversations.retrieve(created.id)).toEqual(created)
    const metadata = { topic: 'ice' }
    const updated = await client.conversations.update(created.id, { metadata })
    expect(updated).toEqual({ ...created, metadata })
    expect(await client.conversations.delete(created.id)).toEqual({
      id: created.id,
      object: 'conversation.deleted',
      deleted: true,
    })
    await expect(client.conversations.retrieve(created.id)).rejects.toThrow(OpenAI.NotFoundError)
  })

  it('holds items, in their order, page by page', async () => {
    const { id } = await client.conversations.create({ items: [user('One'), user('Two')] })
    const { data } = await client.conversations.items.create(id, {
      items: [
        { type: 'function_call', call_id: 'c', name: 'add', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output: '3' },
      ],
    })
    expect(data.map((item) => item.type)).toEqual(['function_call', 'function_call_output'])
    expect(await textsOf(id)).toEqual(['One', 'Two', 'function_call', 'function_call_output'])
    const newest = await client.conversations.items.list(id, { limit: 1 })
    expect(newest.data[0]!.type).toBe('function_call_output')

    const first = data[0]!.id as string
    const place = { conversation_id: id }
    expect(await client.conversations.items.retrieve(first, place)).toEqual(data[0])
    expect(await client.conversations.items.delete(first, place)).toMatchObject({ id })
    await expect(client.conversations.items.retrieve(first, place)).rejects.toThrow(
      OpenAI.NotFoundError,
    )
  })

  it('holds the items themselves where they are only named', async () => {
    bedrock.fake.script({ body: textReply('Four.') })
    const { output } = await client.responses.create({ model, input: 'Two and two?' })
    const named = { type: 'item_reference' as const, id: output[0]!.id! }
    const { id } = await client.conversations.create({ items: [named] })
    await client.conversations.items.create(id, { items: [named, user('Sure?')] })
    expect(await textsOf(id)).toEqual(['Four.', 'Four.', 'Sure?'])
    const unknown = { type: 'item_reference' as const, id: 'msg_1' }
    const adding = client.conversations.items.create(id, { items: [user('Hi'), unknown] })
    await expect(adding).rejects.toMatchObject({ status: 404, param: 'items[1].id' })
    await expect(client.conversations.create({ items: [unknown] })).rejects.toMatchObject({
      status: 404,
      param: 'items[0].id',
    })
    await client.responses.create({ model, input: 'Go on.', conversation: id })
  })

  it('lends its items to whatever names them', async () => {
    const { id } = await client.conversations.create({ items: [user('I am Bob.')] })
    const added = await client.conversations.items.create(id, { items: [user('I row.')] })
    bedrock.fake.script({ body: textReply('Well.') })
    const said = await client.responses.create({
      model,
      input: 'I sing.',
      conversation: id,
      store: false,
    })
    const { data } = await client.conversations.items.list(id, { order: 'asc' })
    expect(data.at(-1)!.id).toBe(said.output[0]!.id)
    const named = data.map((item) => ({ type: 'item_reference' as const, id: item.id! }))
    await client.responses.create({ model, input: named, store: false })
    const { messages } = bedrock.sent().at(-1) as { messages: Json[] }
    expect(messages.flatMap((message) => message['content'] as Json[])).toEqual([
      { text: 'I am Bob.' },
      { text: 'I row.' },
      { text: 'I sing.' },
      { text: 'Well.' },
    ])
    const copied = await client.conversations.create({ items: [named[1]!] })
    expect(await textsOf(copied.id)).toEqual(['I row.'])
    await expect(other.responses.create({ model, input: named })).rejects.toMatchObject({
      status: 404,
      param: 'input[0].id',
    })
    await client.conversations.items.delete(added.data[0]!.id!, { conversation_id: id })
    await expect(client.responses.create({ model, input: [named[1]!] })).rejects.toMatchObject({
      status: 404,
      param: 'input[0].id',
    })
    await client.conversations.delete(id)
    await expect(client.responses.create({ model, input: [named[0]!] })).rejects.toMatchObject({
      status: 404,
    })
  })

  it('is not read behind what is no item', async () => {
    const { id } = await client.conversations.create({ items: [user('One')] })
    const reading = client.conversations.items.list(id, { after: 'nothing' }).then()
    await expect(reading).rejects.toMatchObject({ status: 400, param: 'after' })
  })

  it('goes first in a response, and gets what is said in it', async () => {
    const { id } = await client.conversations.create({ items: [user('I am Bob.')] })
    bedrock.fake.script({ body: textReply('Hello Bob.') })
    bedrock.fake.script({ body: textReply('Bob.') })
    const first = await client.responses.create({ model, input: 'Hello', conversation: id })
    expect(first.conversation).toEqual({ id })
    await client.responses.create({
      model,
      input: [user('Who am I?')],
      conversation: { id },
      store: false,
    })
    const { messages } = bedrock.sent().at(-1) as { messages: Json[] }
    expect(messages.flatMap((message) => message['content'] as Json[])).toEqual([
      { text: 'I am Bob.' },
      { text: 'Hello' },
      { text: 'Hello Bob.' },
      { text: 'Who am I?' },
    ])
    expect(await textsOf(id)).toEqual(['I am Bob.', 'Hello', 'Hello Bob.', 'Who am I?', 'Bob.'])
  })

  it('does not go together with a previous response', async () => {
    const { id: conversation } = await client.conversations.create()
    const asking = client.responses.create({
      model,
      input: 'Hi',
      conversation,
      previous_response_id: 'resp_1',
    })
    await expect(asking).rejects.toMatchObject({ status: 400, param: 'previous_response_id' })
  })

  it('takes twenty items at once', async () => {
    const items = Array.from({ length: 21 }, (_, index) => user(String(index)))
    await expect(client.conversations.create({ items })).rejects.toMatchObject({
      status: 400,
      param: 'items',
    })
  })
})

describe('what belongs to one key', () => {
  it('does not exist for another', async () => {
    bedrock.fake.script({ body: textReply('Hello.') })
    const { id: conversation } = await client.conversations.create({ items: [user('Mine')] })
    const { id, output } = await client.responses.create({ model, input: 'Hi', conversation })
    const unknown = (asked: Promise<unknown>) =>
      expect(asked).rejects.toMatchObject({ status: 404, type: 'invalid_request_error' })
    await unknown(other.responses.retrieve(id))
    await unknown(other.responses.cancel(id))
    await unknown(other.responses.delete(id))
    await unknown(other.responses.inputItems.list(id).then())
    const without = (asked: Promise<unknown>) =>
      expect(asked).rejects.toMatchObject({ status: 400, code: 'previous_response_not_found' })
    await without(other.responses.create({ model, input: 'Hi', previous_response_id: id }))
    await without(other.responses.compact({ model: 'gpt-5', previous_response_id: id }))
    const reference = { type: 'item_reference' as const, id: output[0]!.id! }
    await unknown(other.responses.create({ model, input: [reference] }))
    await expect(
      other.responses.create({ model, input: 'Hi', conversation }),
    ).rejects.toMatchObject({ status: 404, param: 'conversation' })
    await unknown(other.conversations.retrieve(conversation))
    await unknown(other.conversations.items.list(conversation).then())
    await unknown(other.conversations.delete(conversation))
    expect((await client.responses.retrieve(id)).id).toBe(id)
  })
})
