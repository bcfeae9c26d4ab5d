import { describe, expect, it } from 'vitest'
import { collect } from '../../../app/conversation/collect.ts'
import type { ReplyEvent } from '../../../app/conversation/events.ts'
import { replay } from '../../../app/conversation/replay.ts'
import {
  type AnthropicMessages,
  anthropicMessages,
  createAnthropicMessages,
} from '../../../app/dialects/anthropic-messages/index.ts'
import { messagesRequest } from '../../../app/dialects/anthropic-messages/wire.ts'
import type { ModelCard } from '../../../app/ports/models.ts'
import { plainCard } from '../../fakes/plain-card.ts'
import { sharedRoot } from '../../fakes/shared.ts'
import {
  anthropicRecordings,
  bedrockRecordings,
  isAnswer,
  type Json,
  messageOf,
  sseEvents,
} from './recorded.ts'

const bedrock = createAnthropicMessages({ form: 'bedrock' })

/** A model that takes everything. */
const openCard = (id: string): ModelCard =>
  plainCard({
    id,
    owner: 'Anthropic',
    input: ['text', 'image', 'document'],
    traits: { structuredOutput: true, systemTurns: true },
  })

/** The one member whose absence means the same. */
function withoutIdleStream({ stream, ...body }: Json): Json {
  return stream === true ? { ...body, stream } : body
}

function throughTheWaist(body: Json, dialect: AnthropicMessages) {
  const heard = messagesRequest.parse(body)
  const conversation = dialect.server.decodeRequest(heard)
  return dialect.client.encodeRequest(conversation, openCard(body['model'] as string))
}

/** An answer without a count gets one, for clients read it. */
function counted(message: Json): Json {
  const nothing = {
    input_tokens: 0,
    output_tokens: 0,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
  }
  return { usage: nothing, ...message }
}

function headOf({ id, model }: Json) {
  return { id: id as string, created: 0, model: model as string }
}

const conversation = anthropicMessages.server.decodeRequest({
  model: 'm',
  max_tokens: 1,
  messages: [{ role: 'user', content: 'hi' }],
})

const encodeWhole = (events: ReplyEvent[], message: Json) => {
  const collector = collect()
  collector.add(events)
  return anthropicMessages.server.encodeReply([collector.reply()], conversation, headOf(message))
}

function encodeStream(events: ReplyEvent[], message: Json): Json[] {
  const encoder = anthropicMessages.server.replyEncoder(conversation, headOf(message))
  return sseEvents(encoder.write(events) + encoder.end())
}

/**
 * What our streams do otherwise: an opening text block names no citations, an opening thought has room for
 * its signature, and deltas without text are left out, but for the one that begins a call's input.
 */
function normalised(events: Json[]): Json[] {
  const speaking = events.filter(({ delta }) => {
    const { type, text, thinking } = (delta ?? {}) as Json
    return (
      !(type === 'text_delta' && text === '') && !(type === 'thinking_delta' && thinking === '')
    )
  })
  return speaking.map((event) => {
    const block = event['content_block'] as Json | undefined
    if (block?.['type'] === 'thinking') {
      return { ...event, content_block: { signature: '', ...block } }
    }
    if (block?.['type'] !== 'text') return event
    const { citations: _, ...rest } = block
    return { ...event, content_block: rest }
  })
}

const named = <T extends { file: string }>(all: T[]) =>
  all.map((one) => [one.file.split('/').at(-1)!, one] as const)

describe.skipIf(!sharedRoot())('what Anthropic and its clients said goes through unchanged', () => {
  it.each(named(anthropicRecordings().filter(isAnswer)))('request %s', (_, { request }) => {
    const body = request.body as Json
    const { body: sent, ignored, undo } = throughTheWaist(body, anthropicMessages)
    expect(sent).toEqual(withoutIdleStream(body))
    expect({ ignored, undo }).toEqual({ ignored: [], undo: undefined })
  })

  it.each(
    named([
      ...bedrockRecordings('InvokeModel'),
      ...bedrockRecordings('InvokeModelWithResponseStream'),
    ]),
  )('request to Bedrock %s', (_, { request, modelId }) => {
    const body = { ...(request.body as Json), model: modelId }
    const { body: sent, ignored } = throughTheWaist(body, bedrock)
    expect(sent).toEqual(request.body)
    expect(ignored).toEqual([])
  })

  const whole = [...anthropicRecordings(), ...bedrockRecordings('InvokeModel')].filter(
    (recording) => isAnswer(recording) && recording.response.body,
  )

  it.each(named(whole))('answer %s', (_, { response }) => {
    const body = counted(response.body as Json)
    const reply = anthropicMessages.client.decodeReply(response.body)
    expect(anthropicMessages.server.encodeReply([reply], conversation, headOf(body))).toEqual(body)
  })

  it.each(named(whole))('answer %s, streamed', (_, { response }) => {
    const body = counted(response.body as Json)
    const reply = anthropicMessages.client.decodeReply(response.body)
    const { usage, ...message } = messageOf(encodeStream(replay(reply), body))
    const { usage: __, ...expected } = body
    expect(message).toEqual(expected)
    expect(usage).toMatchObject({ output_tokens: (body['usage'] as Json)['output_tokens'] })
  })

  const streamed = anthropicRecordings().filter((one) => isAnswer(one) && one.response.bodyText)

  it.each(named(streamed))('stream %s', (_, { response }) => {
    const said = sseEvents(response.bodyText!)
    const message = messageOf(said)
    const decoder = anthropicMessages.client.replyDecoder()
    const events = [...decoder.read(new TextEncoder().encode(response.bodyText))]
    expect(decoder.end()).toEqual([])
    expect(encodeStream(events, message)).toEqual(normalised(said))
    expect(encodeWhole(events, message)).toEqual(messageOf(normalised(said)))
  })

  const framed = bedrockRecordings('InvokeModelWithResponseStream').filter(
    ({ authenticity }) => authenticity === 'recorded',
  )

  it.each(named(framed))('stream of Bedrock %s', (_, { response, events: frames }) => {
    const said = (frames as { payload: Json }[]).map(({ payload }) => {
      const { 'amazon-bedrock-invocationMetrics': __, ...event } = payload
      return event
    })
    const decoder = bedrock.client.replyDecoder()
    const events = [...decoder.read(Uint8Array.from(Buffer.from(response.bodyBase64!, 'base64')))]
    expect(decoder.end()).toEqual([])
    expect(encodeStream(events, messageOf(said))).toEqual(said)
  })

  it('and wherever the network cuts', () => {
    for (const { response } of streamed.slice(0, 4)) {
      const bytes = new TextEncoder().encode(response.bodyText)
      const once = [...anthropicMessages.client.replyDecoder().read(bytes)]
      for (const size of [1, 7, 61]) {
        const decoder = anthropicMessages.client.replyDecoder()
        const events: ReplyEvent[] = []
        for (let at = 0; at < bytes.length; at += size) {
          events.push(...decoder.read(bytes.subarray(at, at + size)))
        }
        expect(events).toEqual(once)
      }
    }
  })
})
