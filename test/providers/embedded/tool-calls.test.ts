import { describe, expect, it } from 'vitest'
import type { FunctionTool, Turn } from '../../../app/conversation/conversation.ts'
import { ask, calls, localTime, say, user, weather } from './asking.ts'

const tools = [weather, localTime]

describe('tools', () => {
  it('are called when the text speaks of them', async () => {
    const asked = { text: 'What is the weather in Paris, in fahrenheit?', tools }
    expect(await calls(asked)).toEqual([['get_weather', { city: 'Paris', unit: 'fahrenheit' }]])
    expect((await ask(asked)).end.reason).toBe('tool-use')
  })

  it('are called by their description when no name is near', async () => {
    expect(await calls({ text: 'Look at the clock in Lima', tools })).toEqual([
      ['getLocalTime', { place: 'Lima' }],
    ])
  })

  it('are called when the text asks for any', async () => {
    expect(await calls({ text: 'Please use one of your tools for Oslo.', tools })).toEqual([
      ['get_weather', { city: 'Oslo' }],
    ])
  })

  it('are left alone when nothing speaks of them, which the answer says', async () => {
    expect(await calls({ text: 'Tell me about yourself', tools })).toEqual([])
    expect(await say({ text: 'Tell me about yourself', tools })).toContain(
      'Of the 2 tools on offer (get_weather, getLocalTime) your words called for none.',
    )
  })

  it('are called side by side, each thing going to one call', async () => {
    const text = 'The weather in San Francisco, Tokyo and Paris, and the local time in Oslo?'
    expect(await calls({ text, tools })).toEqual([
      ['get_weather', { city: 'San Francisco' }],
      ['get_weather', { city: 'Tokyo' }],
      ['get_weather', { city: 'Paris' }],
      ['getLocalTime', { place: 'Oslo' }],
    ])
  })

  it('are called one at a time when the caller wants that', async () => {
    const settings = { parallelToolCalls: false }
    const text = 'The weather in Rome and Paris, and the time in Oslo?'
    expect(await calls({ text, tools, settings })).toEqual([['get_weather', { city: 'Rome' }]])
  })

  it('get ids that differ between calls and turns and are the same each time', async () => {
    const text = 'The weather in Rome, Rome and Rome'
    const ids = async (turns: Turn[]) =>
      (await ask({ turns, tools })).parts.map((part) => part.type === 'tool-call' && part.id)
    const first = await ids([user(text)])
    const later = await ids([user('Hi'), user(text)])
    expect(new Set([...first, ...later]).size).toBe(6)
    expect(await ids([user(text)])).toEqual(first)
  })

  it('without a schema get an empty object', async () => {
    const ping: FunctionTool = { type: 'function', name: 'ping' }
    expect(await calls({ text: 'ping', tools: [ping] })).toEqual([['ping', {}]])
  })

  it('of the platform are not called', async () => {
    const search = { type: 'system' as const, name: 'web_search' }
    expect(await calls({ text: 'web search', tools: [search] })).toEqual([])
  })

  it('that many share a word of are not all called', async () => {
    const many = ['list', 'create', 'close'].map(
      (verb): FunctionTool => ({ type: 'function', name: `github_${verb}_issue` }),
    )
    expect(await calls({ text: 'close the github issue', tools: many })).toEqual([
      ['github_close_issue', {}],
    ])
  })
})

describe('a tool choice', () => {
  it('of none is kept', async () => {
    const asked = { text: 'The weather in Paris', tools, toolChoice: { type: 'none' as const } }
    expect(await calls(asked)).toEqual([])
    expect(await say(asked)).not.toContain('on offer')
  })

  it('of required makes a call of whatever there is', async () => {
    const toolChoice = { type: 'required' as const }
    expect(await calls({ text: 'Hello', tools, toolChoice })).toEqual([
      ['get_weather', { city: 'Hello' }],
    ])
    expect(await calls({ text: 'The local time in Paris', tools, toolChoice })).toEqual([
      ['getLocalTime', { place: 'Paris' }],
    ])
  })

  it('of one tool calls that one', async () => {
    const toolChoice = { type: 'tool' as const, name: 'getLocalTime' }
    expect(await calls({ text: 'The weather in Paris', tools, toolChoice })).toEqual([
      ['getLocalTime', { place: 'Paris' }],
    ])
  })

  // Instructor asks so for an iterable.
  it('of a tool that requires nothing says something all the same', async () => {
    const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const listed = { type: 'array', items: { $ref: '#/$defs/City' } }
    const schema = { type: 'object', $defs: { City: city }, properties: { tasks: listed } }
    const iterable: FunctionTool = { type: 'function', name: 'IterableCity', schema }
    const toolChoice = { type: 'tool' as const, name: 'IterableCity' }
    expect(await calls({ text: 'Tell of Paris', tools: [iterable], toolChoice })).toEqual([
      ['IterableCity', { tasks: [{ city: 'Paris' }] }],
    ])
    const output = { type: 'json-schema' as const, name: 'IterableCity', schema }
    expect(await say({ text: 'Tell of Paris', output })).toBe('{"tasks":[{"city":"Paris"}]}')
  })

  it('of a tool that is not there is refused', async () => {
    const toolChoice = { type: 'tool' as const, name: 'nothing' }
    await expect(ask({ text: 'Hi', tools, toolChoice })).rejects.toMatchObject({
      code: 'invalid-request',
      param: 'tool_choice',
    })
  })
})

describe('a tool result', () => {
  const turns = (isError?: boolean): Turn[] => [
    user('The weather in Paris?'),
    {
      role: 'assistant',
      parts: [{ type: 'tool-call', id: 'call-1', name: 'get_weather', arguments: '{}' }],
    },
    {
      role: 'user',
      parts: [
        {
          type: 'tool-result',
          callId: 'call-1',
          isError,
          content: [{ type: 'text', text: '{"celsius": 21}' }],
        },
      ],
    },
  ]

  it('is answered from, with the question and the label', async () => {
    expect(await say({ turns: turns(), tools })).toBe(
      'This is Outcrop\'s embedded model: no AI has read your request, these sentences are made from it by fixed rules. You asked: “The weather in Paris?” The tool get_weather answered: “{"celsius": 21}”.',
    )
  })

  it('that failed is told as a failure', async () => {
    expect(await say({ turns: turns(true), tools })).toContain(
      'The tool get_weather failed: “{"celsius": 21}”.',
    )
  })

  it('may be given as several turns', async () => {
    const [question, called, result] = turns()
    const two = [question!, called!, result!, result!]
    expect((await say({ turns: two, tools })).match(/get_weather answered/g)).toHaveLength(2)
  })

  it('fills structured output', async () => {
    const schema = {
      type: 'object',
      properties: { celsius: { type: 'number' } },
      required: ['celsius'],
    }
    const text = await say({ turns: turns(), output: { type: 'json-schema', schema } })
    expect(JSON.parse(text)).toEqual({ celsius: 21 })
  })

  it('is answered by another call when the caller requires one', async () => {
    const asked = { turns: turns(), tools: [weather] }
    const again = await calls({ ...asked, toolChoice: { type: 'required' } })
    expect(again).toEqual([['get_weather', { city: 'Paris', unit: 'celsius' }]])
  })

  it('leads on to the tools not called yet when the caller requires calls', async () => {
    // How agents ask whose answer is itself a tool: a call is required until that one is made.
    const answer: FunctionTool = {
      type: 'function',
      name: 'json',
      description: 'Respond with a JSON object.',
      schema: {
        type: 'object',
        properties: { celsius: { type: 'number' } },
        required: ['celsius'],
      },
    }
    const asked = { turns: turns(), tools: [weather, answer] }
    expect(await calls({ ...asked, toolChoice: { type: 'required' } })).toEqual([
      ['json', { celsius: 21 }],
    ])
  })

  it('no longer counts when the user has asked something else', async () => {
    const more: Turn[] = [
      ...turns(),
      { role: 'assistant', parts: [{ type: 'text', text: '21 degrees.' }] },
      user('And the local time in Rome?'),
    ]
    expect(await calls({ turns: more, tools })).toEqual([['getLocalTime', { place: 'Rome' }]])
  })
})
