import type { accessStage, CallOptions } from '../http/access-stage.ts'

type Answer = Awaited<ReturnType<ReturnType<typeof accessStage>['call']>>

/** Calls as one caller. */
export type Caller = (path: string, options?: CallOptions) => Promise<Answer>

/** One way to reach what somebody stored. */
export type Way = [method: string, path: string, body?: unknown]

/** A kind of thing that is stored for its owner. A new kind adds its entry. */
interface IsolatedKind {
  name: string
  /** Stores one that holds `secret`; gives its id. */
  make(as: Caller, secret: string): Promise<string>
  /** Everything that names one: to others it does not exist. The last ways destroy it. */
  ways(id: string): Way[]
  /** Lists that hold the owner's. */
  lists?: Way[]
  /** The way by which the owner gets it. */
  own(id: string): Way
}

/** The first item of a conversation. */
const itemOf = (conversation: string) => `${conversation.replace('conv_', 'msg_')}0000`

const MESSAGES = (text: string) => [{ role: 'user', content: text }]
const chat = (body: object) => ({ model: 'embedded-chat', ...body })

async function made(answer: Promise<Answer>, member = 'id'): Promise<string> {
  const { status, json, text } = await answer
  if (status >= 300) throw new Error(`not made: ${status} ${text}`)
  return json[member]
}

const form = (members: Record<string, string | Blob>) => {
  const data = new FormData()
  for (const [name, value] of Object.entries(members)) data.set(name, value)
  return data
}
const file = (text: string) => new File([text], 'a.txt', { type: 'text/plain' })

const inlineSource = (text: string) => ({
  name: 'words',
  dataSourceConfiguration: {
    type: 'INLINE',
    inlineConfiguration: { documents: [{ id: 'one', text }] },
  },
})

export const KINDS: IsolatedKind[] = [
  {
    name: 'stored chat completions',
    make: (as, secret) =>
      made(as('/v1/chat/completions', { body: chat({ store: true, messages: MESSAGES(secret) }) })),
    ways: (id) => [
      ['GET', `/v1/chat/completions/${id}`],
      ['GET', `/v1/chat/completions/${id}/messages`],
      ['POST', `/v1/chat/completions/${id}`, { metadata: { a: 'b' } }],
      ['DELETE', `/v1/chat/completions/${id}`],
    ],
    lists: [['GET', '/v1/chat/completions?limit=100']],
    own: (id) => ['GET', `/v1/chat/completions/${id}`],
  },
  {
    name: 'responses',
    make: (as, secret) =>
      made(as('/v1/responses', { body: { model: 'embedded-chat', input: secret } })),
    ways: (id) => [
      ['GET', `/v1/responses/${id}`],
      ['GET', `/v1/responses/${id}?stream=true`],
      ['GET', `/v1/responses/${id}/input_items`],
      ['POST', `/v1/responses/${id}/cancel`],
      ['POST', '/v1/responses', { model: 'm', input: 'Hi', previous_response_id: id }],
      ['POST', '/v1/responses/compact', { model: 'm', previous_response_id: id }],
      ['POST', '/v1/responses/input_tokens', { model: 'm', previous_response_id: id }],
      ['DELETE', `/v1/responses/${id}`],
    ],
    own: (id) => ['GET', `/v1/responses/${id}/input_items`],
  },
  {
    name: 'conversations',
    make: (as, secret) =>
      made(as('/v1/conversations', { body: { items: [{ role: 'user', content: secret }] } })),
    ways: (id) => [
      ['GET', `/v1/conversations/${id}`],
      ['GET', `/v1/conversations/${id}/items`],
      ['GET', `/v1/conversations/${id}/items/${itemOf(id)}`],
      ['POST', `/v1/conversations/${id}`, { metadata: { a: 'b' } }],
      ['POST', `/v1/conversations/${id}/items`, { items: [] }],
      ['POST', '/v1/responses', { model: 'm', input: 'Hi', conversation: id }],
      ['DELETE', `/v1/conversations/${id}/items/${itemOf(id)}`],
      ['DELETE', `/v1/conversations/${id}`],
    ],
    own: (id) => ['GET', `/v1/conversations/${id}/items`],
  },
  {
    // Whoever has its address may see it, as with OpenAI's; nobody else can tell that it is there.
    name: 'drawn pictures',
    async make(as, secret) {
      const asked = {
        model: 'embedded-image',
        prompt: secret,
        size: '64x64',
        response_format: 'url',
      }
      const { json } = await as('/v1/images/generations', { body: asked })
      const { pathname, search } = new URL(json.data[0].url)
      return pathname + search
    },
    ways: (id) => [
      ['GET', id.slice(0, id.indexOf('?'))],
      ['GET', id.replace(/signature=.*/, 'signature=')],
      ['GET', id.replace(/expires=\d+/, 'expires=9999999999')],
    ],
    own: (id) => ['GET', id],
  },
  {
    name: 'files',
    make: (as, secret) =>
      made(as('/v1/files', { body: form({ purpose: 'user_data', file: file(secret) }) })),
    ways: (id) => [
      ['GET', `/v1/files/${id}`],
      ['GET', `/v1/files/${id}/content`],
      ['GET', `/anthropic/v1/files/${id}`],
      ['GET', `/anthropic/v1/files/${id}/content`],
      ['POST', '/v1/chat/completions', chat({ messages: MESSAGES('Hi'), file_ids: [id] })],
      [
        'POST',
        '/v1/chat/completions',
        chat({
          messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: id } }] }],
        }),
      ],
      [
        'POST',
        '/v1/messages',
        chat({
          max_tokens: 9,
          messages: [
            {
              role: 'user',
              content: [{ type: 'document', source: { type: 'file', file_id: id } }],
            },
          ],
        }),
      ],
      ['DELETE', `/anthropic/v1/files/${id}`],
      ['DELETE', `/v1/files/${id}`],
    ],
    lists: [
      ['GET', '/v1/files?limit=1000'],
      ['GET', '/anthropic/v1/files?limit=1000'],
    ],
    own: (id) => ['GET', `/v1/files/${id}/content`],
  },
  {
    name: 'uploads',
    make: (as, secret) =>
      made(
        as('/v1/uploads', {
          body: {
            bytes: secret.length,
            filename: 'a.txt',
            mime_type: 'text/plain',
            purpose: 'user_data',
          },
        }),
      ),
    ways: (id) => [
      ['POST', `/v1/uploads/${id}/parts`, form({ data: file('x') })],
      ['POST', `/v1/uploads/${id}/complete`, { part_ids: [] }],
      ['POST', `/v1/uploads/${id}/cancel`],
    ],
    own: (id) => ['POST', `/v1/uploads/${id}/cancel`],
  },
  {
    name: 'message threads',
    make: (as, secret) =>
      made(
        as('/v1/messages', {
          body: chat({ max_tokens: 9, messages: MESSAGES(secret), thread: { type: 'create' } }),
        }),
      ),
    ways: (id) => [
      [
        'POST',
        '/v1/messages',
        chat({
          max_tokens: 9,
          messages: MESSAGES('And?'),
          thread: { type: 'continue', previous_message_id: id },
        }),
      ],
    ],
    own: (id) => [
      'POST',
      '/v1/messages',
      chat({
        max_tokens: 9,
        messages: MESSAGES('And?'),
        thread: { type: 'continue', previous_message_id: id },
      }),
    ],
  },
  {
    name: 'responses',
    make: (as, secret) => made(as('/v1/responses', { body: chat({ input: secret, store: true }) })),
    ways: (id) => [
      ['GET', `/v1/responses/${id}`],
      ['GET', `/v1/responses/${id}/input_items`],
      ['POST', `/v1/responses/${id}/cancel`],
      ['POST', '/v1/responses', chat({ input: 'And?', previous_response_id: id })],
      ['DELETE', `/v1/responses/${id}`],
    ],
    own: (id) => ['GET', `/v1/responses/${id}`],
  },
  {
    name: 'conversations',
    make: (as, secret) =>
      made(
        as('/v1/conversations', {
          body: { items: [{ type: 'message', role: 'user', content: secret }] },
        }),
      ),
    ways: (id) => [
      ['GET', `/v1/conversations/${id}`],
      ['GET', `/v1/conversations/${id}/items`],
      ['POST', `/v1/conversations/${id}`, { metadata: {} }],
      [
        'POST',
        `/v1/conversations/${id}/items`,
        { items: [{ type: 'message', role: 'user', content: 'x' }] },
      ],
      ['POST', '/v1/responses', chat({ input: 'And?', conversation: id })],
      ['DELETE', `/v1/conversations/${id}`],
    ],
    own: (id) => ['GET', `/v1/conversations/${id}`],
  },
  {
    name: 'knowledge bases',
    make: (as, secret) =>
      made(as('/v1/knowledge-bases', { body: { name: secret.slice(0, 30) } }), 'knowledgeBaseId'),
    ways: (id) => [
      ['GET', `/v1/knowledge-bases/${id}`],
      ['GET', `/v1/knowledge-bases/${id}/data-sources`],
      ['POST', `/v1/knowledge-bases/${id}/query`, { query: 'anything' }],
      ['DELETE', `/v1/knowledge-bases/${id}`],
    ],
    lists: [['GET', '/v1/knowledge-bases?max_results=100']],
    own: (id) => ['GET', `/v1/knowledge-bases/${id}`],
  },
  {
    name: 'data sources of knowledge bases',
    async make(as, secret) {
      const root = '/v1/knowledge-bases'
      const base = await made(as(root, { body: { name: 'kb' } }), 'knowledgeBaseId')
      const source = await made(
        as(`${root}/${base}/data-sources`, { body: inlineSource(secret) }),
        'dataSourceId',
      )
      const sync = as(`${root}/${base}/data-sources/${source}/sync`, { method: 'POST' })
      return [base, source, await made(sync, 'executionId')].join('.')
    },
    ways: (id) => {
      const [base = '', source = '', job = ''] = id.split('.')
      const root = `/v1/knowledge-bases/${base}`
      const one = `${root}/data-sources/${source}`
      return [
        ['POST', `${root}/query`, { query: 'the secret of the owner' }],
        ['POST', `${root}/retrieve-and-generate`, { query: 'the secret', model: 'embedded-chat' }],
        ['POST', '/v1/chat/completions', chat({ messages: MESSAGES('secret'), kb_id: base })],
        ['POST', `${root}/data-sources`, inlineSource('x')],
        ['GET', one],
        ['GET', `${one}/sync`],
        ['GET', `${one}/sync/${job}`],
        ['POST', `${one}/sync`],
        ['DELETE', one],
      ]
    },
    own: (id) => {
      const [base = '', source = ''] = id.split('.')
      return ['GET', `/v1/knowledge-bases/${base}/data-sources/${source}`]
    },
  },
]
