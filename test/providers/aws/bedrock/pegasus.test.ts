import { EventStreamCodec } from '@smithy/core/event-streams'
import { describe, expect, it } from 'vitest'
import type {
  Conversation,
  MediaPart,
  Part,
  Turn,
} from '../../../../app/conversation/conversation.ts'
import { GatewayError } from '../../../../app/errors.ts'
import { traitsOf } from '../../../../app/providers/aws/bedrock/families/index.ts'
import { pegasusLane } from '../../../../app/providers/aws/bedrock/pegasus/lane.ts'
import { encodeFrame } from '../../../fakes/fake-bedrock-frames.ts'
import { plainCard } from '../../../fakes/plain-card.ts'

const { client } = pegasusLane
const id = 'twelvelabs.pegasus-1-2-v1:0'
const card = plainCard({
  id,
  provider: 'aws',
  owner: 'TwelveLabs',
  input: ['text', 'video'],
  traits: traitsOf(id),
})

const text = (words: string): Part => ({ type: 'text', text: words })
const video: MediaPart = {
  type: 'video',
  source: { kind: 'base64', data: 'AAAA' },
  mediaType: 'video/mp4',
}
const user = (...parts: Part[]): Turn => ({ role: 'user', parts })

const conversation = (more: Partial<Conversation> = {}): Conversation => ({
  model: id,
  system: [],
  turns: [user(text('What happens?'), video)],
  tools: [],
  settings: {},
  stream: false,
  ...more,
})

const encode = (more?: Partial<Conversation>) => client.encodeRequest(conversation(more), card)

function refusal(more: Partial<Conversation>): { code: string; param: string | undefined } {
  try {
    encode(more)
  } catch (thrown) {
    if (thrown instanceof GatewayError) return { code: thrown.code, param: thrown.param }
  }
  throw new Error('nothing was refused')
}

describe('a request', () => {
  it('is one text and one video', () => {
    expect(encode()).toEqual({
      body: { inputPrompt: 'What happens?', mediaSource: { base64String: 'AAAA' } },
      ignored: [],
    })
  })

  it('names a video in S3', () => {
    const source = { kind: 's3', uri: 's3://b/v.mp4', bucketOwner: '123456789012' } as const
    expect(encode({ turns: [user({ ...video, source }, text('What?'))] }).body).toMatchObject({
      mediaSource: { s3Location: { uri: 's3://b/v.mp4', bucketOwner: '123456789012' } },
    })
  })

  it('carries temperature, length and form, and names what it cannot carry', () => {
    const schema = { type: 'object' }
    const settings = { temperature: 1.5, maxTokens: 9000, topP: 0.5, seed: 1, serviceTier: 'flex' }
    const { body, ignored } = encode({
      settings,
      output: { type: 'json-schema', name: 'film', schema },
      reasoning: { effort: 'low', param: 'reasoning_effort' },
      dialectOnly: ['suffix'],
      extraFields: { future: 1 },
    })
    expect(body).toEqual({
      future: 1,
      inputPrompt: 'What happens?',
      mediaSource: { base64String: 'AAAA' },
      temperature: 1,
      maxOutputTokens: 4096,
      responseFormat: { type: 'json_schema', jsonSchema: { name: 'film', schema } },
    })
    expect(ignored.toSorted()).toEqual([
      'maxTokens',
      'reasoning_effort',
      'seed',
      'suffix',
      'temperature',
      'topP',
    ])
  })

  it('tells instructions and earlier turns in the words of its question', () => {
    const turns: Turn[] = [
      user(video, text('Who is it?')),
      { role: 'assistant', parts: [text('A cat.')] },
      { role: 'system', parts: [text('In French.')] },
      user(text('What colour?')),
    ]
    const { body } = encode({ system: [text('Be brief.')], turns })
    expect((body as { inputPrompt: string }).inputPrompt).toBe(
      'Be brief.\n\nIn French.\n\nUser: Who is it?\n\nAssistant: A cat.\n\nUser: What colour?',
    )
  })

  it.each<[string, Partial<Conversation>, string, string]>([
    ['no video', { turns: [user(text('Hi'))] }, 'invalid-request', 'messages'],
    [
      'no video, its place known',
      { turns: [{ ...user(text('Hi')), param: 'prompt' }] },
      'invalid-request',
      'prompt',
    ],
    [
      'two videos',
      { turns: [user(text('Hi'), video, { ...video, param: 'prompt[2]' })] },
      'invalid-request',
      'prompt[2]',
    ],
    ['no text', { turns: [user(video, text(' '))] }, 'invalid-request', 'messages'],
    [
      'a picture',
      { turns: [user(text('Hi'), video, { ...video, type: 'image', param: 'messages[0]' })] },
      'unsupported-parameter',
      'messages[0]',
    ],
    ['tools', { tools: [{ type: 'function', name: 'f' }] }, 'unsupported-parameter', 'tools'],
    ['a search', { webSearch: {} }, 'unsupported-parameter', 'web_search_options'],
  ])('is refused with %s', (_, more, code, param) => {
    expect(refusal(more)).toEqual({ code, param })
  })
})

describe('a whole answer', () => {
  it('is its message, and counted by AWS where AWS counts', () => {
    expect(client.decodeReply({ message: 'A cat.', finishReason: 'stop' })).toEqual({
      parts: [{ type: 'text', text: 'A cat.' }],
      end: { reason: 'end-turn', usage: { input: 0, output: 2, estimated: true } },
    })
  })

  it('tells that it was cut off, and that a guardrail stepped in', () => {
    expect(client.decodeReply({ message: '', finishReason: 'length' }).end.reason).toBe(
      'max-tokens',
    )
    const blocked = { message: 'No.', 'amazon-bedrock-guardrailAction': 'INTERVENED' }
    expect(client.decodeReply(blocked).end).toMatchObject({
      reason: 'content-filter',
      guardrail: { intervened: true },
    })
  })

  it('is none without a message', () => {
    expect(() => client.decodeReply({})).toThrow(GatewayError)
  })
})

const chunk = (piece: object) => ({
  event: 'chunk',
  payload: { bytes: Buffer.from(JSON.stringify(piece)).toString('base64') },
})
const METRICS = { inputTokenCount: 0, outputTokenCount: 7 }
const LAST = { message: '', stopReason: 'stop', 'amazon-bedrock-invocationMetrics': METRICS }

const bytesOf = (...frames: Parameters<typeof encodeFrame>[0][]) =>
  Buffer.concat(frames.map(encodeFrame))

describe('a streamed answer', () => {
  const whole = bytesOf(
    chunk({ message: 'A ', stopReason: '' }),
    chunk({ message: 'cat 🐈.', stopReason: '' }),
    chunk(LAST),
  )

  it.each([1, 7, 4096])('is the same in pieces of %i bytes', (size) => {
    const decoder = client.replyDecoder()
    const events = []
    for (let at = 0; at < whole.length; at += size) {
      events.push(...decoder.read(whole.subarray(at, at + size)))
    }
    events.push(...decoder.end())
    expect(events).toEqual([
      { type: 'reply-start' },
      { type: 'part-start', index: 0, part: { type: 'text' } },
      { type: 'part-delta', index: 0, text: 'A ' },
      { type: 'part-delta', index: 0, text: 'cat 🐈.' },
      { type: 'part-end', index: 0 },
      { type: 'reply-end', reason: 'end-turn', usage: { input: 0, output: 7 } },
    ])
  })

  it('ends by its reason alone where nobody counted', () => {
    const decoder = client.replyDecoder()
    decoder.read(bytesOf(chunk({ message: 'A cat', finishReason: 'length' })))
    expect(decoder.end().at(-1)).toEqual({
      type: 'reply-end',
      reason: 'max-tokens',
      usage: { input: 0, output: 2, estimated: true },
    })
  })

  it('has not ended when it only stopped coming', () => {
    const decoder = client.replyDecoder()
    decoder.read(bytesOf(chunk({ message: 'A cat', stopReason: '' })))
    expect(() => decoder.end()).toThrow('before its answer was complete')
  })

  it('breaks where AWS says so, after what was said', () => {
    const decoder = client.replyDecoder()
    const exception = { exception: 'throttlingException', payload: { message: 'slow down' } }
    expect(decoder.read(bytesOf(chunk({ message: 'A' }), exception))).toHaveLength(3)
    expect(decoder.failure?.()).toBeInstanceOf(GatewayError)
    expect(() => decoder.end()).toThrow(GatewayError)
  })

  it('is damaged where a piece cannot be read', () => {
    const codec = new EventStreamCodec(String, (words) => new TextEncoder().encode(words))
    const broken = codec.encode({
      headers: {
        ':message-type': { type: 'string', value: 'event' },
        ':event-type': { type: 'string', value: 'chunk' },
      },
      body: new TextEncoder().encode('{"bytes":"e30"'),
    })
    expect(() => client.replyDecoder().read(broken)).toThrow('damaged')
  })
})
