import { describe, expect, it } from 'vitest'
import type { Part } from '../../../app/conversation/conversation.ts'
import { replay } from '../../../app/conversation/replay.ts'
import { openaiResponses } from '../../../app/dialects/openai-responses/index.ts'
import { replayResponse } from '../../../app/dialects/openai-responses/stored-response.ts'
import { decoded, eventsIn, head, type Json } from './recorded.ts'

const { server } = openaiResponses

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

const PARTS: Part[] = [
  { type: 'reasoning', text: 'Hm', signature: 'sig' },
  { type: 'reasoning', text: '', redacted: 'QUJD' },
  run('s1', 'nova_code_interpreter', '{"code":"1+1"}'),
  result('s1'),
  run('s2', 'nova_grounding', '{"query":"rain"}'),
  result('s2'),
  { type: 'text', text: 'Rain.', citations: [{ url: 'https://a', title: 'A' }, { title: 'B' }] },
  { type: 'refusal', text: 'No.' },
  { type: 'image', source: { kind: 'base64', data: 'QUJD' }, mediaType: 'image/png' },
  call('c1', 'add', '{"a":1}'),
  call('c2', 'calc', '{"input":"4"}'),
]

/** The events of an answer as they were told, and as they are told again from what was kept. */
function told(reasoning?: Json) {
  const conversation = decoded({
    model: 'm',
    input: 'Hi',
    reasoning,
    tools: [
      { type: 'function', name: 'add' },
      { type: 'custom', name: 'calc' },
      { type: 'code_interpreter', container: { type: 'auto' } },
      { type: 'web_search' },
    ],
  })
  const encoder = server.replyEncoder(conversation, head)
  const end = { reason: 'tool-use', usage: { input: 1, output: 2 } } as const
  const live = eventsIn(encoder.write(replay({ parts: PARTS, end })) + encoder.end())
  const again = eventsIn(replayResponse(live.at(-1)!['response'] as Json))
  return { live, again }
}

describe('a stored response', () => {
  it.each([undefined, { summary: 'auto' }])(
    'is told again by the events it was told by (%o)',
    (reasoning) => {
      const { live, again } = told(reasoning)
      const types = (events: Json[]) => events.map(({ type }) => type)
      expect(types(again)).toEqual(types(live))
      // A response and an item that have only begun know less.
      const isTold = ({ item, response }: Json) => item === undefined && response === undefined
      expect(again.filter(isTold)).toEqual(live.filter(isTold))
      expect(again.at(-1)).toEqual(live.at(-1))
    },
  )
})
