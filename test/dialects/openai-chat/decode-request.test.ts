import { describe, expect, it } from 'vitest'
import { openaiChat } from '../../../app/dialects/openai-chat/index.ts'
import { chatCompletionRequest } from '../../../app/dialects/openai-chat/wire.ts'
import { GatewayError } from '../../../app/errors.ts'
import { plainCard } from '../../fakes/plain-card.ts'
import { heard, tool } from './conversations.ts'

/** The error a request is refused with after the schema let it through. */
function refusal(fields: Record<string, unknown>) {
  try {
    heard(fields)
  } catch (error) {
    if (error instanceof GatewayError) return { code: error.code, param: error.param }
    throw error
  }
  throw new Error('the request was accepted')
}

describe('a plain request', () => {
  it('is a conversation', () => {
    expect(heard()).toEqual({
      model: 'some-model',
      system: [],
      turns: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
      tools: [],
      settings: {},
      stream: false,
    })
  })

  it('may write null for everything that may be left out', () => {
    const { model: _, messages: __, ...optional } = chatCompletionRequest.shape
    const nulls = Object.fromEntries(
      Object.entries(optional)
        .filter(([, schema]) => schema.safeParse(null).success)
        .map(([field]) => [field, null]),
    )
    expect(Object.keys(nulls)).toContain('stop')
    expect(heard(nulls)).toEqual(heard())
  })

  it('does not share its objects with the body', () => {
    const body = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }] }
    const before = structuredClone(body)
    openaiChat.server.decodeRequest(body)
    expect(body).toEqual(before)
  })
})

describe('settings', () => {
  it('carry every knob', () => {
    const fields = {
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      frequency_penalty: 0.1,
      presence_penalty: -0.1,
      seed: 7,
      logit_bias: { '50256': -100 },
      logprobs: true,
      top_logprobs: 5,
      parallel_tool_calls: false,
      service_tier: 'flex',
      verbosity: 'low',
      prediction: { type: 'content', content: 'abc' },
      max_completion_tokens: 100,
      max_tokens: 50,
      stop: ['END', ' ', ''],
      prompt_cache_key: 'k',
      prompt_cache_retention: '24h',
    }
    expect(heard(fields).settings).toEqual({
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      frequencyPenalty: 0.1,
      presencePenalty: -0.1,
      seed: 7,
      logitBias: { '50256': -100 },
      logprobs: true,
      topLogprobs: 5,
      parallelToolCalls: false,
      serviceTier: 'flex',
      verbosity: 'low',
      prediction: { type: 'content', content: 'abc' },
      maxTokens: 100,
      stop: ['END'],
      promptCache: { key: 'k', ttl: '1h', param: 'prompt_cache_retention' },
    })
  })

  it.each([
    ['END', ['END']],
    [' \n', undefined],
    [[], undefined],
    [['\t', 'a'], ['a']],
  ])('drop blank stop sequences of %j (T28)', (stop, expected) => {
    expect(heard({ stop }).settings.stop).toEqual(expected)
  })

  it.each([
    ['\n', ['stop']],
    [['END', ' '], ['stop']],
    ['', undefined],
    [['END', ''], undefined],
  ])('name what that takes away of %j', (stop, expected) => {
    expect(heard({ stop }).dialectOnly).toEqual(expected)
  })

  it.each([
    [{ prompt_cache_retention: 'in_memory' }, { ttl: '5m', param: 'prompt_cache_retention' }],
    [{ prompt_cache_options: { ttl: '30m' } }, { ttl: '1h', param: 'prompt_cache_options' }],
    [
      { prompt_cache_key: 'k', prompt_cache_options: { mode: 'explicit' } },
      { key: 'k', explicit: true },
    ],
    [{ prompt_cache_options: { mode: 'explicit' } }, undefined],
    [{ prompt_cache_key: '' }, undefined],
  ])('read the prompt cache from %j', (fields, expected) => {
    expect(heard(fields).settings.promptCache).toEqual(expected)
  })
})

describe('the form of the answer', () => {
  it.each([
    [{ type: 'text' }, { type: 'text' }],
    [{ type: 'json_object' }, { type: 'json-object' }],
    [
      { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' }, strict: true } },
      { type: 'json-schema', name: 'a', schema: { type: 'object' }, strict: true },
    ],
    [
      { type: 'json_schema', json_schema: { name: 'a', description: 'd', schema: null } },
      { type: 'json-schema', name: 'a', description: 'd', schema: {} },
    ],
  ])('is %j', (response_format, output) => {
    expect(heard({ response_format }).output).toEqual(output)
  })

  it('may be spoken', () => {
    const fields = { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } }
    expect(heard(fields).audio).toEqual({ voice: 'alloy', format: 'wav' })
    const custom = { ...fields, audio: { voice: { id: 'voice_1' }, format: 'mp3' } }
    expect(heard(custom).audio).toEqual({ voice: 'voice_1', format: 'mp3' })
    expect(heard({ modalities: ['text'], audio: fields.audio }).audio).toBeUndefined()
    expect(refusal({ modalities: ['audio'] })).toEqual({ code: 'invalid-request', param: 'audio' })
  })

  it('may be several, streamed, with usage', () => {
    const { choices, stream, streamUsage } = heard({
      n: 3,
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
    })
    expect({ choices, stream, streamUsage }).toEqual({
      choices: 3,
      stream: true,
      streamUsage: true,
    })
  })
})

describe('thinking', () => {
  it.each([
    [{ reasoning_effort: 'high' }, { effort: 'high', param: 'reasoning_effort' }],
    [{ reasoning_effort: 'none' }, { effort: 'none', param: 'reasoning_effort' }],
    [{ reasoning: { effort: 'low' } }, { effort: 'low', param: 'reasoning' }],
    [{ reasoning: { max_tokens: 2000 } }, { budget: 2000, param: 'reasoning' }],
    [{ reasoning: { enabled: true } }, { enabled: true, param: 'reasoning' }],
    [{ reasoning: { enabled: false } }, { enabled: false, param: 'reasoning' }],
    [
      { reasoning: { effort: 'low', exclude: true } },
      { effort: 'low', param: 'reasoning', display: 'omitted' },
    ],
    [{ reasoning: { exclude: true } }, undefined],
    [{ enable_thinking: true }, { enabled: true, param: 'enable_thinking' }],
    [{ enable_thinking: false }, { enabled: false, param: 'enable_thinking' }],
    [
      { enable_thinking: true, thinking_budget: 9 },
      { budget: 9, param: 'thinking_budget' },
    ],
    [{ thinking: { type: 'disabled' } }, { enabled: false, param: 'thinking' }],
    [{ thinking: { type: 'adaptive' } }, { adaptive: true, param: 'thinking' }],
    [{ thinking: { type: 'enabled', budget_tokens: 1024 } }, { budget: 1024, param: 'thinking' }],
    [
      { thinking: { type: 'enabled', display: 'summarized' } },
      { enabled: true, param: 'thinking', display: 'summarized' },
    ],
  ])('is asked for by %j', (fields, expected) => {
    expect(heard(fields).reasoning).toEqual(expected)
  })

  it.each([
    [{ reasoning_effort: 'low', reasoning: { effort: 'high' } }, 'reasoning.effort'],
    [{ reasoning: { effort: 'high', max_tokens: 100 } }, 'reasoning.max_tokens'],
  ])('cannot be asked for twice: %j', (fields, param) => {
    expect(refusal(fields)).toEqual({ code: 'invalid-request', param })
  })
})

describe('what only tunes and counts for nothing', () => {
  const enabled = { type: 'enabled' }
  const mark = { cache_control: { type: 'ephemeral' } }
  const text = { type: 'text', text: 'hi' }
  const toolCall = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }
  const said = (message: object) => ({ messages: [{ role: 'user', content: 'hi', ...message }] })

  it.each([
    [{ thinking: enabled, reasoning_effort: 'none' }, ['thinking']],
    [{ enable_thinking: true, reasoning_effort: 'none' }, ['enable_thinking']],
    [{ reasoning: { enabled: true }, reasoning_effort: 'none' }, ['reasoning']],
    [{ thinking: enabled, enable_thinking: false }, ['thinking']],
    [{ thinking: enabled, enable_thinking: true, reasoning_effort: 'low' }, undefined],
    [{ thinking: { ...enabled, budget_tokens: 2000, x: 1, y: null } }, ['thinking.x']],
    [{ reasoning: { effort: 'low', summary: 'auto' } }, ['reasoning.summary']],
    [{ stream_options: { include_usage: true, x: 1 } }, ['stream_options.x']],
    [{ user: 'a', safety_identifier: 'b' }, ['user']],
    [{ user: 'a', safety_identifier: 'a' }, undefined],
    [{ tools: [{ ...tool('f'), x: 1, ...mark }] }, ['tools.x']],
    [{ functions: [{ name: 'f', x: 1 }] }, ['tools.x']],
    [said({ x: 1, y: null, ...mark }), ['messages.x']],
    [
      {
        messages: [
          { role: 'assistant', tool_calls: [toolCall] },
          { role: 'tool', tool_call_id: 'c', name: 'f', content: 'x' },
        ],
      },
      undefined,
    ],
    [
      said({
        content: [
          { ...text, x: 1, ...mark },
          { ...text, x: 2 },
        ],
      }),
      ['messages.content.x'],
    ],
    [{ messages: [{ role: 'assistant', content: 'hi', x: 1 }] }, undefined],
  ])('is named: %j', (fields, names) => {
    expect(heard(fields).dialectOnly).toEqual(names)
  })

  it('is named where a mark stands in the wrong place', () => {
    const f = { type: 'function', function: { name: 'f', ...mark } }
    expect(heard({ tools: [f] }).dialectOnly).toEqual(['tools.function.cache_control'])
  })

  it('goes to a server of the same dialect as it came', () => {
    const messages = [{ role: 'user', content: [{ ...text, x: 1 }], y: 2 }]
    const tools = [{ ...tool('f'), z: 3 }]
    const { body, ignored } = openaiChat.client!.encodeRequest(
      heard({ messages, tools }),
      plainCard({ id: 'm' }),
    )
    expect({ body, ignored }).toEqual({ body: { model: 'm', messages, tools }, ignored: [] })
  })
})

describe('tools', () => {
  it('are functions with all their members', () => {
    const strict = tool('f', { description: 'd', strict: true })
    expect(heard({ tools: [{ ...strict, cache_control: { type: 'ephemeral' } }] }).tools).toEqual([
      {
        type: 'function',
        name: 'f',
        description: 'd',
        schema: { type: 'object', properties: {} },
        strict: true,
        cachePoint: { type: 'cache-point' },
        extras: { 'openai-chat': { fields: { cache_control: { type: 'ephemeral' } } } },
      },
    ])
    expect(heard({ tools: [{ type: 'function', function: { name: 'g' } }] }).tools).toEqual([
      { type: 'function', name: 'g' },
    ])
  })

  it('of free text become functions of one string', () => {
    const grammar = { definition: 'start: "a"', syntax: 'lark' }
    const custom = { name: 'q', description: 'd', format: { type: 'grammar', grammar } }
    expect(heard({ tools: [{ type: 'custom', custom }] }).tools).toMatchObject([
      {
        type: 'function',
        name: 'q',
        description: 'd',
        schema: {
          type: 'object',
          properties: {
            input: { description: 'Text that matches this lark grammar:\nstart: "a"' },
          },
          required: ['input'],
        },
      },
    ])
  })

  it('may be the platform’s own', () => {
    const fields = { tools: [{ type: 'bash_20250124', name: 'bash', restart: true }] }
    expect(heard(fields).tools).toEqual([
      { type: 'system', kind: 'bash_20250124', name: 'bash', settings: { restart: true } },
    ])
  })

  const tools = [tool('a'), tool('b')]
  const allow = (mode: string, ...names: string[]) => ({
    type: 'allowed_tools',
    allowed_tools: { mode, tools: names.map((name) => ({ type: 'function', function: { name } })) },
  })
  it.each([
    ['auto', { type: 'auto' }, ['a', 'b']],
    ['none', { type: 'none' }, ['a', 'b']],
    ['required', { type: 'required' }, ['a', 'b']],
    [{ type: 'function', function: { name: 'b' } }, { type: 'tool', name: 'b' }, ['a', 'b']],
    [allow('auto', 'a'), { type: 'auto' }, ['a']],
    [allow('required', 'b'), { type: 'tool', name: 'b' }, ['b']],
    [allow('required', 'a', 'b'), { type: 'required' }, ['a', 'b']],
  ])('are chosen by %j', (tool_choice, toolChoice, names) => {
    const conversation = heard({ tools, tool_choice })
    expect(conversation.toolChoice).toEqual(toolChoice)
    expect(conversation.tools.map(({ name }) => name)).toEqual(names)
  })

  it('must be offered to be chosen', () => {
    const param = 'tool_choice'
    const named = { type: 'function', function: { name: 'c' } }
    expect(refusal({ tools, tool_choice: named })).toEqual({ code: 'invalid-request', param })
    expect(refusal({ tools, tool_choice: allow('auto', 'c') }).param).toBe(param)
    expect(refusal({ tool_choice: 'required' }).param).toBe(param)
    expect(refusal({ function_call: { name: 'f' } }).param).toBe('function_call')
    expect(refusal({ tools, tool_choice: allow('required') }).param).toBe(param)
    expect(heard({ tool_choice: 'auto' }).toolChoice).toBeUndefined()
  })

  it.each([
    [{ tools, functions: [{ name: 'f' }], function_call: 'auto' }, ['functions', 'function_call']],
    [{ functions: [{ name: 'f' }], tool_choice: 'required' }, ['tool_choice']],
    [{ function_call: 'auto' }, ['function_call']],
    [{ tools, tool_choice: 'auto' }, undefined],
    [{ functions: [{ name: 'f' }], function_call: 'auto' }, undefined],
  ])('name what has no effect beside others: %j', (fields, ignored) => {
    expect(heard(fields).ignored).toEqual(ignored)
  })

  it('have an older form', () => {
    const functions = [{ name: 'f', description: 'd', parameters: { type: 'object' } }]
    const conversation = heard({ functions, function_call: { name: 'f' } })
    expect(conversation.tools).toMatchObject([
      { type: 'function', name: 'f', description: 'd', schema: { type: 'object' } },
    ])
    expect(conversation.toolChoice).toEqual({ type: 'tool', name: 'f' })
    expect(heard({ functions, function_call: 'none' }).toolChoice).toEqual({ type: 'none' })
  })
})

describe('what stands around the conversation', () => {
  it('is carried', () => {
    const fields = {
      bedrock_model: 'us.vendor.model-v1:0',
      model_provider: 'vendor',
      user: 'u',
      safety_identifier: 's',
      metadata: { team: 'a' },
      store: true,
      web_search_options: {
        search_context_size: 'low',
        user_location: { type: 'approximate', approximate: { country: 'FR', city: null } },
      },
      'amazon-bedrock-guardrailConfig': {
        guardrailIdentifier: 'g',
        guardrailVersion: '1',
        trace: 'enabled',
        streamProcessingMode: 'async',
      },
    }
    expect(heard(fields)).toMatchObject({
      upstreamModel: 'us.vendor.model-v1:0',
      modelProvider: 'vendor',
      user: 's',
      metadata: { team: 'a' },
      store: true,
      webSearch: { contextSize: 'low', location: { country: 'FR' } },
      guardrail: { id: 'g', version: '1', trace: 'enabled', streamMode: 'async' },
    })
    expect(heard({ user: 'u' }).user).toBe('u')
  })

  it('holds unknown fields for the model, and names what only OpenAI understands', () => {
    const conversation = heard({ repetition_penalty: 1.1, moderation: { model: 'omni' } })
    expect(conversation.extraFields).toEqual({ repetition_penalty: 1.1 })
    expect(conversation.dialectOnly).toEqual(['moderation'])
  })

  it('has at most sixteen labels', () => {
    const metadata = Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`k${n}`, 'v']))
    expect(refusal({ metadata })).toEqual({ code: 'invalid-request', param: 'metadata' })
  })
})
