import { describe, expect, it } from 'vitest'
import { createApp } from '../../app/app.ts'
import { createPinnedWebFetch } from '../../runtimes/calling/pinned-web-fetch.ts'
import { stagedRuntime } from '../http/stage.ts'

const MODEL = 'embedded-chat'

/** A request that holds the URL, by its path; `at` is how the caller calls its place. */
const BODIES: [path: string, body: (url: string) => object, at: string, code: string | null][] = [
  [
    '/v1/chat/completions',
    (url) => ({ messages: [user([{ type: 'image_url', image_url: { url } }])] }),
    'messages[0].content[0].image_url.url',
    'invalid_image_url',
  ],
  [
    '/v1/responses',
    (url) => ({ input: [user([{ type: 'input_image', image_url: url, detail: 'auto' }])] }),
    'input[0].content[0].image_url',
    'invalid_image_url',
  ],
  ['/v1/completions', (url) => ({ prompt: ['Sea.', url, 'Land.'] }), 'prompt[1]', null],
  ['/v1/embeddings', (url) => ({ model: 'embedded-embedding', input: [url] }), 'input[0]', null],
  [
    '/v1/images/edits',
    (url) => ({ model: 'embedded-image', prompt: 'Bluer.', images: [{ image_url: url }] }),
    'images[0].image_url',
    null,
  ],
  ['/v1/files', (url) => ({ file: url, purpose: 'user_data' }), 'file', null],
]
const user = (content: object[]) => ({ role: 'user', content })

const URLS = [
  ['an address of a private network', 'https://10.0.0.1/a.png'],
  ['this machine', 'https://127.0.0.1:9/a.png'],
  ['a metadata service', 'https://169.254.169.254/latest/meta-data/'],
  ['a name of a private address', 'https://inside.example/a.png'],
  ['a scheme that is not read', 'http://example.com/a.png'],
  ['a name nobody has', 'https://nowhere.example/a.png'],
] as const

function open() {
  const { runtime } = stagedRuntime({ FILES_DIR: 'memory', STATE_DIR: 'memory' })
  runtime.webFetch = (policy) =>
    createPinnedWebFetch(policy, async (host) => {
      if (host === 'inside.example') return ['10.0.0.1']
      throw new Error('ENOTFOUND')
    })
  const app = createApp(runtime)
  return async (path: string, body: object) => {
    const response = await app.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: MODEL, ...body }),
    })
    return { status: response.status, body: await response.json() }
  }
}

const ask = open()

describe.each(URLS)('a URL that leads to %s', (_, url) => {
  it.each(BODIES)('is a 400 of %s that names its place', async (path, bodyOf, param, code) => {
    const { status, body } = await ask(path, bodyOf(url))
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        error: expect.objectContaining({ type: 'invalid_request_error', param, code }),
      },
    })
  })

  it('is a 400 of /v1/messages that names its place', async () => {
    const image = { type: 'image', source: { type: 'url', url } }
    const { status, body } = await ask('/v1/messages', {
      max_tokens: 9,
      messages: [user([image])],
    })
    expect(status).toBe(400)
    expect(body.error.type).toBe('invalid_request_error')
    expect(body.error.message).toMatch(/^messages\.0\.content\.0/)
  })
})

it('tells nothing of who listens at an address that is not public', async () => {
  const bodyOf = BODIES[0]![1]
  const answers = await Promise.all(
    ['https://127.0.0.1:9/', 'https://127.0.0.1:22/', 'https://10.0.0.1/'].map((url) =>
      ask('/v1/chat/completions', bodyOf(url)),
    ),
  )
  const messages = answers.map(({ body }) => body.error.message)
  expect(new Set(messages)).toEqual(new Set(['The URL leads to an address that is not public.']))
})
