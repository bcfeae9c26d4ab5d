import { describe, expect, it } from 'vitest'
import { createApp } from '../../app/app.ts'
import type { Conversation, MediaPart } from '../../app/conversation/conversation.ts'
import { GatewayError } from '../../app/errors.ts'
import type { ModelTraits } from '../../app/ports/models.ts'
import type { FetchedFile, WebFetch } from '../../app/ports/web-fetch.ts'
import { stagedRuntime } from '../http/stage.ts'
import { createScriptedProvider, replyOf } from './scripted-provider.ts'

const PNG = new Uint8Array([
  0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1,
  0, 0, 0, 1, 8, 2, 0, 0, 0,
])
const PDF = new TextEncoder().encode('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n')
const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes))

interface Stage {
  web?: WebFetch
  traits?: ModelTraits
  env?: Record<string, string>
}

function open({ web, traits, env }: Stage) {
  const scripted = createScriptedProvider({ reply: () => replyOf('seen'), traits })
  const { runtime } = stagedRuntime(env)
  if (web) runtime.webFetch = () => web
  const app = createApp(runtime, { providers: [scripted.provider] })
  const send = async (...content: object[]) => {
    const response = await app.request('/v1/chat/completions', {
      method: 'POST',
      body: JSON.stringify({ model: 'scripted', messages: [{ role: 'user', content }] }),
    })
    return { status: response.status, body: await response.json() }
  }
  return { send, asked: scripted.asked }
}

const image = (url: string) => ({ type: 'image_url', image_url: { url } })
const serving =
  (files: Record<string, FetchedFile>): WebFetch =>
  async (url) =>
    files[url]!

const media = (conversation: Conversation | undefined) =>
  conversation!.turns.flatMap((turn) =>
    turn.parts.filter((part): part is MediaPart => 'source' in part),
  )

describe('attachments', () => {
  it.each(['not a url', 'https://example.com/x'])(
    'are no image because of the place: %s',
    async (url) => {
      const { send, asked } = open({
        web: serving({ [url]: { bytes: new Uint8Array([1, 2, 3]), name: 'x' } }),
      })
      const { status, body } = await send(image(url))
      expect([status, body.error.message]).toEqual([400, 'The image is of no known type.'])
      expect(body.error.param).toBe('messages[0].content[0].image_url.url')
      expect(asked).toEqual([])
    },
  )

  it('by URL arrive as bytes, typed by their content', async () => {
    const url = 'https://example.com/x.jpg'
    const { send, asked } = open({
      web: serving({ [url]: { bytes: PNG, mediaType: 'image/jpeg', name: 'x.jpg' } }),
    })
    expect((await send(image(url))).status).toBe(200)
    expect(media(asked[0])).toMatchObject([
      { type: 'image', mediaType: 'image/png', source: { kind: 'base64', data: base64(PNG) } },
    ])
  })

  it('keep their order and their neighbours, however long each takes', async () => {
    const gates = new Map<string, () => void>()
    const { send, asked } = open({
      web: (url) =>
        new Promise((resolve) => {
          gates.set(url, () => resolve({ bytes: PNG, name: url.at(-1) }))
          if (gates.size === 3) for (const gate of [...gates.values()].reverse()) gate()
        }),
    })
    await send(
      image('https://a/1'),
      { type: 'text', text: 'and' },
      image('https://a/2'),
      image('https://a/3'),
    )
    expect(asked[0]!.turns[0]!.parts.map((part) => part.type)).toEqual([
      'image',
      'text',
      'image',
      'image',
    ])
    expect(media(asked[0]).map((part) => part.name)).toEqual(['1', '2', '3'])
  })

  it('are fetched eight at a time at most', async () => {
    let running = 0
    let most = 0
    const { send } = open({
      web: async () => {
        running += 1
        most = Math.max(most, running)
        await Promise.resolve()
        running -= 1
        return { bytes: PNG }
      },
    })
    const urls = Array.from({ length: 30 }, (_, n) => image(`https://a/${n}`))
    expect((await send(...urls)).status).toBe(200)
    expect(most).toBe(8)
  })

  it('that are documents sent as images become documents', async () => {
    const { send, asked } = open({})
    await send(image(`data:image/png;base64,${base64(PDF)}`))
    expect(media(asked[0])).toMatchObject([{ type: 'document', mediaType: 'application/pdf' }])
  })

  it('that hold words where an image was announced are refused', async () => {
    const bytes = new TextEncoder().encode('<html><body>Not found</body></html>')
    const { send, asked } = open({
      web: serving({ 'https://a/1': { bytes, mediaType: 'image/png', name: '1' } }),
    })
    const answer = await send({ type: 'text', text: 'look' }, image('https://a/1'))
    expect(answer.status).toBe(400)
    expect(answer.body.error.param).toBe('messages[0].content[1].image_url.url')
    const inline = await send(image(`data:image/png;base64,${base64(bytes)}`))
    expect(inline.status).toBe(400)
    expect(inline.body.error.param).toBe('messages[0].content[0].image_url.url')
    expect(asked).toEqual([])
  })

  it.each([
    'data:image/png;base64,AAAA',
    `data:image/jpg;base64,${base64(new Uint8Array(64).fill(7))}`,
  ])('that hold nothing known where an image was announced are refused: %s', async (url) => {
    const { send, asked } = open({})
    const answer = await send({ type: 'text', text: 'look' }, image(url))
    expect(answer.status).toBe(400)
    expect(answer.body.error.param).toBe('messages[0].content[1].image_url.url')
    expect(asked).toEqual([])
  })

  it.each([
    ['<html><body>Sign in</body></html>', 'text/html'],
    ['{"error":"gone"}', 'application/json'],
    ['Not here.', undefined],
  ])('that are pages in place of an image are refused: %s', async (text, mediaType) => {
    const bytes = new TextEncoder().encode(text)
    const { send, asked } = open({ web: serving({ 'https://a/1': { bytes, mediaType } }) })
    const answer = await send({ type: 'text', text: 'look' }, image('https://a/1'))
    expect(answer.status).toBe(400)
    expect(answer.body.error).toMatchObject({
      param: 'messages[0].content[1].image_url.url',
      message: expect.stringContaining('said to be an image'),
    })
    const file = { type: 'file', file: { file_url: 'https://a/1' } }
    expect((await send(file)).status).toBe(200)
    expect(asked).toHaveLength(1)
  })

  it('that hold nothing are refused', async () => {
    const bytes = new Uint8Array()
    const { send, asked } = open({
      web: serving({ 'https://a/1': { bytes, mediaType: 'text/csv', name: 'a.csv' } }),
    })
    const answer = await send({ type: 'file', file: { file_url: 'https://a/1' } })
    expect(answer.status).toBe(400)
    expect(answer.body.error).toMatchObject({
      param: 'messages[0].content[0].file.file_url',
      message: 'The document is empty.',
    })
    expect(asked).toEqual([])
  })

  it.each([
    ['permission', 403],
    ['too-large', 413],
    ['invalid-request', 400],
  ] as const)('that fail with %s are answered %s, naming the place', async (code, status) => {
    const { send } = open({
      web: async () => {
        throw new GatewayError(code, 'No.')
      },
    })
    const answer = await send({ type: 'text', text: 'look' }, image('https://a/1'))
    expect(answer.status).toBe(status)
    expect(answer.body.error.param).toBe('messages[0].content[1].image_url.url')
  })

  it('by URL are refused where that is switched off', async () => {
    const { send } = open({ web: serving({}), env: { INPUT_URLS: 'off' } })
    const answer = await send(image('https://a/1'))
    expect(answer.status).toBe(503)
    expect(answer.body.error.code).toBe('feature_unavailable')
  })

  it('larger than the model takes inline are answered 413 with both sizes', async () => {
    const { send } = open({ traits: { inlineLimits: { image: 20 } } })
    const answer = await send(image(`data:image/png;base64,${base64(PNG)}`))
    expect(answer.status).toBe(413)
    expect(answer.body.error.message).toContain(`${PNG.length} bytes`)
    expect(answer.body.error.message).toContain('20')
  })

  it('in S3 go by reference to a model that reads S3', async () => {
    const { send, asked } = open({ traits: { s3: ['image'] } })
    await send(image('s3://bucket/key.png'))
    expect(media(asked[0])).toMatchObject([{ source: { kind: 's3', uri: 's3://bucket/key.png' } }])
  })
})
