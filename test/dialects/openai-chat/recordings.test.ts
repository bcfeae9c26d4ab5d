import { describe, expect, it } from 'vitest'
import { collect } from '../../../app/conversation/collect.ts'
import type { Conversation } from '../../../app/conversation/conversation.ts'
import type { ReplyEvent } from '../../../app/conversation/events.ts'
import { openaiChat } from '../../../app/dialects/openai-chat/index.ts'
import { chatCompletionRequest } from '../../../app/dialects/openai-chat/wire.ts'
import { decodeError } from '../../../app/dialects/openai-refusal.ts'
import type { ModelCard } from '../../../app/ports/models.ts'
import { plainCard } from '../../fakes/plain-card.ts'
import { normalMessages, withoutNulls } from '../../fakes/recorded-chat.ts'
import { type Recording, recordings, sharedRoot } from '../../fakes/shared.ts'
import { frames, pieces } from './sse-text.ts'

const { server, client } = openaiChat
const all = recordings('openai/openai.chat.completions')

type Json = Record<string, unknown>

function card(id: string): ModelCard {
  const output: ModelCard['output'] = /audio/.test(id) ? ['text', 'audio'] : ['text']
  return plainCard({ id, provider: 'openai', owner: 'openai', output })
}

/** The bytes of attachments are kept beside the recordings; any base64 will do for their place. */
function requestBody(recording: Recording): Json {
  const text = JSON.stringify(recording.request.body)
  return JSON.parse(text.replaceAll(/@media:[0-9a-f]+\.\w+;bytes=\d+/g, 'QUJD'))
}

/**
 * What a request may lose on its way through the waist: nulls; `stream: false`; `n`, which is left to
 * the gateway; the difference between one plain text part and a string, and between a bare image URL and
 * an object around it. Streams gain `stream_options.include_usage`.
 */
function normalRequest(body: Json): Json {
  const { n: _, stream, stream_options: __, ...rest } = withoutNulls(body) as Json
  const messages = normalMessages(rest['messages'] as Json[])
  return { ...rest, messages, ...(stream === true && { stream }) }
}

/** What a reply may lose: nulls and empty annotations. */
function normalReply(body: unknown): unknown {
  const reply = withoutNulls(body) as Json
  for (const choice of reply['choices'] as { message: Json }[]) {
    const { annotations } = choice.message
    if (Array.isArray(annotations) && annotations.length === 0) delete choice.message['annotations']
  }
  return reply
}

function asked(recording: Recording): Conversation {
  return server.decodeRequest(chatCompletionRequest.parse(requestBody(recording)))
}

function headOf(body: Json) {
  return { id: String(body['id']), created: Number(body['created']), model: String(body['model']) }
}

describe.skipIf(!sharedRoot())('recorded requests', () => {
  it.each(all.map((recording) => [recording.file, recording] as const))('%s', (_, recording) => {
    const body = requestBody(recording)
    const encoded = client.encodeRequest(asked(recording), card(String(body['model'])))
    expect(normalRequest(encoded.body as Json)).toEqual(normalRequest(body))
    expect(encoded.ignored).toEqual([])
  })
})

const good = all.filter(({ response }) => response.status === 200)
const wholes = good.filter(({ response }) => response.body)
const streams = good.filter(({ response }) => response.bodyText)

describe.skipIf(!sharedRoot())('recorded replies', () => {
  it.each(wholes.map((recording) => [recording.file, recording] as const))('%s', (_, recording) => {
    const body = recording.response.body as Json
    const reply = client.decodeReply(body)
    const encoded = server.encodeReply([reply], asked(recording), headOf(body))
    expect(normalReply(encoded)).toEqual(normalReply(body))
  })
})

/** What the chunks of a stream add up to, beside their cutting. */
function summary(chunks: unknown[]) {
  const choices = chunks
    .filter((chunk) => chunk !== '[DONE]')
    .flatMap((chunk) => (chunk as { choices: { delta: Json; finish_reason: unknown }[] }).choices)
  const text = (key: string) => choices.map(({ delta }) => delta[key] ?? '').join('')
  const calls: Record<number, Json> = {}
  for (const { delta } of choices) {
    for (const call of (delta['tool_calls'] ?? []) as Json[]) {
      const { function: made, ...rest } = call as { index: number; function: Json }
      const before = calls[rest.index] ?? { name: '', arguments: '' }
      const name = `${before['name']}${made['name'] ?? ''}`
      calls[rest.index] = {
        ...before,
        ...rest,
        name,
        arguments: `${before['arguments']}${made['arguments']}`,
      }
    }
  }
  return {
    content: text('content'),
    refusal: text('refusal'),
    calls,
    finish: choices.map((choice) => choice.finish_reason).filter(Boolean),
    usage: chunks.map((chunk) => (chunk as Json)['usage']).filter(Boolean),
    moderation: chunks.map((chunk) => (chunk as Json)['moderation']).filter(Boolean),
    last: chunks.at(-1),
  }
}

describe.skipIf(!sharedRoot())('recorded streams', () => {
  it.each(streams.map((recording) => [recording.file, recording] as const))(
    '%s',
    (_, recording) => {
      const text = recording.response.bodyText ?? ''
      const chunks = frames(text)
      const decoder = client.replyDecoder()
      const encoder = server.replyEncoder(asked(recording), headOf(chunks[0] as Json))
      const batches = pieces(text, 997).map((piece) => decoder.read(piece))
      const written = batches.map((events) => encoder.write(events)).join('') + encoder.end()
      expect(decoder.end()).toEqual([])
      expect(summary(frames(written))).toEqual(summary(chunks))
    },
  )

  it.each([1, 7, 64])('give the same reply cut after every %i bytes', (size) => {
    for (const { response } of streams) {
      const text = response.bodyText ?? ''
      expect(decoded(pieces(text, size))).toEqual(decoded(pieces(text, text.length * 4)))
    }
  })
})

function decoded(read: Uint8Array[]) {
  const decoder = client.replyDecoder()
  const collector = collect()
  const events: ReplyEvent[] = read.flatMap((piece) => decoder.read(piece))
  collector.add([...events, ...decoder.end()])
  return collector.reply()
}

const refused = all.filter(({ response }) => response.status >= 400)

describe.skipIf(!sharedRoot())('recorded refusals', () => {
  it.each(refused.map((recording) => [recording.file, recording] as const))(
    '%s',
    (_, recording) => {
      const { status, body } = recording.response
      const error = decodeError(status, body)
      const { error: recorded } = body as { error: Json }
      const code = recorded['code'] ?? (status === 404 ? 'model_not_found' : null)
      expect(error.status).toBe(status)
      expect(server.encodeError(error, 'request')).toEqual({ error: { ...recorded, code } })
    },
  )
})
