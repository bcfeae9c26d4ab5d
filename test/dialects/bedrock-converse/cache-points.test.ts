import { describe, expect, it } from 'vitest'
import type { CachePointPart, Part } from '../../../app/conversation/conversation.ts'
import { assistant, call, encode, look, part, result, user } from './cards.ts'

const point: CachePointPart = { type: 'cache-point' }
const hour: CachePointPart = { type: 'cache-point', ttl: '1h' }
const cachePoint = { type: 'default' }
const file: Part = {
  type: 'document',
  source: { kind: 'base64', data: 'AAAA' },
  mediaType: 'text/csv',
  name: 'Table',
}
const document = { format: 'csv', name: 'Table', source: { bytes: 'AAAA' } }

const BOTH = ['5m', '1h'] as const
/** Of models that refuse points behind anything but words. */
const NOVA = { max: 4, ttls: ['5m'], tools: false, wordsOnly: true } as const

const contentOf = (...parts: (Part | string)[]) =>
  encode({ turns: [user(...parts)] }).body.messages?.[0]?.content

describe('cache points', () => {
  it('without a place are named', () => {
    const first = encode({ turns: [user(point, 'a')] })
    const system = encode({ system: [point, part('S')], turns: [user('a')] })
    const file0 = encode({ turns: [user('a'), assistant(call('c')), user(point, result('c'))] })
    expect([first.body.messages, first.ignored]).toEqual([
      [{ role: 'user', content: [{ text: 'a' }] }],
      ['cacheControl'],
    ])
    expect([system.body.system, system.ignored]).toEqual([[{ text: 'S' }], ['cacheControl']])
    // Behind the calls of the turn before there is one.
    expect(file0.ignored).toEqual([])
  })

  it('stand where the caller put them: tools, system, messages', () => {
    const { body, ignored } = encode({
      tools: [{ ...look, cachePoint: hour }],
      system: [part('S'), hour],
      turns: [user('a', point, 'b')],
    })
    const long = { cachePoint: { type: 'default', ttl: '1h' } }
    expect(body).toEqual({
      toolConfig: {
        tools: [{ toolSpec: { name: 'look', inputSchema: { json: look.schema } } }, long],
      },
      system: [{ text: 'S' }, long],
      messages: [{ role: 'user', content: [{ text: 'a' }, { cachePoint }, { text: 'b' }] }],
    })
    expect(ignored).toEqual([])
  })

  it('never stand first, twice, or behind a thought', () => {
    expect(contentOf(point, 'a', point, point)).toEqual([{ text: 'a' }, { cachePoint }])
    const { body } = encode({
      system: [point, part('S')],
      turns: [
        user('q'),
        assistant({ type: 'reasoning', text: '', signature: 's' }, point, 'a'),
        user(point, 'b'),
      ],
    })
    expect(body.system).toEqual([{ text: 'S' }])
    expect(body.messages?.slice(1)).toEqual([
      {
        role: 'assistant',
        content: [
          { reasoningContent: { reasoningText: { text: '', signature: 's' } } },
          { text: 'a' },
          { cachePoint },
        ],
      },
      { role: 'user', content: [{ text: 'b' }] },
    ])
  })

  it('make no turn: alone in one, they stand behind the turn before it', () => {
    const { body } = encode({
      turns: [
        user(point, ' '),
        user('a'),
        assistant('', point),
        user('b'),
        assistant('c'),
        user(' ', point),
        assistant('d'),
        user('e'),
      ],
    })
    expect(body.messages).toEqual([
      { role: 'user', content: [{ text: 'a' }, { cachePoint }, { text: 'b' }] },
      { role: 'assistant', content: [{ text: 'c' }, { cachePoint }, { text: 'd' }] },
      { role: 'user', content: [{ text: 'e' }] },
    ])
    expect(encode({ turns: [user('', point)] }).body.messages).toEqual([
      { role: 'user', content: [{ text: 'Begin.' }] },
    ])
    expect(encode({ turns: [user(point), assistant('a'), user('b')] }).body.messages?.[0]).toEqual({
      role: 'user',
      content: [{ text: 'Begin.' }],
    })
  })

  it('leave words that the model is to go on from without blanks at their end', () => {
    const { body } = encode({ turns: [user('q'), assistant('Rome is ', point)] })
    expect(body.messages?.[1]?.content).toEqual([{ text: 'Rome is' }, { cachePoint }])
  })

  it('have words between themselves and a document, so that it is cached', () => {
    const words = { text: 'See the attached document.' }
    expect(contentOf('a', file, point, 'b')).toEqual([
      { text: 'a' },
      { document },
      words,
      { cachePoint },
      { text: 'b' },
    ])
    expect(contentOf(file, point)).toEqual([{ document }, words, { cachePoint }])
  })

  it('are at most as many as the model takes, the oldest of the messages going first', () => {
    const { body, ignored } = encode(
      {
        system: [part('S'), point],
        turns: [user('a', point, 'b', point, 'c', point)],
      },
      { cachePoints: { max: 2, ttls: ['5m'], tools: false } },
    )
    expect(body).toEqual({
      system: [{ text: 'S' }, { cachePoint }],
      messages: [
        { role: 'user', content: [{ text: 'a' }, { text: 'b' }, { text: 'c' }, { cachePoint }] },
      ],
    })
    expect(ignored).toEqual(['cacheControl'])
  })

  it('live as long as the model allows, longer before shorter', () => {
    const turns = [user('a', hour, 'b', point, 'c', hour)]
    const { body, ignored } = encode({ turns })
    expect(body.messages?.[0]?.content.flatMap((block) => block.cachePoint ?? [])).toEqual([
      { type: 'default', ttl: '1h' },
      cachePoint,
      cachePoint,
    ])
    expect(ignored).toEqual(['cacheControl.ttl'])
    const short = encode({ turns }, { cachePoints: { max: 4, ttls: ['5m'], tools: true } })
    expect(short.body.messages?.[0]?.content[1]).toEqual({ cachePoint })
  })

  it('are one where two meet, of the longer of their lives', () => {
    const long = { cachePoint: { type: 'default', ttl: '1h' } }
    expect(contentOf('a', point, hour, 'b')).toEqual([{ text: 'a' }, long, { text: 'b' }])
    const { body, ignored } = encode({
      system: [part('S'), point, hour],
      turns: [user('q', point), assistant(hour, 'a')],
    })
    expect(body.system).toEqual([{ text: 'S' }, long])
    expect(body.messages).toEqual([
      { role: 'user', content: [{ text: 'q' }, long] },
      { role: 'assistant', content: [{ text: 'a' }] },
    ])
    expect(ignored).toEqual([])
    const late = encode({ system: [part('S'), point], turns: [user('a', point, hour)] })
    expect(late.body.messages?.[0]?.content).toEqual([{ text: 'a' }, { cachePoint }])
    expect(late.ignored).toEqual(['cacheControl.ttl'])
  })

  it('keep the longer life they were given once a shorter one before them is too many', () => {
    const turns = [user('a', point, 'b', hour, 'c', hour)]
    const { body, ignored } = encode({ turns }, { cachePoints: { ...NOVA, max: 2, ttls: BOTH } })
    const long = { cachePoint: { type: 'default', ttl: '1h' } }
    expect(body.messages?.[0]?.content).toEqual([
      { text: 'a' },
      { text: 'b' },
      long,
      { text: 'c' },
      long,
    ])
    expect(ignored).toEqual(['cacheControl'])
  })

  it('stand behind words alone where the model wants that, never in turns with calls or results', () => {
    const image: Part = {
      type: 'image',
      source: { kind: 'base64', data: 'AAAA' },
      mediaType: 'image/png',
    }
    const turns = [
      user('a', image, point, 'b'),
      assistant('c', call('1'), point),
      user(result('1', 'r'), point),
      assistant(point, 'd', point),
    ]
    const { body, ignored } = encode({ tools: [look], turns }, { cachePoints: NOVA })
    expect(
      body.messages?.map(({ content }) => content.map((block) => Object.keys(block)[0])),
    ).toEqual([
      ['text', 'image', 'text', 'cachePoint', 'text'],
      ['text', 'toolUse'],
      ['toolResult'],
      ['text', 'cachePoint'],
    ])
    expect(ignored).toEqual(['cacheControl'])
  })

  it('of a mere wish stand before calls and results where the model refuses them behind', () => {
    const { body, ignored } = encode(
      {
        tools: [look],
        turns: [user('a'), assistant(call('1')), user(result('1', 'r'))],
        settings: { promptCache: { key: 'k' } },
      },
      { cachePoints: NOVA },
    )
    expect(body.messages?.[0]?.content).toEqual([{ text: 'a' }, { cachePoint }])
    expect(body.messages?.at(-1)?.content).toHaveLength(1)
    expect(ignored).toEqual([])
  })

  it('are left out, visibly, where the model has no cache', () => {
    const { body, ignored } = encode(
      { tools: [{ ...look, cachePoint: point }], turns: [user('a', point)] },
      { cachePoints: false },
    )
    expect(body.messages).toEqual([{ role: 'user', content: [{ text: 'a' }] }])
    expect(body.toolConfig?.tools).toHaveLength(1)
    expect(ignored).toEqual(['cacheControl'])
  })

  it('are placed for a caller who only wishes to cache', () => {
    const asked = {
      tools: [look],
      system: [part('S')],
      turns: [user('a'), assistant('b'), user('c')],
      settings: { promptCache: { key: 'k', ttl: '1h' as const } },
    }
    const long = { cachePoint: { type: 'default', ttl: '1h' } }
    const { body } = encode(asked)
    expect(body.toolConfig?.tools.at(-1)).toEqual(long)
    expect(body.system).toEqual([{ text: 'S' }, long])
    expect(body.messages?.map(({ content }) => content.at(-1))).toEqual([
      { text: 'a' },
      { text: 'b' },
      long,
    ])
    const without = encode(asked, { cachePoints: false })
    expect([without.body.system, without.ignored]).toEqual([[{ text: 'S' }], ['promptCache']])
  })

  it('name the field that asked for a life the model does not know', () => {
    const asked = {
      system: [part('S')],
      turns: [user('q')],
      settings: { promptCache: { key: 'k', ttl: '1h' as const, param: 'prompt_cache_retention' } },
    }
    const short = encode(asked, { cachePoints: { max: 4, ttls: ['5m'], tools: false } })
    expect(short.ignored).toEqual(['prompt_cache_retention'])
    const without = encode(asked, { cachePoints: false })
    expect(without.ignored).toEqual(['promptCache', 'prompt_cache_retention'])
  })

  it('of the caller leave nothing to place: key and life are named unless a point lives as long', () => {
    const ignoredBeside = (mark: CachePointPart, ttl: '5m' | '1h') => {
      const promptCache = { key: 'k', ttl, param: 'prompt_cache_retention' }
      const { body, ignored } = encode({
        system: [part('S')],
        turns: [user('a', mark, 'b')],
        settings: { promptCache },
      })
      expect([body.system, body.messages?.[0]?.content.length]).toEqual([[{ text: 'S' }], 3])
      return ignored
    }
    expect(ignoredBeside(point, '1h')).toEqual(['promptCache', 'prompt_cache_retention'])
    expect(ignoredBeside(hour, '1h')).toEqual(['promptCache'])
    expect(ignoredBeside(point, '5m')).toEqual(['promptCache'])
  })

  it('are placed at the end beside those of a caller who wants that', () => {
    const turns = [user('a', point, 'b'), assistant('c'), user('d')]
    const promptCache = { ttl: '1h' as const, atEnd: true as const }
    const { body, ignored } = encode({ system: [part('S')], turns, settings: { promptCache } })
    expect(body.system).toEqual([{ text: 'S' }])
    expect(body.messages?.map(({ content }) => content)).toEqual([
      [{ text: 'a' }, { cachePoint }, { text: 'b' }],
      [{ text: 'c' }],
      [{ text: 'd' }, { cachePoint }],
    ])
    // A longer life may not follow a shorter one.
    expect(ignored).toEqual(['cacheControl.ttl'])
  })

  it('are not placed for a caller who places them explicitly', () => {
    const promptCache = { key: 'k', ttl: '1h' as const, param: 'p', explicit: true as const }
    const { body, ignored } = encode({ system: [part('S')], settings: { promptCache } })
    expect(body.system).toEqual([{ text: 'S' }])
    expect(ignored).toEqual(['promptCache', 'p'])
  })
})
