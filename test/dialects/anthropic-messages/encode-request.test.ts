import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../app/conversation/conversation.ts'
import {
  anthropicMessages,
  createAnthropicMessages,
} from '../../../app/dialects/anthropic-messages/index.ts'
import { messagesRequest } from '../../../app/dialects/anthropic-messages/wire.ts'
import type { ModelTraits } from '../../../app/ports/models.ts'
import { card, conversation, text } from './cards.ts'

const bedrock = createAnthropicMessages({ form: 'bedrock' })

function encode(more: Partial<Conversation>, traits: ModelTraits = {}) {
  return bedrock.client.encodeRequest(conversation(more), card('claude', traits))
}

/** As `encode`, for a body heard in the dialect. */
function pass(body: object, traits: ModelTraits = {}) {
  const whole = {
    model: 'm',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'hi' }],
    ...body,
  }
  const heard = anthropicMessages.server.decodeRequest(messagesRequest.parse(whole))
  return bedrock.client.encodeRequest(heard, card('claude', traits))
}

const frame = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 100 }
const hi = { role: 'user', content: [{ type: 'text', text: 'hi' }] }

describe('a conversation from another dialect', () => {
  it('has names for what only that dialect says', () => {
    expect(encode({ dialectOnly: ['moderation'] }).ignored).toEqual(['moderation'])
    expect(pass({ container: 'c' }).ignored).toEqual([])
  })

  it('is said in blocks', () => {
    expect(
      encode({
        system: [text('Be brief.'), { type: 'cache-point' }],
        tools: [{ type: 'function', name: 'f', description: ' ' }],
        toolChoice: { type: 'tool', name: 'f' },
        settings: { maxTokens: 100, temperature: 2, stop: ['', 'END'], seed: 1 },
        user: 'u',
      }),
    ).toEqual({
      body: {
        ...frame,
        system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
        messages: [hi],
        tools: [{ name: 'f', input_schema: { type: 'object', properties: {} } }],
        tool_choice: { type: 'tool', name: 'f' },
        temperature: 1,
        stop_sequences: ['END'],
        metadata: { user_id: 'u' },
      },
      ignored: ['temperature', 'seed'],
    })
  })

  it('is repaired: turns merge, calls are answered at once, unsealed thoughts and blanks go', () => {
    const { body } = encode({
      turns: [
        { role: 'user', parts: [text('a')] },
        { role: 'user', parts: [text(' '), text('b')] },
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', text: 'unsealed' },
            { type: 'reasoning', text: 'sealed', signature: 's' },
            { type: 'tool-call', id: 'functions.f:0', name: 'f', arguments: '' },
            { type: 'tool-call', id: 'functions.f:1', name: 'f', arguments: '{"a":' },
          ],
        },
        { role: 'user', parts: [{ type: 'tool-result', callId: 'functions.f:1', content: [] }] },
      ],
    })
    expect(body).toMatchObject({
      messages: [
        { role: 'user', content: [{ text: 'a' }, { text: 'b' }] },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'sealed', signature: 's' },
            { type: 'tool_use', id: 'functions_f_0', name: 'f', input: {} },
            { type: 'tool_use', id: 'functions_f_1', name: 'f', input: { arguments: '{"a":' } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'functions_f_1', content: [] },
            { type: 'tool_result', tool_use_id: 'functions_f_0', is_error: true },
          ],
        },
      ],
    })
  })

  it('names the tools its history called where it offers none', () => {
    const turns: Conversation['turns'] = [
      { role: 'user', parts: [text('a')] },
      { role: 'assistant', parts: [{ type: 'tool-call', id: 't', name: 'f', arguments: '{}' }] },
    ]
    expect(encode({ turns }).body).toMatchObject({
      tools: [{ name: 'f', input_schema: { type: 'object', properties: {} } }],
    })
  })

  it('offers a tool once, and no two of one name', () => {
    const bash = { type: 'system', name: 'bash' } as const
    const { body } = encode({ tools: [bash, { ...bash, kind: 'bash_20250124' }] })
    expect(body).toMatchObject({ tools: [{ type: 'bash_20250124', name: 'bash' }] })
    expect(() => encode({ tools: [bash, { type: 'function', name: 'bash' }] })).toThrow(
      expect.objectContaining({ code: 'invalid-request', param: 'tools' }),
    )
  })

  it('names its tools legally, and the answer names them back', () => {
    const { body, undo } = encode({
      tools: [
        { type: 'function', name: 'a.b', schema: { type: 'string' } },
        { type: 'function', name: 'a_b', schema: { properties: {} } },
      ],
    })
    expect(body).toMatchObject({
      tools: [
        {
          name: 'a_b_2',
          input_schema: { type: 'object', properties: { value: { type: 'string' } } },
        },
        { name: 'a_b', input_schema: { type: 'object', properties: {} } },
      ],
    })
    const reply = bedrock.client.decodeReply(
      {
        content: [{ type: 'tool_use', id: 't', name: 'a_b_2', input: { value: 'x' } }],
        stop_reason: 'tool_use',
        usage: { input_tokens: 1, output_tokens: 2 },
      },
      undo,
    )
    expect(reply.parts).toEqual([{ type: 'tool-call', id: 't', name: 'a.b', arguments: '"x"' }])
  })

  it('asks for JSON by schema, by a hidden tool, or in words', () => {
    const output = { type: 'json-schema', schema: { type: 'object' } } as const
    const closed = { type: 'object', additionalProperties: false }
    expect(encode({ output }).body).toMatchObject({
      output_config: { format: { type: 'json_schema', schema: closed } },
    })
    const { body, undo } = encode({ output }, { structuredOutput: false })
    expect(body).toMatchObject({
      tools: [{ name: 'final_answer', input_schema: { type: 'object' } }],
      tool_choice: { type: 'tool', name: 'final_answer' },
    })
    expect(undo).toEqual({ outputTool: 'final_answer' })
    const answer = { type: 'tool_use', id: 't', name: 'final_answer', input: { a: 1 } }
    const content = [{ type: 'text', text: 'Here:' }, answer]
    const usage = { input_tokens: 1, output_tokens: 2 }
    const wire = { content, stop_reason: 'tool_use', usage }
    expect(bedrock.client.decodeReply(wire, undo)).toMatchObject({
      parts: [{ type: 'text', text: '{"a":1}' }],
      end: { reason: 'end-turn', usage: { input: 1, output: 2 } },
    })
    expect(encode({ output }, { structuredOutput: false, toolChoices: [] }).body).toMatchObject({
      tool_choice: { type: 'auto' },
      system: [{ text: 'Give your final answer by calling the tool final_answer, not as text.' }],
    })
    expect(encode({ output: { type: 'json-object' } }).body).toMatchObject({
      system: [{ text: 'Answer with one JSON object and nothing else.' }],
    })
  })

  it.each<[Partial<Conversation>, boolean, object | undefined]>([
    [{}, false, { type: 'auto', disable_parallel_tool_use: true }],
    [{}, true, undefined],
    [{ tools: [] }, false, undefined],
    [{ toolChoice: { type: 'none' } }, false, { type: 'none' }],
    [{ toolChoice: { type: 'required' } }, false, { type: 'any', disable_parallel_tool_use: true }],
    [{ toolChoice: { type: 'auto' } }, true, { type: 'auto', disable_parallel_tool_use: false }],
  ])('asks for calls side by side or not: %j, %s', (more, parallelToolCalls, tool_choice) => {
    const tools: Conversation['tools'] = [{ type: 'function', name: 'f' }]
    const settings = { maxTokens: 100, parallelToolCalls }
    const { body } = encode({ tools, ...more, settings })
    expect((body as { tool_choice?: object }).tool_choice).toEqual(tool_choice)
  })

  it('places marks for the cache where it is wanted in general', () => {
    const settings = { maxTokens: 100, promptCache: { ttl: '1h' } } as const
    const mark = { cache_control: { type: 'ephemeral', ttl: '1h' } }
    const cached = encode({
      settings,
      system: [text('s')],
      tools: [{ type: 'function', name: 'f' }],
    })
    expect(cached.body).toMatchObject({
      tools: [mark],
      system: [mark],
      messages: [{ content: [mark] }],
    })
    const none = encode({ settings }, { cachePoints: false })
    expect(none).toEqual({ body: { ...frame, messages: [hi] }, ignored: ['promptCache'] })
  })

  it('ends with the user where the model cannot go on from its own words', () => {
    const turns: Conversation['turns'] = [
      { role: 'user', parts: [text('a')] },
      { role: 'assistant', parts: [text('b')] },
    ]
    const roles = ({ body }: { body: unknown }) =>
      (body as { messages: { role: string }[] }).messages.map(({ role }) => role)
    expect(roles(encode({ turns }))).toEqual(['user', 'assistant'])
    expect(roles(encode({ turns }, { prefill: false }))).toEqual(['user', 'assistant', 'user'])
    expect(roles(encode({ turns: turns.slice(1) }))).toEqual(['user', 'assistant'])
  })

  it('tells what Claude does not read', () => {
    const source = { kind: 'base64', data: 'AAAA' } as const
    const video = { type: 'video', source, param: 'messages[0].content[1]' } as const
    expect(() => encode({ turns: [{ role: 'user', parts: [video] }] })).toThrow(
      'messages[0].content[1]: the model does not read video input.',
    )
    const docx = { type: 'document', source, mediaType: 'application/msword' } as const
    expect(() => encode({ turns: [{ role: 'user', parts: [docx] }] })).toThrow(
      'It reads PDF and text.',
    )
  })
})

describe('thinking', () => {
  const high = { reasoning: { effort: 'high' }, settings: { maxTokens: 8000, topK: 5 } } as const

  it.each<[string, object]>([
    ['claude-budget', { thinking: { type: 'enabled', budget_tokens: 6000 } }],
    ['claude-adaptive', { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } }],
    [
      'claude-between-tools',
      {
        thinking: { type: 'adaptive', display: 'summarized' },
        output_config: { effort: 'high' },
      },
    ],
  ])('is asked for in the way of %s', (reasoning, expected) => {
    expect(encode(high, { reasoning })).toEqual({
      body: { ...frame, max_tokens: 8000, messages: [hi], ...expected },
      ignored: ['topK'],
    })
  })

  it('is named as ignored where there is none', () => {
    expect(encode(high, { reasoning: 'none' }).ignored).toEqual(['reasoning'])
  })

  it('goes to Claude in the caller’s own words where the model takes them', () => {
    const body = {
      max_tokens: 4000,
      thinking: { type: 'enabled', budget_tokens: 2000, display: 'summarized' },
    }
    expect(pass(body, { reasoning: 'claude-budget' }).body).toMatchObject(body)
    expect(pass(body, { reasoning: 'claude-adaptive-only' }).body).toMatchObject({
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: { effort: 'low' },
    })
    expect(
      pass({ thinking: { type: 'disabled' } }, { reasoning: 'claude-between-tools' }).body,
    ).toMatchObject({ thinking: { type: 'between_tools' } })
    const off = { thinking: { type: 'disabled' } }
    expect(pass(off, { reasoning: 'claude-adaptive-default' }).body).toMatchObject(off)
  })

  // The thoughts of a budget were shown; since Opus 4.7 adaptive ones are not, unless that is asked for.
  it.each(['only', 'default', 'always'])(
    'stays visible where a budget becomes adaptive: %s',
    (way) => {
      const { body } = pass(
        { max_tokens: 4000, thinking: { type: 'enabled', budget_tokens: 2000 } },
        { reasoning: `claude-adaptive-${way}` },
      )
      expect(body).toMatchObject({ thinking: { type: 'adaptive', display: 'summarized' } })
      const adaptive = { thinking: { type: 'adaptive' } }
      expect(pass(adaptive, { reasoning: `claude-adaptive-${way}` }).body).toEqual({
        ...frame,
        messages: [{ role: 'user', content: 'hi' }],
        ...adaptive,
      })
    },
  )

  it('is left out where it is off anyway, without a word of effort', () => {
    const off = { thinking: { type: 'disabled' } }
    expect(pass(off, { reasoning: 'claude-adaptive-only' })).toMatchObject({
      body: { ...frame, messages: [{ role: 'user', content: 'hi' }] },
      ignored: [],
    })
    expect(pass(off, { reasoning: 'claude-adaptive-only' }).body).not.toHaveProperty(
      'output_config',
    )
  })

  it('relaxes a forced choice that does not go with it', () => {
    const body = {
      max_tokens: 4000,
      thinking: { type: 'enabled', budget_tokens: 2000 },
      tools: [{ name: 'f', input_schema: { type: 'object' } }],
      tool_choice: { type: 'any' },
    }
    const traits = { reasoning: 'claude-budget', forcedToolWithReasoning: false }
    expect(pass(body, traits)).toMatchObject({
      body: { tool_choice: { type: 'auto' } },
      ignored: ['toolChoice'],
    })
  })
})

describe('a request heard in the dialect', () => {
  it('loses only what the model refuses', () => {
    const body = {
      temperature: 0.5,
      top_p: 0.9,
      service_tier: 'auto',
      output_config: { effort: 'xhigh' },
      tools: [{ name: 'f', input_schema: { type: 'object' }, strict: true, x: 1 }],
    }
    expect(
      pass(body, {
        temperatureWithTopP: false,
        strictTools: false,
        reasoning: 'claude-adaptive',
      }),
    ).toEqual({
      body: {
        ...frame,
        messages: [{ role: 'user', content: 'hi' }],
        temperature: 0.5,
        output_config: { effort: 'high' },
        tools: [{ name: 'f', input_schema: { type: 'object' }, x: 1 }],
      },
      ignored: ['output_config.effort', 'tools.strict', 'topP'],
    })
  })

  it('has its system turns folded where the model knows none', () => {
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'system', content: 'b' },
    ]
    expect(pass({ messages, system: 's' }, { systemTurns: false }).body).toEqual({
      ...frame,
      system: [
        { type: 'text', text: 's' },
        { type: 'text', text: 'b' },
      ],
      messages: [{ role: 'user', content: 'a' }],
    })
  })

  it('has a mark for the whole of it placed, for Bedrock knows none', () => {
    expect(pass({ cache_control: { type: 'ephemeral' } }).body).toEqual({
      ...frame,
      messages: [
        {
          role: 'user',
          content: [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral' } }],
        },
      ],
    })
  })

  // Anthropic's SDK: it "automatically applies a cache_control marker to the last cacheable block in the request".
  it.each([
    ['5m', '5m', undefined, []],
    ['1h', '1h', '1h', []],
    ['5m', '1h', undefined, ['cache_control.ttl']],
  ] as const)(
    'has it placed beside marks of single blocks: %s, then %s',
    (before, ttl, at, ignored) => {
      const system = [
        { type: 'text', text: 's', cache_control: { type: 'ephemeral', ttl: before } },
      ]
      const messages = [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
        { role: 'user', content: [{ type: 'text', text: 'c' }] },
      ]
      const passed = pass({ system, messages, cache_control: { type: 'ephemeral', ttl } })
      const mark = { type: 'ephemeral', ...(at && { ttl: at }) }
      const last = { role: 'user', content: [{ type: 'text', text: 'c', cache_control: mark }] }
      expect(passed.body).toEqual({ ...frame, system, messages: [...messages.slice(0, 2), last] })
      expect(passed.ignored).toEqual(ignored)
    },
  )

  it('leaves another dialect’s blocks out, and names them', () => {
    const part = { type: 'native', dialect: 'other', value: { type: 'hologram' } } as const
    const { body, ignored } = encode({ turns: [{ role: 'user', parts: [text('hi'), part] }] })
    expect({ body, ignored }).toEqual({ body: { ...frame, messages: [hi] }, ignored: ['hologram'] })
  })
})
