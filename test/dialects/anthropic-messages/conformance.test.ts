import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { collect } from '../../../app/conversation/collect.ts'
import { anthropicMessages } from '../../../app/dialects/anthropic-messages/index.ts'
import { messagesRequest } from '../../../app/dialects/anthropic-messages/wire.ts'
import { bedrockConverse } from '../../../app/dialects/bedrock-converse/index.ts'
import { recordings, sharedJson, sharedRoot } from '../../fakes/shared.ts'
import { card, conversation } from './cards.ts'
import { anthropicRecordings, isAnswer, type Json, sseEvents } from './recorded.ts'

const head = { id: 'msg_1', created: 0, model: 'm' }

function validators() {
  const ajv = new Ajv({ strict: false })
  ajv.addSchema(sharedJson('specs/anthropic-messages.schema.json') as object, 'spec')
  const of = (name: string) => ajv.compile({ $ref: `spec#/definitions/${name}` })
  return { message: of('Message'), event: of('RawMessageStreamEvent') }
}

describe.skipIf(!sharedRoot())('answers of other models are answers of Anthropic’s', () => {
  const { message, event } = sharedRoot() ? validators() : { message: undefined, event: undefined }

  const streams = recordings('aws/ConverseStream').filter(
    (one) => isAnswer(one) && one.authenticity === 'recorded' && one.response.bodyBase64,
  )

  it.each(streams.map((one) => [one.file.split('/').at(-1)!, one] as const))('%s', (_, one) => {
    const bytes = Uint8Array.from(Buffer.from(one.response.bodyBase64!, 'base64'))
    const decoder = bedrockConverse.client.replyDecoder()
    const events = decoder.read(bytes)
    events.push(...decoder.end())
    const encoder = anthropicMessages.server.replyEncoder(conversation(), head)
    const said = sseEvents(encoder.write(events) + encoder.end())
    const wrong = said.filter((data) => !event?.(data)).map((data) => JSON.stringify(data))
    expect(wrong).toEqual([])
    expect(said.at(-1)).toEqual({ type: 'message_stop' })
    const collector = collect()
    collector.add(events)
    const whole = anthropicMessages.server.encodeReply(
      [collector.reply()],
      conversation(),
      head,
    ) as { content: unknown[] }
    expect(message?.(whole), JSON.stringify(message?.errors)).toBe(true)
    expect(whole.content).toHaveLength(
      said.filter(({ type }) => type === 'content_block_start').length,
    )
  })
})

describe.skipIf(!sharedRoot())('what Anthropic’s clients say can be said to other models', () => {
  const served = /advisor|code_execution|web_search|web_fetch|tool_search|mcp|text_editor/

  it.each(
    anthropicRecordings()
      .filter(
        (one) => isAnswer(one) && !served.test(JSON.stringify((one.request.body as Json)['tools'])),
      )
      .map((one) => [one.file.split('/').at(-1)!, one] as const),
  )('%s', (_, { request }) => {
    const heard = anthropicMessages.server.decodeRequest(messagesRequest.parse(request.body))
    const { body } = bedrockConverse.client.encodeRequest(heard, card('some.model'))
    expect(body).toMatchObject({ messages: expect.any(Array) })
  })
})
