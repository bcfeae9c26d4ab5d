import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { ReplyEvent } from '../../../app/conversation/events.ts'
import { openaiChat } from '../../../app/dialects/openai-chat/index.ts'
import { chatCompletionRequest } from '../../../app/dialects/openai-chat/wire.ts'
import { GatewayError } from '../../../app/errors.ts'
import { call, ending, head, more, text } from './conversations.ts'

const { server } = openaiChat

/** OpenAI's own client in front of a model that says these events; an error breaks the stream off. */
function sdk(events: ReplyEvent[], broken?: GatewayError): OpenAI {
  return new OpenAI({
    apiKey: 'k',
    baseURL: 'http://gateway.example/v1',
    maxRetries: 0,
    fetch: async (_, init) => {
      const body = chatCompletionRequest.parse(JSON.parse(String(init?.body)))
      const encoder = server.replyEncoder(server.decodeRequest(body), head)
      const written = events.map((event) => encoder.write([event])).join('')
      return new Response(written + (broken ? encoder.fail(broken) : encoder.end()), {
        headers: { 'content-type': 'text/event-stream' },
      })
    },
  })
}

const request = {
  model: 'm',
  messages: [{ role: 'user' as const, content: 'hi' }],
  stream: true as const,
  stream_options: { include_usage: true },
}

describe('the openai SDK', () => {
  it('puts a streamed answer together', async () => {
    const events: ReplyEvent[] = [
      { type: 'reply-start' },
      ...text(0, 'Let me ', 'look.'),
      call(1, 'a', 'first'),
      more(1, '{"x"'),
      call(2, 'b', 'second'),
      more(1, ':1}'),
      ending({ reason: 'tool-use' }),
    ]
    const completion = await sdk(events).chat.completions.stream(request).finalChatCompletion()
    const made = (name: string, words: string) => ({ name, arguments: words })
    expect(completion).toMatchObject({
      id: head.id,
      model: head.model,
      choices: [
        {
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: 'Let me look.',
            tool_calls: [
              { id: 'a', type: 'function', function: made('first', '{"x":1}') },
              { id: 'b', type: 'function', function: made('second', '{}') },
            ],
          },
        },
      ],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    })
  })

  it('hears of a stream that broke', async () => {
    const error = new GatewayError('rate-limit', 'Slow down.')
    const client = sdk([{ type: 'reply-start' }, ...text(0, 'a')], error)
    const read = async () => {
      for await (const _ of await client.chat.completions.create(request));
    }
    await expect(read()).rejects.toThrow('Slow down.')
  })
})
