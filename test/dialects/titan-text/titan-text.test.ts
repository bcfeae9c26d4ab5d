import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collect } from '../../../app/conversation/collect.ts'
import type { Conversation, Turn } from '../../../app/conversation/conversation.ts'
import type { Reply } from '../../../app/conversation/events.ts'
import { replay } from '../../../app/conversation/replay.ts'
import { titanText } from '../../../app/dialects/titan-text/index.ts'
import { titanTextRequest } from '../../../app/dialects/titan-text/wire.ts'
import { GatewayError } from '../../../app/errors.ts'
import { cutAt } from '../../fakes/bytes.ts'
import { encodeFrame } from '../../fakes/fake-bedrock-frames.ts'
import { plainCard } from '../../fakes/plain-card.ts'

const { client, server } = titanText
const HEAD = { id: '', created: 0, model: 'm' }
const card = plainCard({
  id: 'amazon.titan-text-express-v1',
  provider: 'aws',
  owner: 'Amazon',
  traits: { tools: false, systemPrompt: false },
})

const hear = (body: object) =>
  server.decodeRequest(titanTextRequest.parse({ model: 'm', ...body })) as Conversation
const plain = ({ turns }: Conversation) =>
  turns.map(({ role, parts }) => [
    role,
    parts.map((part) => (part.type === 'text' ? part.text : '')),
  ])
const said = (role: Turn['role'], text: string): Turn => ({ role, parts: [{ type: 'text', text }] })
const conversation = (turns: Turn[], more: Partial<Conversation> = {}): Conversation => ({
  model: 'm',
  system: [],
  turns,
  tools: [],
  settings: {},
  stream: false,
  ...more,
})

describe('a prompt', () => {
  it.each([
    ['User: Hello!\n\nBot:', [['user', ['Hello!']]]],
    [
      'User: Hi\nBot: Hello.\nUser: What now?\nand then?\nBot: \n',
      [
        ['user', ['Hi']],
        ['assistant', ['Hello.']],
        ['user', ['What now?\nand then?']],
      ],
    ],
    ['Tell me a joke', [['user', ['Tell me a joke']]]],
    ['User: a question without an end', [['user', ['User: a question without an end']]]],
    ['Ask the Bot:', [['user', ['Ask the Bot:']]]],
    ['Bot:', [['user', ['Bot:']]]],
  ])('is read in turns where it has their form: %j', (inputText, turns) => {
    expect(plain(hear({ inputText }))).toEqual(turns)
  })

  it('begins with a system prompt where words stand before the first turn', () => {
    const heard = hear({ inputText: 'Be brief.\n\nUser: Hi\nBot:' })
    expect(heard.system).toMatchObject([{ type: 'text', text: 'Be brief.' }])
    expect(plain(heard)).toEqual([['user', ['Hi']]])
  })

  it('goes out as it was written, whatever it holds', () => {
    const words = fc.constantFrom('User:', 'Bot:', ' ', '\n', 'Hi', 'x', 'Über', 'User: a', '\r\n')
    const texts = fc.array(words, { minLength: 1, maxLength: 12 }).map((all) => all.join(''))
    fc.assert(
      fc.property(texts, (inputText) => {
        expect(client.encodeRequest(hear({ inputText }), card).body).toEqual({ inputText })
      }),
      { examples: [['\r\nUser:\r\nBot:']] },
    )
  })

  it('is written anew where somebody changed it', () => {
    const heard = hear({ inputText: 'User:   Hi\n\nBot:' })
    const [turn] = heard.turns
    const changed = {
      ...heard,
      turns: [{ ...turn!, parts: [{ type: 'text' as const, text: 'Ho' }] }],
    }
    expect(client.encodeRequest(changed, card).body).toEqual({ inputText: 'User: Ho\nBot:' })
  })
})

describe('a request', () => {
  it('comes back as it was, members nobody knows included', () => {
    const body = {
      inputText: 'Hi',
      textGenerationConfig: {
        maxTokenCount: 5,
        temperature: 0,
        topP: 1,
        stopSequences: [],
        own: 1,
      },
      another: { a: 1 },
    }
    const heard = hear(body)
    expect(heard.settings).toEqual({ maxTokens: 5, temperature: 0, topP: 1 })
    expect(client.encodeRequest(heard, card)).toEqual({ body, ignored: [] })
  })

  it('of another dialect is written in the form of a conversation', () => {
    const turns = [said('user', 'Hi'), said('assistant', 'Hello.'), said('user', 'And now?')]
    const system = [{ type: 'text' as const, text: 'Be brief.' }]
    const asked = conversation(turns, { system, settings: { maxTokens: 9, stop: ['|'] } })
    const { body, ignored } = client.encodeRequest(asked, card)
    expect(body).toEqual({
      inputText: 'Be brief.\n\nUser: Hi\nBot: Hello.\nUser: And now?\nBot:',
      textGenerationConfig: { maxTokenCount: 9, stopSequences: ['|'] },
    })
    expect(ignored).toEqual([])
    const again = hear(body as object)
    expect(plain(again)).toEqual(plain(asked))
    expect(again.settings).toEqual(asked.settings)
  })

  it('names what Titan has nothing like, and spells out tool calls of the past', () => {
    const turns: Turn[] = [
      said('user', 'Weather?'),
      { role: 'assistant', parts: [{ type: 'tool-call', id: 'a', name: 'look', arguments: '{}' }] },
      {
        role: 'user',
        parts: [{ type: 'tool-result', callId: 'a', content: [{ type: 'text', text: 'Sun' }] }],
      },
    ]
    const tools = [{ type: 'function' as const, name: 'look' }]
    const asked = conversation(turns, { tools, settings: { seed: 1, frequencyPenalty: 0 } })
    const { body, ignored } = client.encodeRequest(asked, card)
    expect(body).toEqual({
      inputText: 'User: Weather?\nBot: [called look with {}]\nUser: [result of look]\nSun\nBot:',
    })
    expect(ignored).toEqual(['seed', 'tools'])
  })

  it.each([
    [{ toolChoice: { type: 'required' as const } }, 'tool_choice'],
    [
      {
        turns: [
          {
            role: 'user' as const,
            parts: [{ type: 'image' as const, source: { kind: 'base64' as const, data: '' } }],
          },
        ],
      },
      'messages',
    ],
  ])('is refused where it is about what Titan lacks: %j', (more, param) => {
    expect(() => client.encodeRequest(conversation([said('user', 'Hi')], more), card)).toThrow(
      expect.objectContaining({ code: 'unsupported-parameter', param }),
    )
  })
})

describe('an answer', () => {
  const reply: Reply = {
    parts: [{ type: 'text', text: 'Grüße "you"' }],
    end: { reason: 'max-tokens', usage: { input: 7, output: 3 } },
  }

  it('comes back as it was', () => {
    const wire = server.encodeReply([reply], conversation([]), HEAD)
    expect(wire).toEqual({
      inputTextTokenCount: 7,
      results: [{ tokenCount: 3, outputText: 'Grüße "you"', completionReason: 'LENGTH' }],
    })
    expect(client.decodeReply(wire)).toEqual(reply)
  })

  it('keeps a reason nobody knows, and what a guardrail did', () => {
    const wire = {
      inputTextTokenCount: 1,
      results: [
        { tokenCount: 2, outputText: 'x', completionReason: 'RAG_QUERY_WHEN_RAG_DISABLED' },
      ],
      'amazon-bedrock-guardrailAction': 'INTERVENED',
      'amazon-bedrock-trace': { guardrail: {} },
    }
    const decoded = client.decodeReply(wire)
    expect(decoded.end).toMatchObject({ reason: 'content-filter', guardrail: { intervened: true } })
    expect(server.encodeReply([decoded], conversation([]), HEAD)).toEqual(wire)
  })

  it('has words alone: thoughts and calls have no place', () => {
    const rich: Reply = {
      ...reply,
      parts: [
        { type: 'reasoning', text: 'Hm.' },
        { type: 'text', text: 'a' },
        { type: 'tool-call', id: 'c', name: 'f', arguments: '{}' },
        { type: 'refusal', text: 'b' },
      ],
    }
    expect(server.encodeReply([rich], conversation([]), HEAD)).toMatchObject({
      results: [{ outputText: 'ab' }],
    })
    const encoder = server.replyEncoder(conversation([]), HEAD)
    const text = encoder.write(replay(rich)) + encoder.end()
    const spoken = [...text.matchAll(/"outputText":"([^"]*)"/g)].map(([, word]) => word).join('')
    expect(spoken).toBe('ab')
  })

  it('streams to the same, cut at any byte', () => {
    const encoder = server.byteReplyEncoder!(conversation([]), HEAD)
    const bytes = Buffer.concat([
      ...replay(reply).map((event) => encoder.write([event])),
      encoder.end(),
    ])
    for (let cut = 1; cut < bytes.length; cut++) {
      const decoder = client.replyDecoder()
      const collector = collect()
      for (const piece of cutAt(bytes, [cut])) collector.add(decoder.read(piece))
      collector.add(decoder.end())
      expect(collector.reply()).toEqual(reply)
    }
  })

  it('breaks off where the stream does', () => {
    const open = client.replyDecoder()
    const bytes = Buffer.from(JSON.stringify({ outputText: 'x', index: 0 })).toString('base64')
    open.read(encodeFrame({ event: 'chunk', payload: { bytes } }))
    expect(() => open.end()).toThrow(expect.objectContaining({ code: 'stream-incomplete' }))
    const broken = client.replyDecoder()
    const exception = { exception: 'throttlingException', payload: { message: 'slow' } }
    expect(() => broken.read(encodeFrame(exception))).toThrow(
      expect.objectContaining({ code: 'rate-limit' }),
    )
    const encoder = server.replyEncoder(conversation([]), HEAD)
    expect(encoder.fail(new GatewayError('overloaded', 'Later.'))).toBe(
      'event: serviceUnavailableException\ndata: {"message":"Later."}\n\n',
    )
  })
})
