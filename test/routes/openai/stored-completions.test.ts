import { describe, expect, it } from 'vitest'
import { specificationFaults } from '../../dialects/openai-chat/openai-schemas.ts'
import { replyOf } from '../../gateway/scripted-provider.ts'
import { type Body, openStored } from './stored-stage.ts'

const PATH = '/v1/chat/completions'
const faults = specificationFaults()

const open = () => openStored({ reply: (asked) => replyOf(`to ${asked.turns.length}`) })

const lookUp = [
  { role: 'system', content: 'Be brief.' },
  {
    role: 'user',
    name: 'Ada',
    content: [
      { type: 'text', text: 'What is it?' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
    ],
  },
  {
    role: 'assistant',
    tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } }],
  },
  { role: 'tool', tool_call_id: 'call_1', content: 'A rock.' },
]

async function kept(stage: ReturnType<typeof open>, body: object = {}): Promise<Body> {
  return (await stage.ask({ store: true, ...body })).json() as Promise<Body>
}

describe('stored chat completions', () => {
  it('are retrieved, labelled and deleted', async () => {
    const stage = open()
    const { id, ...rest } = await kept(stage, { metadata: { a: '1' } })
    const found = await stage.call('GET', `${PATH}/${id}`)
    expect(found).toMatchObject({ status: 200, body: { id, ...rest } })
    expect(found.response.headers.get('x-request-id')).toBeTruthy()

    const labelled = await stage.call('POST', `${PATH}/${id}`, { metadata: { b: '2' } })
    expect(labelled).toMatchObject({ status: 200, body: { ...found.body, metadata: { b: '2' } } })
    expect(labelled.body['metadata']).toEqual({ b: '2' })
    const cleared = await stage.call('POST', `${PATH}/${id}`, { metadata: null })
    expect(cleared.body['metadata']).toEqual({})

    const gone = await stage.call('DELETE', `${PATH}/${id}`)
    expect(gone).toMatchObject({ status: 200 })
    expect(gone.body).toEqual({ id, object: 'chat.completion.deleted', deleted: true })
    expect(faults?.('ChatCompletionDeleted', gone.body) ?? []).toEqual([])
    expect((await stage.call('GET', `${PATH}/${id}`)).status).toBe(404)
  })

  it('are listed in pages that OpenAI would write', async () => {
    const stage = open()
    await kept(stage)
    await kept(stage, { metadata: { topic: 'rocks' } })
    const ids = await stage.keptIds()
    const first = await stage.call('GET', `${PATH}?limit=1`)
    expect(first.body).toMatchObject({
      object: 'list',
      data: [{ id: ids[0], object: 'chat.completion', model: 'scripted' }],
      first_id: ids[0],
      last_id: ids[0],
      has_more: true,
    })
    expect(faults?.('ChatCompletionList', first.body) ?? []).toEqual([])
    const next = await stage.call('GET', `${PATH}?limit=1&after=${ids[0]}&order=asc`)
    expect(next.body).toMatchObject({ first_id: ids[1], has_more: false })
    const backwards = await stage.call('GET', `${PATH}?order=desc&model=scripted`)
    expect(backwards.body).toMatchObject({ first_id: ids[1], last_id: ids[0] })
    const labelled = await stage.call('GET', `${PATH}?metadata%5Btopic%5D=rocks`)
    expect(labelled.body['data']).toHaveLength(1)
  })

  it('are an empty list without ids where there are none', async () => {
    const { body } = await open().call('GET', `${PATH}?model=none&after=&metadata[a]=b`)
    expect(body).toEqual({
      object: 'list',
      data: [],
      first_id: null,
      last_id: null,
      has_more: false,
    })
  })

  it('know what they were asked', async () => {
    const stage = open()
    const { id } = await kept(stage, { messages: lookUp })
    const { body } = await stage.call('GET', `${PATH}/${id}/messages`)
    const [system, user, assistant, tool] = lookUp
    expect(body).toEqual({
      object: 'list',
      data: [
        { id: `${id}-0`, ...system, content_parts: null, refusal: null },
        { id: `${id}-1`, ...user, content: null, content_parts: user!.content, refusal: null },
        { id: `${id}-2`, ...assistant, content: null, content_parts: null, refusal: null },
        { id: `${id}-3`, ...tool, content_parts: null, refusal: null },
      ],
      first_id: `${id}-0`,
      last_id: `${id}-3`,
      has_more: false,
    })
    // The specification knows no role but the model's here, though its own example is a user's message.
    expect([...new Set(faults?.('ChatCompletionMessageList', body) ?? [])].sort()).toEqual(
      faults
        ? [0, 1, 3].map((at) => `/data/${at}/role must be equal to one of the allowed values`)
        : [],
    )
    const page = await stage.call('GET', `${PATH}/${id}/messages?order=desc&limit=2&after=${id}-3`)
    expect(page.body).toMatchObject({ first_id: `${id}-2`, last_id: `${id}-1`, has_more: true })
  })

  it('say what may be done with them', async () => {
    const { app } = open()
    const wrong = await app.request(`${PATH}/chatcmpl-1`, { method: 'PATCH' })
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([
      405,
      'GET, HEAD, POST, DELETE, OPTIONS',
    ])
  })
})

describe('bad input is refused by name', () => {
  const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, 'v']))

  it.each<[string, string, string, unknown, number, string | null]>([
    ['a limit of nothing', 'GET', '?limit=0', undefined, 400, 'limit'],
    ['a limit too high', 'GET', '?limit=101', undefined, 400, 'limit'],
    ['a limit in words', 'GET', '?limit=many', undefined, 400, 'limit'],
    ['half a limit', 'GET', '?limit=1.5', undefined, 400, 'limit'],
    ['an unknown order', 'GET', '?order=random', undefined, 400, 'order'],
    ['labels that are none', 'GET', '?metadata=rocks', undefined, 400, 'metadata'],
    ['a message limit too high', 'GET', '/x/messages?limit=101', undefined, 400, 'limit'],
    ['an id nobody has', 'GET', '/chatcmpl-none', undefined, 404, null],
    ['messages of it', 'GET', '/chatcmpl-none/messages', undefined, 404, null],
    ['its deletion', 'DELETE', '/chatcmpl-none', undefined, 404, null],
    ['its change', 'POST', '/chatcmpl-none', { metadata: {} }, 404, null],
    ['a change of nothing', 'POST', '/chatcmpl-none', {}, 400, 'metadata'],
    ['labels of a wrong type', 'POST', '/chatcmpl-none', { metadata: 7 }, 400, 'metadata'],
    ['a wrong label', 'POST', '/x', { metadata: { a: 7 } }, 400, 'metadata.a'],
    ['a long label', 'POST', '/x', { metadata: { a: 'x'.repeat(513) } }, 400, 'metadata.a'],
    ['too many labels', 'POST', '/x', { metadata: many }, 400, 'metadata'],
  ])('%s', async (_, method, path, body, status, param) => {
    const answer = await open().call(method, PATH + path, body)
    expect(answer.status).toBe(status)
    expect(answer.body['error']).toMatchObject({ type: 'invalid_request_error', param })
  })

  it('and told in OpenAI`s words', async () => {
    const { body } = await open().call('GET', `${PATH}?limit=0`)
    expect(body['error']).toEqual({
      message:
        "Invalid 'limit': integer below minimum value. Expected a value >= 1, but got 0 instead.",
      type: 'invalid_request_error',
      param: 'limit',
      code: 'integer_below_min_value',
      details: "Field 'limit': integer below min value",
    })
    const missing = await open().call('GET', `${PATH}/chatcmpl-none`)
    expect(missing.body['error']).toMatchObject({
      message: expect.stringContaining('chatcmpl-none'),
      code: 'not_found',
    })
  })

  it('in a place of a message that is not there', async () => {
    const stage = open()
    const { id } = await kept(stage)
    const answer = await stage.call('GET', `${PATH}/${id}/messages?after=${id}-9`)
    expect([answer.status, answer.body['error']]).toMatchObject([400, { param: 'after' }])
  })
})
