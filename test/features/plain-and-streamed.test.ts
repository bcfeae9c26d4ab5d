import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { FakeFrame } from '../fakes/fake-bedrock-frames.ts'
import { chunksOf, HELLO, type Json, MODELS, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

const page = (url: string) => ({ title: url, location: { web: { url } } })
const image = (bytes: string) => ({ image: { format: 'png', source: { bytes } } })

const RAN = 'server_tool_use'

/** Everything of which a message holds a list. Nova names sources in blocks of their own, Claude with their words. */
const CONTENT: Json[] = [
  {
    toolUse: { toolUseId: 's1', name: 'nova_grounding', input: { query: 'q' }, type: RAN },
  },
  {
    toolResult: {
      toolUseId: 's1',
      type: 'nova_grounding_result',
      status: 'success',
      content: [{ json: [{ url: 'https://a.example/' }] }],
    },
  },
  { text: 'It rains.' },
  { citationsContent: { citations: [page('https://a.example/')] } },
  { citationsContent: { citations: [page('https://b.example/')] } },
  { citationsContent: { content: [{ text: ' It pours.' }], citations: [page('https://c.test/')] } },
  image('QUJD'),
  image('REVG'),
  { toolUse: { toolUseId: 't1', name: 'first', input: { x: 1 } } },
  { toolUse: { toolUseId: 't2', name: 'second', input: {} } },
]

const USAGE = { inputTokens: 5, outputTokens: 2, totalTokens: 7 }
const REPLY = {
  output: { message: { role: 'assistant', content: CONTENT } },
  stopReason: 'tool_use',
  usage: USAGE,
}

const event = (name: string, payload: Json): FakeFrame => ({ event: name, payload })

/** The same as ConverseStream frames it: a block keeps its index. */
function framesOf(content: Json[]): FakeFrame[] {
  const blocks = content.flatMap((block, contentBlockIndex) => {
    const { starts, deltas } = piecesOf(block)
    return [
      ...starts.map((start) => event('contentBlockStart', { contentBlockIndex, start })),
      ...deltas.map((delta) => event('contentBlockDelta', { contentBlockIndex, delta })),
      event('contentBlockStop', { contentBlockIndex }),
    ]
  })
  return [
    event('messageStart', { role: 'assistant' }),
    ...blocks,
    event('messageStop', { stopReason: 'tool_use' }),
    event('metadata', { usage: USAGE }),
  ]
}

type Cited = { content?: Json[]; citations: Json[] }

function piecesOf(block: Json): { starts: Json[]; deltas: Json[] } {
  const [[kind, value]] = Object.entries(block) as [[string, Json]]
  const { input, content, source, ...start } = value
  const piece: Record<string, () => Json[]> = {
    text: () => [{ text: value }],
    toolUse: () => [{ toolUse: { input: JSON.stringify(input) } }],
    toolResult: () => [{ toolResult: content }],
    image: () => [{ image: { source } }],
    // Claude's come ahead of their words (recorded).
    citationsContent: () => {
      const { content: words = [], citations } = block['citationsContent'] as Cited
      return [...citations.map((citation) => ({ citation })), ...words]
    },
  }
  const hasStart = kind === 'toolUse' || kind === 'toolResult' || kind === 'image'
  return { starts: hasStart ? [{ [kind]: start }] : [], deltas: piece[kind]!() }
}

const FRAMES = framesOf(CONTENT)

/** Members of unions that were not chosen, as null: as good as absent in AWS's JSON. */
const WITH_NULLS = FRAMES.map((frame): FakeFrame => {
  if (!('event' in frame)) return frame
  const payload = frame.payload as Json
  const unions: Json = { text: null, toolUse: null, reasoningContent: null, citation: null }
  const delta = payload['delta'] && { ...unions, ...(payload['delta'] as Json) }
  return event(frame.event, delta ? { ...payload, delta } : payload)
})

/** What both clients and the plain request talk to. */
function open(frames = FRAMES) {
  const { app } = bedrock.open()
  const given = (body: string) =>
    bedrock.fake.script(body.includes('"stream":true') ? { frames } : { body: REPLY })
  const fetch = async (url: unknown, init: RequestInit = {}) => {
    bedrock.fake.forget()
    given(String(init.body))
    return app.request(new URL(String(url)).pathname, init)
  }
  const shared = { apiKey: 'none', maxRetries: 0, fetch: fetch as typeof globalThis.fetch }
  return {
    openai: new OpenAI({ ...shared, baseURL: 'http://localhost/v1' }),
    anthropic: new Anthropic({ ...shared, baseURL: 'http://localhost/anthropic' }),
    fetch,
  }
}

const TOOL = (name: string) => ({ type: 'function' as const, function: { name } })
const CHAT = {
  model: MODELS.nova,
  messages: HELLO as OpenAI.ChatCompletionMessageParam[],
  tools: ['nova_grounding', 'first', 'second'].map(TOOL),
}

/** `accumulate_delta` of OpenAI's client for Python: what has an index is merged by it, other lists come once. */
function accumulate(into: Json, delta: Json): Json {
  for (const [key, value] of Object.entries(delta)) {
    const before = into[key]
    if (Array.isArray(value)) into[key] = merged(before as Json[] | undefined, value)
    else if (typeof before === 'string' && key !== 'type') into[key] = before + value
    else if (typeof before === 'object' && before !== null)
      accumulate(before as Json, value as Json)
    else into[key] = value
  }
  return into
}

function merged(before: Json[] | undefined, list: Json[]): Json[] {
  if (!before && !list.some((element) => 'index' in element)) return list
  const all = before ?? []
  for (const { index, ...element } of list) {
    if (typeof index !== 'number') throw new Error('Expected list delta entry to have an `index`')
    all[index] = accumulate(all[index] ?? {}, element)
  }
  return all
}

const LISTS = ['annotations', 'images', 'server_tool_runs', 'tool_calls', 'content'] as const
const listsOf = (message: object) => LISTS.map((name) => (message as Json)[name])

describe('a streamed answer says what the plain one says', () => {
  it.each([
    ['as AWS frames it', FRAMES],
    ['with nulls', WITH_NULLS],
  ])('in chat, to OpenAI’s clients for JavaScript and for Python: %s', async (_, frames) => {
    const { openai, fetch } = open(frames)
    const plain = (await openai.chat.completions.create(CHAT)).choices[0]!.message
    expect(listsOf(plain).map((list) => (list as unknown[]).length)).toEqual([3, 2, 1, 2, 19])
    const final = await openai.chat.completions.stream(CHAT).finalChatCompletion()
    expect(JSON.parse(JSON.stringify(listsOf(final.choices[0]!.message)))).toEqual(listsOf(plain))
    const body = JSON.stringify({ ...CHAT, stream: true })
    const response = await fetch('http://localhost/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    const added = chunksOf(await response.text())
      .map((chunk) => (chunk['choices'] as { delta: Json }[])[0]!.delta)
      .reduce(accumulate, {})
    expect(listsOf(added)).toEqual(listsOf(plain))
  })

  it('in responses', async () => {
    const { openai } = open()
    const asked = { model: MODELS.nova, input: 'Hi', store: false }
    const plain = await openai.responses.create(asked)
    const final = await openai.responses.stream(asked).finalResponse()
    const withoutIds = (output: unknown) =>
      JSON.parse(JSON.stringify(output, (key, value) => (key === 'id' ? undefined : value)))
    const told = withoutIds(final.output).map(({ parsed_arguments: _, ...item }: Json) => item)
    expect(told).toMatchObject(withoutIds(plain.output))
    expect(told).toHaveLength(plain.output.length)
  })

  it('in messages', async () => {
    const { anthropic } = open()
    const asked = {
      model: MODELS.nova,
      max_tokens: 100,
      messages: [{ role: 'user' as const, content: 'Hi' }],
    }
    const plain = await anthropic.messages.create(asked)
    const final = await anthropic.messages.stream(asked).finalMessage()
    expect(plain.content.map(({ type }) => type)).toEqual([
      'server_tool_use',
      'web_search_tool_result',
      'text',
      'text',
      'tool_use',
      'tool_use',
    ])
    expect(final.content).toEqual(plain.content)
  })
})
