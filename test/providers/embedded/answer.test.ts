import { describe, expect, it } from 'vitest'
import type { MediaPart, Turn } from '../../../app/conversation/conversation.ts'
import { countTokens } from '../../../app/providers/embedded/tokens.ts'
import { ask, say, user, weather } from './asking.ts'

const onePixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

describe('an embedded answer', () => {
  it('says whose it is and restates the request', async () => {
    expect(await ask({ text: 'Why is the sky blue?' })).toEqual({
      model: 'any-model',
      parts: [
        {
          type: 'text',
          text: "This is Outcrop's embedded model: no AI has read your request, these sentences are made from it by fixed rules. You asked: “Why is the sky blue?” Configure AWS, and the same request is answered by a model on Amazon Bedrock.",
        },
      ],
      end: { reason: 'end-turn', usage: { input: 9, output: 60 } },
    })
  })

  it('is the same for the same request', async () => {
    const asked = { text: 'The weather in Oslo, please', tools: [weather] }
    expect(await ask(asked)).toEqual(await ask(asked))
  })

  it('varies its opening with the seed only, and always names the embedded model', async () => {
    const seeds = [undefined, 0, 1, 2, 3, -1, 1.5]
    const answers = await Promise.all(
      seeds.map((seed) => say({ text: 'Hi', settings: { seed, temperature: 1 } })),
    )
    expect(new Set(answers).size).toBe(3)
    expect(answers[0]).toBe(answers[1])
    expect(answers.every((answer) => answer.includes("Outcrop's embedded model"))).toBe(true)
  })

  it('counts what went before', async () => {
    const turns: Turn[] = [
      user('Hello'),
      { role: 'assistant', parts: [{ type: 'text', text: 'Hello!' }] },
      user('And now?'),
    ]
    const system = [{ type: 'text' as const, text: 'Be very brief.' }]
    expect(await say({ turns, system })).toContain(
      'You asked: “And now?” 2 turns went before, and a system prompt of 3 words applies.',
    )
  })

  it('shortens a long request at a word', async () => {
    const answer = await say({ text: 'word '.repeat(100_000) })
    expect(answer).toContain(`“${'word '.repeat(39)}word…”`)
  })

  it('tells the language where it is plain', async () => {
    const languages = [
      'Wie ist das Wetter und was ist zu tun?',
      'Quel est le temps dans les Alpes, et pour vous ?',
      'パリの天気は？',
      'What is the weather?',
    ].map(async (text) => /It looks like (\w+)/.exec(await say({ text }))?.[1])
    expect(await Promise.all(languages)).toEqual(['German', 'French', 'Japanese', undefined])
  })

  it('says so when there is nothing to restate', async () => {
    expect(await say({ turns: [] })).toContain('Your message holds no text.')
  })

  it('ignores a prefilled answer when it looks for the question', async () => {
    const prefill: Turn = { role: 'assistant', parts: [{ type: 'text', text: 'Sure:' }] }
    expect(await say({ turns: [user('One?'), prefill] })).toContain('You asked: “One?”')
  })
})

describe('what a client tells beside the question', () => {
  const reminder = '<system-reminder>\nThe tool get_weather tells the weather.\n</system-reminder>'
  const text = (words: string) => ({ type: 'text' as const, text: words })

  it('is not taken for the question, nor for a call of tools', async () => {
    const turns: Turn[] = [{ role: 'user', parts: [text(reminder), text('Hello!')] }]
    const { parts } = await ask({ turns, tools: [weather] })
    expect(parts).toEqual([text(expect.stringContaining('You asked: “Hello!”'))])
  })

  it('does not hide the question that went before it', async () => {
    const turns: Turn[] = [user('Hello!'), { role: 'user', parts: [text(reminder)] }]
    expect(await say({ turns, tools: [weather] })).toContain('You asked: “Hello!”')
  })

  it('is the question where nothing else is said', async () => {
    expect(await say({ text: '<p class="one">Hello!</p>' })).toContain('You asked: “<p class=')
    const open = '<b>Hello</b> <i>there'
    expect(await say({ turns: [{ role: 'user', parts: [text('One?'), text(open)] }] })).toContain(
      'You asked: “One? <b>Hello</b> <i>there”',
    )
  })
})

describe('attachments', () => {
  const attached = async (...media: MediaPart[]) =>
    /With it came (.*?)\. Configure/.exec(await say({ turns: [user('Look', ...media)] }))?.[1]

  it('are described by what their bytes say', async () => {
    expect(
      await attached(
        { type: 'image', mediaType: 'image/jpeg', source: { kind: 'base64', data: onePixel } },
        {
          type: 'document',
          name: 'notes.txt',
          mediaType: 'text/plain',
          source: { kind: 'text', text: 'twelve chars' },
        },
        {
          type: 'audio',
          mediaType: 'audio/wav',
          source: { kind: 'base64', data: 'A'.repeat(4000) },
        },
      ),
    ).toBe(
      'an image (image/png, 1 x 1 pixels, 70 bytes), a document named notes.txt (text/plain, 12 bytes) and a recording (audio/wav, 3.0 KB)',
    )
  })

  it('are described by where they are when nobody has fetched them', async () => {
    expect(
      await attached(
        { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } },
        { type: 'video', mediaType: 'video/mp4', source: { kind: 's3', uri: 's3://b/v.mp4' } },
        { type: 'document', source: { kind: 'file', id: 'file-1' } },
      ),
    ).toBe(
      'an image (of unknown type, at https://example.com/a.png), a video (video/mp4, at s3://b/v.mp4) and a document (of unknown type, kept as file-1)',
    )
  })

  it('survive bytes that are no image', async () => {
    const image: MediaPart = {
      type: 'image',
      mediaType: 'image/png',
      source: { kind: 'base64', data: 'not base64!' },
    }
    expect(await attached(image)).toBe('an image (image/png)')
  })
})

describe('limits', () => {
  it('end the answer before the first stop sequence', async () => {
    const stopped = await ask({ text: 'Hi', settings: { stop: ['request', 'embedded', ''] } })
    expect(stopped.parts).toEqual([{ type: 'text', text: "This is Outcrop's " }])
    expect(stopped.end).toEqual({
      reason: 'stop-sequence',
      stopSequence: 'embedded',
      usage: { input: 4, output: 7 },
    })
  })

  it('leave nothing when the answer begins with a stop sequence', async () => {
    const stopped = await ask({ text: 'Hi', settings: { stop: ['This'] } })
    expect(stopped.parts).toEqual([])
    expect(stopped.end.usage.output).toBe(0)
  })

  it('end the answer after the tokens the caller allows', async () => {
    const cut = await ask({ text: 'Hi', settings: { maxTokens: 4 } })
    expect(cut).toEqual({
      model: 'any-model',
      parts: [{ type: 'text', text: 'This is Outcrop' }],
      end: { reason: 'max-tokens', usage: { input: 4, output: 4 } },
    })
  })

  it('end a call in the middle of its arguments', async () => {
    const cut = await ask({
      text: 'The weather in Oslo',
      tools: [weather],
      settings: { maxTokens: 7 },
    })
    expect(cut.parts).toMatchObject([
      { type: 'tool-call', name: 'get_weather', arguments: '{"city' },
    ])
    expect(cut.end).toMatchObject({ reason: 'max-tokens', usage: { output: 7 } })
  })

  it('let an answer end well that is as long as they allow', async () => {
    const { output } = (await ask({ text: 'Hi' })).end.usage
    const reply = await ask({ text: 'Hi', settings: { maxTokens: output } })
    expect(reply.end.reason).toBe('end-turn')
  })
})

describe('usage', () => {
  it('counts the answer as its text is counted', async () => {
    const { parts, end } = await ask({ text: 'Hi' })
    expect(end.usage.output).toBe(parts[0]?.type === 'text' && countTokens(parts[0].text))
  })

  it('grows with everything that is sent', async () => {
    const inputs = [
      { text: 'Hi' },
      { text: 'Hi there' },
      { text: 'Hi there', system: [{ type: 'text' as const, text: 'Be brief.' }] },
      {
        turns: [
          user('Hi', { type: 'image', source: { kind: 'base64', data: 'A'.repeat(400_000) } }),
        ],
      },
    ].map(async (asked) => (await ask(asked)).end.usage.input)
    expect(await Promise.all(inputs)).toEqual([4, 5, 8, 604])
  })

  it('of an image stays what models make of it, whatever size its header claims', async () => {
    const header = Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      Buffer.alloc(30, '0'),
    ])
    const data = header.toString('base64')
    const turns = [user('Hi', { type: 'image', source: { kind: 'base64', data } })]
    expect((await ask({ turns })).end.usage.input).toBe(1604)
  })
})

describe('structured output', () => {
  it('keeps the schema it is asked for', async () => {
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer' } },
      required: ['city', 'days'],
    }
    const text = await say({
      text: 'Plan 3 days in Lisbon',
      output: { type: 'json-schema', schema },
    })
    expect(JSON.parse(text)).toEqual({ city: 'Lisbon', days: 3 })
  })

  it('is an object that says whose it is when any JSON will do', async () => {
    const text = await say({ text: 'Hi', output: { type: 'json-object' } })
    expect(JSON.parse(text)).toEqual({
      provider: 'embedded',
      answer: expect.stringContaining('You asked: “Hi”'),
    })
  })
})
