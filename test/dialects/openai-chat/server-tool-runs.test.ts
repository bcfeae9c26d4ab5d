import type { ChatCompletionChunk } from 'openai/resources/chat/completions'
import { describe, expect, it } from 'vitest'
import type { Part } from '../../../app/conversation/conversation.ts'
import type { ReplyEvent } from '../../../app/conversation/events.ts'
import { bedrockConverse } from '../../../app/dialects/bedrock-converse/index.ts'
import { openaiChat } from '../../../app/dialects/openai-chat/index.ts'
import type { WireCompletion } from '../../../app/dialects/openai-chat/wire-reply.ts'
import { sharedJson, sharedRoot } from '../../fakes/shared.ts'
import { card } from '../bedrock-converse/cards.ts'
import { ending, head, heard, more, text } from './conversations.ts'
import { frames } from './sse-text.ts'

const ran: Part = {
  type: 'tool-call',
  id: 's1',
  name: 'nova_code_interpreter',
  arguments: '{"snippet":"6*7"}',
  server: 'server_tool_use',
}
const result: Part = {
  type: 'tool-result',
  callId: 's1',
  content: [{ type: 'text', text: '{"stdOut":"42"}' }],
  server: 'nova_code_interpreter_result',
}
const before: Part = { type: 'text', text: 'I compute. ' }
const after: Part = { type: 'text', text: 'It is 42.' }
const run = {
  id: 's1',
  type: 'server_tool_use',
  name: 'nova_code_interpreter',
  arguments: '{"snippet":"6*7"}',
  at: 11,
  result: {
    type: 'nova_code_interpreter_result',
    status: 'success',
    content: ['{"stdOut":"42"}'],
  },
}

/** The parts of an assistant's message as it comes back. */
function back(message: object): Part[] {
  const messages = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', ...message },
  ]
  return heard({ messages: [...messages, { role: 'user', content: 'And then?' }] }).turns[1]!.parts
}

describe('what the platform ran', () => {
  it('stands beside the answer, and comes back to its place', () => {
    const usage = { input: 1, output: 1 }
    const reply = {
      parts: [before, ran, result, after],
      end: { reason: 'end-turn', usage },
    } as const
    const answer = openaiChat.server.encodeReply(
      [{ ...reply, parts: [...reply.parts] }],
      heard(),
      head,
    ) as WireCompletion
    const { message } = answer.choices[0]!
    expect(message).toMatchObject({ content: 'I compute. It is 42.', server_tool_runs: [run] })
    expect(back(message)).toEqual([before, ran, result, after])
  })

  it('is told in a stream by deltas that hold all of it', () => {
    const events: ReplyEvent[] = [
      { type: 'reply-start' },
      ...text(0, 'I compute. '),
      {
        type: 'part-start',
        index: 1,
        part: {
          type: 'tool-call',
          id: 's1',
          name: 'nova_code_interpreter',
          server: 'server_tool_use',
        },
      },
      more(1, '{"snippet":'),
      more(1, '"6*7"}'),
      { type: 'part-end', index: 1 },
      { type: 'part-start', index: 2, part: { type: 'whole', part: result } },
      { type: 'part-end', index: 2 },
      ...text(3, 'It is 42.'),
      ending(),
    ]
    const encoder = openaiChat.server.replyEncoder(heard({ stream: true }), head)
    const all = frames(encoder.write(events) + encoder.end()).slice(0, -1) as ChatCompletionChunk[]
    const told = all
      .map((chunk) => chunk.choices[0]!.delta as { server_tool_runs?: unknown[] })
      .flatMap(({ server_tool_runs: runs }) => (runs ? [runs] : []))
    expect(told).toEqual([[run]])
    const content = 'I compute. It is 42.'
    expect(back({ content, server_tool_runs: told[0] })).toEqual([before, ran, result, after])
  })

  it('is left out where nobody saw its end', () => {
    const { result: _, ...running } = run
    expect(back({ content: 'So.', server_tool_runs: [running] })).toEqual([
      { type: 'text', text: 'So.' },
    ])
  })

  it('may stand alone, and behind the end of the text', () => {
    const late = { ...run, at: 999 }
    expect(back({ content: null, server_tool_runs: [late] })).toEqual([ran, result])
    expect(back({ content: 'So.', server_tool_runs: [late] })).toEqual([
      { type: 'text', text: 'So.' },
      ran,
      result,
    ])
  })
})

describe.skipIf(!sharedRoot())('a recorded run over two turns', () => {
  const FOLDER =
    'recordings/aws/Converse/us.amazon.nova-2-lite-v1-0__bedrock-model-with-code-execution-tool'
  interface Exchange {
    request: { body: { messages: { content: object[] }[] } }
    response: { body: unknown }
  }

  it('goes back as the recorded client sent it', () => {
    const first = sharedJson(`${FOLDER}-0-b466a2.json`) as Exchange
    const second = sharedJson(`${FOLDER}-1-29f000.json`) as Exchange
    const reply = bedrockConverse.client.decodeReply(first.response.body)
    const answer = openaiChat.server.encodeReply([reply], heard(), head) as WireCompletion
    const { message } = answer.choices[0]!
    const messages = [
      { role: 'user', content: 'What is 1234 * 5678?' },
      message,
      {
        role: 'tool',
        tool_call_id: message.tool_calls![0]!.id,
        content: 'Final result processed.',
      },
    ]
    const tools = [
      { type: 'function', function: { name: 'final_result', parameters: { type: 'object' } } },
      { type: 'function', function: { name: 'nova_code_interpreter' } },
    ]
    const { body } = bedrockConverse.client.encodeRequest(
      heard({ messages, tools }),
      card({ systemTools: ['nova_code_interpreter'] }),
    )
    const sent = body as { messages: { content: object[] }[] }
    const { content } = second.request.body.messages[1]!
    expect(sent.messages[1]!.content).toEqual(content)
  })
})
