import { describe, expect, it } from 'vitest'
import type { Part } from '../../../app/conversation/conversation.ts'
import type { ReplyEvent } from '../../../app/conversation/events.ts'
import { replay } from '../../../app/conversation/replay.ts'
import { openaiResponses } from '../../../app/dialects/openai-responses/index.ts'
import {
  brokenResponse,
  queuedResponse,
  replayResponse,
} from '../../../app/dialects/openai-responses/stored-response.ts'
import { GatewayError } from '../../../app/errors.ts'
import { sharedJson } from '../../fakes/shared.ts'
import { specificationFaults } from '../openai-chat/openai-schemas.ts'
import { decoded, eventsIn, head, type Json } from './recorded.ts'

const { server } = openaiResponses
const faults = specificationFaults()

/** The schema of each type of event. */
const schemas = new Map<string, string>()
const document = sharedJson('specs/openai-openapi.json') as
  | { components: { schemas: Record<string, { properties?: { type?: { enum?: string[] } } }> } }
  | undefined
for (const [name, { properties }] of Object.entries(document?.components.schemas ?? {})) {
  const [type] = properties?.type?.enum ?? []
  if (type && name.endsWith('Event') && !name.startsWith('Beta')) schemas.set(type, name)
}

/** Recorded responses have null for these, where the file knows but their types. */
const NULLS = ['user', 'usage']

function withoutNulls(value: Json): Json {
  const { response } = value as { response?: Json }
  const kept = Object.entries(value).filter(([key, one]) => one !== null || !NULLS.includes(key))
  return { ...Object.fromEntries(kept), ...(response && { response: withoutNulls(response) }) }
}

function eventFaults(event: Json): string[] {
  const schema = schemas.get(String(event['type']))
  return schema ? faults!(schema, withoutNulls(event)) : [`no schema for ${event['type']}`]
}

const responseFaults = (response: unknown) => faults!('Response', withoutNulls(response as Json))

const conversation = decoded({
  model: 'm',
  input: 'Hi',
  tools: [
    { type: 'function', name: 'add' },
    { type: 'custom', name: 'calc' },
    { type: 'shell' },
    { type: 'apply_patch' },
    { type: 'code_interpreter', container: { type: 'auto' } },
    { type: 'web_search' },
  ],
})

const call = (id: string, name: string, text: string) =>
  ({ type: 'tool-call', id, name, arguments: text }) as const
const run = (id: string, name: string, text: string) =>
  ({ ...call(id, name, text), server: 'server_tool_use' }) as const
const result = (callId: string): Part => ({
  type: 'tool-result',
  callId,
  content: [{ type: 'text', text: '{"stdOut":"2"}' }],
  server: 'result',
})

const everything: ReplyEvent[] = replay({
  parts: [
    { type: 'reasoning', text: 'Hm', signature: 'sig' },
    run('s1', 'nova_code_interpreter', '{"code":"1+1"}'),
    result('s1'),
    run('s2', 'nova_grounding', '{"query":"rain"}'),
    result('s2'),
    { type: 'text', text: 'Rain.', citations: [{ url: 'https://a', title: 'A' }, { title: 'B' }] },
    { type: 'refusal', text: 'No.' },
    { type: 'image', source: { kind: 'base64', data: 'QUJD' }, mediaType: 'image/png' },
    call('c1', 'add', '{"a":1}'),
    call('c2', 'calc', '{"input":"4"}'),
    call('c3', 'shell', '{"commands":["ls"]}'),
    call('c4', 'apply_patch', '{"operation":{"type":"delete_file","path":"a"}}'),
  ],
  end: { reason: 'tool-use', usage: { input: 1, output: 2 } },
})

describe.skipIf(!faults)('OpenAI’s specification', () => {
  it('has no fault to find with any event, nor with the response', () => {
    const encoder = server.replyEncoder(conversation, head)
    const events = eventsIn(encoder.write(everything) + encoder.end())
    for (const event of events) {
      expect(eventFaults(event), JSON.stringify(event)).toEqual([])
    }
    expect(responseFaults(events.at(-1)!['response'])).toEqual([])
  })

  it('nor with responses that are incomplete, failed or queued', () => {
    const encoder = server.replyEncoder(conversation, head)
    encoder.write(everything.slice(0, 5))
    const broken = eventsIn(encoder.fail(new GatewayError('upstream', 'Broken.')))
    for (const event of broken) expect(eventFaults(event)).toEqual([])
    const reply = {
      parts: [],
      end: { reason: 'end-turn', usage: { input: 1, output: 2 } },
    } as const
    const whole = server.encodeReply([{ ...reply, parts: [] }], conversation, head) as Json
    const failed = brokenResponse(whole, new GatewayError('overloaded', 'Busy.'))
    for (const response of [whole, failed, queuedResponse(conversation, head)]) {
      expect(responseFaults(response)).toEqual([])
    }
  })

  it('nor with the events of a stored response, told again', () => {
    const encoder = server.replyEncoder(conversation, head)
    const last = eventsIn(encoder.write(everything) + encoder.end()).at(-1)!
    const again = eventsIn(replayResponse(last['response'] as Json))
    for (const event of again) {
      expect(eventFaults(event), JSON.stringify(event)).toEqual([])
    }
    expect(again.at(-1)!['response']).toEqual(last['response'])
  })
})
