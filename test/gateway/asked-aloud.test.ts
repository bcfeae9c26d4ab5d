import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../app/conversation/conversation.ts'
import type { ReplyEvent } from '../../app/conversation/events.ts'
import { GatewayError } from '../../app/errors.ts'
import { askedAloud } from '../../app/gateway/operations/asked-aloud.ts'
import { greeter } from '../routes/openai/stage.ts'

const conversation = { model: 'm', turns: [], stream: false } as unknown as Conversation
const call = { requestId: 'r', signal: new AbortController().signal }
const end = { reason: 'end-turn', usage: { input: 1, output: 2 } } as const

const SAID: ReplyEvent[][] = [
  [{ type: 'reply-start' }, { type: 'part-start', index: 0, part: { type: 'reasoning' } }],
  [{ type: 'part-delta', index: 0, text: 'Hm.' }],
  [
    { type: 'part-end', index: 0 },
    { type: 'part-start', index: 1, part: { type: 'text' } },
    { type: 'part-delta', index: 1, text: 'Two ' },
    { type: 'part-delta', index: 1, text: 'words' },
  ],
  [{ type: 'part-delta', index: 1, text: '.' }],
  [
    { type: 'part-end', index: 1 },
    { type: 'part-start', index: 2, part: { type: 'tool-call', id: 'a', name: 'look' } },
    { type: 'part-delta', index: 2, text: '{"at":"it"}' },
    { type: 'part-end', index: 2 },
    { type: 'reply-end', ...end },
  ],
]

describe('a model that is asked aloud', () => {
  it('tells the words of its answer as they come, and gives the answer whole', async () => {
    const { chat, asked } = greeter(SAID)
    const heard: string[] = []
    const { reply } = await askedAloud(chat, (text) => heard.push(text)).reply(conversation, call)
    expect(heard).toEqual(['Two words', '.'])
    expect(reply).toEqual({
      parts: [
        { type: 'reasoning', text: 'Hm.' },
        { type: 'text', text: 'Two words.' },
        { type: 'tool-call', id: 'a', name: 'look', arguments: '{"at":"it"}' },
      ],
      end,
    })
    expect(asked[0]!.conversation.stream).toBe(true)
  })

  it('is the model itself where nobody listens', () => {
    const { chat } = greeter()
    expect(askedAloud(chat)).toBe(chat)
  })

  it('fails as a stream that breaks off', async () => {
    const { chat } = greeter(SAID.slice(0, 2))
    const answer = askedAloud(chat, () => {}).reply(conversation, call)
    await expect(answer).rejects.toThrow(GatewayError)
  })
})
