import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { normalMessages, withoutNulls } from '../../fakes/recorded-chat.ts'
import { type Recording, recordings, sharedRoot } from '../../fakes/shared.ts'
import type { Answer } from './scripted-server.ts'
import { framesIn, openStage, unnamed } from './stage.ts'

type Json = Record<string, unknown>

/** The bytes of attachments are kept beside the recordings. */
const media = (name: string) =>
  readFileSync(join(sharedRoot()!, 'recordings/media', name), 'base64')

function withMedia(value: unknown): string {
  const text = JSON.stringify(value)
  return text.replaceAll(/@media:([0-9a-f]+\.\w+);bytes=\d+/g, (_, name: string) => media(name))
}

/**
 * What a request may lose on its way: nulls; `stream: false`; `n`, for which we ask as often; the form of a
 * content with one text; the address of a picture outside an object. Streams gain `include_usage`.
 */
function normal(body: Json): Json {
  const { n: _, stream, stream_options: options, ...rest } = withoutNulls(body) as Json
  const messages = rest['messages'] as Json[] | undefined
  const { include_usage: __, ...others } = (options ?? {}) as Json
  return {
    ...rest,
    ...(messages && { messages: normalMessages(messages) }),
    ...others,
    ...(stream === true && { stream }),
  }
}

function answerOf({ status, headers, body, bodyText }: Recording['response']): Answer {
  if (bodyText?.startsWith('data:')) return { status, headers, reads: [bodyText] }
  return { status, headers, body: bodyText ?? JSON.parse(withMedia(body)) }
}

async function hop(recording: Recording, path: string) {
  const body: Json = JSON.parse(withMedia(recording.request.body))
  const stage = openStage({}, [{ id: String(body['model']), owned_by: 'system' }])
  stage.answer(answerOf(recording.response))
  const response = await stage.post(path, body)
  return { body, response, text: await response.text(), sent: stage.bodies() }
}

const chats = recordings('openai/openai.chat.completions')
const named = (all: Recording[]) => all.map((one) => [one.file, one] as const)
const CHAT = '/v1/chat/completions'

describe.skipIf(!sharedRoot())('a recorded chat', () => {
  const talking = chats.filter(({ modelId }) => !modelId.includes('instruct'))
  it.each(named(talking))('asks upstream as it was asked: %s', async (_, recording) => {
    const { body, sent } = await hop(recording, CHAT)
    expect(normal(sent[0]!)).toEqual(normal(body))
  })

  const wholes = talking.filter(({ response }) => response.status === 200 && response.body)
  it.each(named(wholes))('is answered to the last member: %s', async (_, recording) => {
    const { text } = await hop(recording, CHAT)
    const answered = unnamed(JSON.parse(text))
    expect(answered).toEqual(unnamed(JSON.parse(withMedia(recording.response.body))))
  })

  const streams = talking.filter(({ response }) => response.bodyText?.startsWith('data:'))
  it.each(named(streams))('streams to the last member: %s', async (_, recording) => {
    const { text, body } = await hop(recording, CHAT)
    const wanted = (body['stream_options'] as Json | undefined)?.['include_usage'] === true
    const frames = framesIn(recording.response.bodyText!).filter(
      ({ choices, usage }) => wanted || !usage || (choices as unknown[]).length > 0,
    )
    const shown = (frame: Json) => {
      const { usage, ...rest } = unnamed(frame)
      return wanted ? unnamed(frame) : rest
    }
    expect(framesIn(text).map(unnamed)).toEqual(frames.map(shown))
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  })

  const refused = talking.filter(({ response }) => response.status >= 400)
  it.each(named(refused))('is refused in the same words: %s', async (_, recording) => {
    const { response, text } = await hop(recording, CHAT)
    const { error } = recording.response.body as { error: Json }
    const code = error['code'] ?? (response.status === 404 ? 'model_not_found' : null)
    expect(response.status).toBe(recording.response.status)
    expect(JSON.parse(text)).toMatchObject({ error: { ...error, code } })
  })

  it('with a model that only completes is told so', async () => {
    const [instruct] = chats.filter(({ modelId }) => modelId.includes('instruct'))
    const { response, text, sent } = await hop(instruct!, CHAT)
    expect([response.status, sent]).toEqual([400, []])
    expect(text).toContain('/v1/completions')
  })
})

describe.skipIf(!sharedRoot())('a recorded completion', () => {
  const all = recordings('openai/openai.completions').filter(({ modelId }) =>
    /davinci-002|babbage-002/.test(modelId),
  )

  it.each(named(all))('goes to the older endpoint: %s', async (_, recording) => {
    const { body, response, text, sent } = await hop(recording, '/v1/completions')
    const refusal = recording.response.status >= 400
    if (refusal && sent.length === 0) {
      // What is out of range is refused before anybody is asked.
      expect(response.status).toBe(400)
      return
    }
    const { n: _n, ...once } = body
    expect(sent[0]).toEqual({
      ...once,
      ...(typeof body['stop'] === 'string' && { stop: [body['stop']] }),
      ...(body['stream'] === true && { stream_options: { include_usage: true } }),
    })
    if (!recording.response.bodyText) return
    const words = (frames: Json[]) =>
      frames
        .flatMap(({ choices }) => choices as { text: string }[])
        .map((one) => one.text)
        .join('')
    expect(words(framesIn(text))).toBe(words(framesIn(recording.response.bodyText)))
  })
})
