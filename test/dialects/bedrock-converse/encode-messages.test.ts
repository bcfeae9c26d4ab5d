import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../app/conversation/conversation.ts'
import { LOST_RESULT } from '../../../app/conversation/repair.ts'
import { encodeRequest } from '../../../app/dialects/bedrock-converse/encode-request.ts'
import type { ConverseRequest } from '../../../app/dialects/bedrock-converse/wire.ts'
import type { ModelTraits } from '../../../app/ports/models.ts'
import {
  assistant,
  call,
  card,
  conversationOf,
  emptyConversation,
  look,
  part,
  result,
  user,
} from './cards.ts'

function encode(conversation: Conversation, traits?: ModelTraits) {
  const { body, ignored } = encodeRequest(conversation, card(traits))
  return { ...(body as ConverseRequest), ignored }
}

const system = (...words: string[]) => ({ role: 'system' as const, parts: words.map(part) })

describe('turns on the wire', () => {
  it('take turns, begin with the user and hold no blanks', () => {
    const turns = [assistant('Hi.'), user('a'), user(' '), user('b'), assistant(''), user('c')]
    expect(encode(conversationOf(...turns))).toEqual({
      messages: [
        { role: 'user', content: [{ text: 'Begin.' }] },
        { role: 'assistant', content: [{ text: 'Hi.' }] },
        { role: 'user', content: [{ text: 'a' }, { text: 'b' }, { text: 'c' }] },
      ],
      ignored: [],
    })
  })

  it('begin with a placeholder when there is a system prompt alone', () => {
    const conversation = emptyConversation({ system: [part('Tell a joke.')] })
    expect(encode(conversation)).toEqual({
      system: [{ text: 'Tell a joke.' }],
      messages: [{ role: 'user', content: [{ text: 'Begin.' }] }],
      ignored: [],
    })
  })

  it('end with the assistant where the model may go on from there, without trailing blanks', () => {
    const conversation = conversationOf(user('Count.'), assistant('One, \n'))
    expect(encode(conversation).messages?.at(-1)).toEqual({
      role: 'assistant',
      content: [{ text: 'One,' }],
    })
    expect(encode(conversation, { prefill: false }).messages?.slice(1)).toEqual([
      { role: 'assistant', content: [{ text: 'One, \n' }] },
      { role: 'user', content: [{ text: 'Continue.' }] },
    ])
  })

  it('fold system turns into the prompt in their order, or keep them where the model takes them', () => {
    const conversation = emptyConversation({
      system: [part('A')],
      turns: [user('Hi'), system('B', ' '), user('Ho')],
    })
    expect(encode(conversation)).toEqual({
      system: [{ text: 'A' }, { text: 'B' }],
      messages: [{ role: 'user', content: [{ text: 'Hi' }, { text: 'Ho' }] }],
      ignored: [],
    })
    expect(encode(conversation, { systemTurns: true }).messages).toEqual([
      { role: 'user', content: [{ text: 'Hi' }] },
      { role: 'system', content: [{ text: 'B' }] },
      { role: 'user', content: [{ text: 'Ho' }] },
    ])
  })

  it('tell the system prompt in the first turn where the model has none', () => {
    const conversation = emptyConversation({ system: [part('A')], turns: [user('Hi')] })
    expect(encode(conversation, { systemPrompt: false })).toEqual({
      messages: [{ role: 'user', content: [{ text: 'A' }, { text: 'Hi' }] }],
      ignored: [],
    })
  })

  it('never hold thoughts without a seal, nor any for models that think not', () => {
    const conversation = conversationOf(
      user('Hi'),
      assistant(
        { type: 'reasoning', text: 'mine' },
        { type: 'reasoning', text: '', signature: 'seal' },
        'Ho',
      ),
      user('Hm'),
    )
    expect(encode(conversation).messages?.[1]?.content).toEqual([
      { reasoningContent: { reasoningText: { text: '', signature: 'seal' } } },
      { text: 'Ho' },
    ])
    expect(encode(conversation, { reasoning: 'none' }).messages?.[1]?.content).toEqual([
      { text: 'Ho' },
    ])
  })

  it('name what they leave out', () => {
    const image = { type: 'image', source: { kind: 'base64', data: 'AAAA' } } as const
    const conversation = conversationOf(
      { ...user('Hi'), name: 'Ann' },
      assistant(
        { ...image, mediaType: 'image/png' },
        { type: 'native', dialect: 'anthropic-messages', value: { type: 'web_search_result' } },
        { ...call('s', 'web_search'), server: 'server_tool_use' },
        'Ho',
      ),
      user('Hm'),
    )
    const { messages, ignored } = encode(conversation)
    expect(messages?.[1]?.content).toEqual([{ text: 'Ho' }])
    expect(ignored).toEqual(['name', 'assistant image', 'web_search_result', 'web_search'])
  })
})

describe('calls and results on the wire', () => {
  it('carry arguments as objects whatever the history wrote', () => {
    const conversation = emptyConversation({
      turns: [
        user('q'),
        assistant(
          call('a', 'look', ''),
          call('b', 'look', '{"x":1'),
          call('c', 'look', '[1]'),
          call('d', 'look', '{"x":1}'),
        ),
        user(result('a', '1'), result('b', '2'), result('c', '3'), result('d', '4')),
      ],
      tools: [look],
    })
    const content = encode(conversation).messages?.[1]?.content
    expect(content?.map(({ toolUse }) => toolUse?.input)).toEqual([
      {},
      { arguments: '{"x":1' },
      { arguments: [1] },
      { x: 1 },
    ])
  })

  it('send results as JSON, text, images or documents, as they are', () => {
    const conversation = emptyConversation({
      turns: [
        user('q'),
        assistant(...['a', 'b', 'c', 'd', 'e'].map((id) => call(id))),
        user(
          result('a', ' {"x": 1} '),
          result('b', '[1]'),
          result('c', '{"id":12345678901234567890}'),
          result('d', '{"x":1}', {
            type: 'image',
            source: { kind: 'base64', data: 'AAAA' },
            mediaType: 'image/jpg',
          }),
          { ...result('e', ''), isError: true },
        ),
      ],
      tools: [look],
    })
    const content = encode(conversation).messages?.[2]?.content
    expect(content?.map(({ toolResult }) => toolResult)).toEqual([
      { toolUseId: 'a', content: [{ json: { x: 1 } }], status: 'success' },
      { toolUseId: 'b', content: [{ text: '[1]' }], status: 'success' },
      { toolUseId: 'c', content: [{ text: '{"id":12345678901234567890}' }], status: 'success' },
      {
        toolUseId: 'd',
        content: [{ text: '{"x":1}' }, { image: { format: 'jpeg', source: { bytes: 'AAAA' } } }],
        status: 'success',
      },
      { toolUseId: 'e', content: [{ text: '(no output)' }], status: 'error' },
    ])
  })

  it('let attachments follow the results where the model takes none inside', () => {
    const conversation = emptyConversation({
      turns: [
        user('q'),
        assistant(call('a')),
        user(
          result('a', {
            type: 'image',
            source: { kind: 'base64', data: 'AAAA' },
            mediaType: 'image/png',
          }),
          'well?',
        ),
      ],
      tools: [look],
    })
    expect(encode(conversation, { toolResultMedia: [] }).messages?.[2]?.content).toEqual([
      {
        toolResult: {
          toolUseId: 'a',
          content: [{ text: '(the image follows)' }],
          status: 'success',
        },
      },
      { image: { format: 'png', source: { bytes: 'AAAA' } } },
      { text: 'well?' },
    ])
  })

  it('leave out of results what only another dialect knows', () => {
    const odd = { type: 'native', dialect: 'anthropic-messages', value: { type: 'odd' } } as const
    const turns = [user('q'), assistant(call('a', 'look', '{}')), user(result('a', odd))]
    const { messages, ignored } = encode({ ...conversationOf(...turns), tools: [look] })
    expect([messages?.[2]?.content, ignored]).toEqual([
      [{ toolResult: { toolUseId: 'a', content: [{ text: '(no output)' }], status: 'success' } }],
      ['toolResult'],
    ])
  })

  it('answer every call and offer a stub for what the history called', () => {
    const conversation = conversationOf(user('q'), assistant(call('a', 'old.tool')), user('on'))
    expect(encode(conversation)).toEqual({
      messages: [
        { role: 'user', content: [{ text: 'q' }] },
        {
          role: 'assistant',
          content: [{ toolUse: { toolUseId: 'a', name: 'old_tool', input: {} } }],
        },
        {
          role: 'user',
          content: [
            { toolResult: { toolUseId: 'a', content: [{ text: LOST_RESULT }], status: 'error' } },
            { text: 'on' },
          ],
        },
      ],
      toolConfig: {
        tools: [
          {
            toolSpec: {
              name: 'old_tool',
              description: 'Not available any more. Do not call it.',
              inputSchema: { json: { type: 'object', properties: {} } },
            },
          },
        ],
      },
      ignored: [],
    })
  })

  it('make ids legal and different, and as long as the model wants them', () => {
    const long = `call_${'x'.repeat(80)}`
    const conversation = emptyConversation({
      turns: [
        user('q'),
        assistant(call(`${long}1`), call(`${long}2`), call('fc|1')),
        user(result(`${long}1`, 'a'), result(`${long}2`, 'b'), result('fc|1', 'c')),
      ],
      tools: [look],
    })
    for (const [traits, legal] of [
      [{}, /^[a-zA-Z0-9_.:-]{1,64}$/],
      [{ toolCallIdLength: 9 }, /^[a-zA-Z0-9]{9}$/],
    ] as const) {
      const [, asked, answered] = encode(conversation, traits).messages!
      const ids = asked!.content.map(({ toolUse }) => toolUse!.toolUseId)
      expect(answered!.content.map(({ toolResult }) => toolResult!.toolUseId)).toEqual(ids)
      expect(new Set(ids).size).toBe(3)
      for (const id of ids) expect(id).toMatch(legal)
    }
  })

  it('are found also where ids are so short that there are hardly enough, or not', () => {
    for (const [count, different] of [
      [20, 20],
      [100, 36],
    ] as const) {
      const calls = Array.from({ length: count }, (_, at) => call(`call_${at}`))
      const conversation = emptyConversation({
        turns: [user('q'), assistant(...calls), user(...calls.map(({ id }) => result(id, 'a')))],
        tools: [look],
      })
      const [, asked] = encode(conversation, { toolCallIdLength: 1 }).messages!
      const ids = new Set(asked!.content.map(({ toolUse }) => toolUse!.toolUseId))
      expect(ids.size).toBe(different)
    }
  })

  it('become words for models without tools', () => {
    const conversation = conversationOf(user('q'), assistant(call('a')), user(result('a', '1')))
    expect(encode(conversation, { tools: false })).toEqual({
      messages: [
        { role: 'user', content: [{ text: 'q' }] },
        { role: 'assistant', content: [{ text: '[called look with {}]' }] },
        { role: 'user', content: [{ text: '[result of look]' }, { text: '1' }] },
      ],
      ignored: [],
    })
  })
})
