import { describe, expect, it } from 'vitest'
import type { ReasoningRequest } from '../../../app/conversation/conversation.ts'
import { assistant, call, encode, look, result, user } from './cards.ts'

const WORDS = { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] }

describe('settings on the wire', () => {
  it('have their place, or go where the model has one, or are named as ignored', () => {
    const settings = {
      maxTokens: 9,
      temperature: 0,
      topP: 0.5,
      topK: 3,
      stop: ['a', ' ', '\n', 'b'],
      seed: 1,
      frequencyPenalty: 0,
      presencePenalty: 0.5,
      logprobs: false,
      latency: 'optimized' as const,
      serviceTier: 'priority',
    }
    const sent = encode({ settings }, { nativeSettings: { topK: 'inferenceConfig.topK' } })
    expect(sent).toEqual({
      body: {
        ...WORDS,
        inferenceConfig: { maxTokens: 9, temperature: 0, topP: 0.5, stopSequences: ['a', 'b'] },
        serviceTier: { type: 'priority' },
        performanceConfig: { latency: 'optimized' },
        additionalModelRequestFields: { inferenceConfig: { topK: 3 } },
      },
      ignored: ['stop', 'seed', 'presencePenalty'],
      undo: undefined,
    })
  })

  it('the model refuses are left out and named', () => {
    const settings = {
      temperature: 0.1,
      topP: 0.5,
      stop: ['a'],
      serviceTier: 'flex',
      latency: 'optimized' as const,
    }
    const traits = {
      unsupported: ['temperature', 'topP', 'stop'],
      serviceTiers: false,
      latencyOptimized: false,
    } as const
    expect(encode({ settings }, traits)).toEqual({
      body: WORDS,
      ignored: ['temperature', 'topP', 'stop', 'serviceTier', 'latency'],
      undo: undefined,
    })
  })

  it('that ask for nothing special leave no trace', () => {
    const settings = { serviceTier: 'auto', latency: 'standard' as const, parallelToolCalls: true }
    expect(encode({ settings }, { latencyOptimized: false }).body).toEqual(WORDS)
    expect(encode({ settings: { serviceTier: 'default' } }, { serviceTiers: false })).toEqual({
      body: WORDS,
      ignored: [],
      undo: undefined,
    })
    expect(encode({ settings: { serviceTier: 'scale' } }).ignored).toEqual(['serviceTier'])
  })

  it('keep temperature where the model takes only one of it and top-p', () => {
    const both = { settings: { temperature: 0.2, topP: 0.5 } }
    const sent = encode(both, { temperatureWithTopP: false })
    expect([sent.body.inferenceConfig, sent.ignored]).toEqual([{ temperature: 0.2 }, ['topP']])
    const alone = encode({ settings: { topP: 0.5 } }, { temperatureWithTopP: false })
    expect([alone.body.inferenceConfig, alone.ignored]).toEqual([{ topP: 0.5 }, []])
    // A temperature of 1 says what happens anyway; many clients send it with everything.
    const idle = { settings: { temperature: 1, topP: 0.5 } }
    const narrowed = encode(idle, { temperatureWithTopP: false })
    expect([narrowed.body.inferenceConfig, narrowed.ignored]).toEqual([{ topP: 0.5 }, []])
    const neither = { settings: { temperature: 1, topP: 1 } }
    const plain = encode(neither, { temperatureWithTopP: false })
    expect([plain.body.inferenceConfig, plain.ignored]).toEqual([{ temperature: 1 }, ['topP']])
  })

  it('stay within what the wire and the model take', () => {
    const sent = encode(
      { settings: { temperature: 1.7, maxTokens: 9000 } },
      { maxOutputTokens: 4096, defaultMaxTokens: 100 },
    )
    expect(sent.body.inferenceConfig).toEqual({ maxTokens: 4096, temperature: 1 })
    expect(sent.ignored).toEqual(['maxTokens', 'temperature'])
    expect(encode({}, { defaultMaxTokens: 100 }).body.inferenceConfig).toEqual({ maxTokens: 100 })
    expect(() => encode({ settings: { stop: ['a', 'b'] } }, { maxStopSequences: 1 })).toThrow(
      expect.objectContaining({ code: 'invalid-request', param: 'stop' }),
    )
  })

  it('carry labels and unknown fields as far as AWS and the model take them', () => {
    const metadata = { team: 'blue “x”;', '': 'no', ...Object.fromEntries(many(20)) }
    const sent = encode({ metadata, user: 'ü@a.example', extraFields: { own: 1 } })
    const pairs = Object.entries(sent.body.requestMetadata!)
    expect(pairs.slice(0, 2)).toEqual([
      ['user_id', '_@a.example'],
      ['team', 'blue _x__'],
    ])
    expect(pairs).toHaveLength(16)
    expect(sent.body.additionalModelRequestFields).toEqual({ own: 1 })
    const closed = encode({ extraFields: { own: 1 } }, { extraFields: false })
    expect(closed).toEqual({ body: WORDS, ignored: ['own'], undo: undefined })
  })

  it('are named as ignored such that a header can hold the names', () => {
    const { ignored } = encode({ extraFields: { 'bad\r\nname é': 1 } }, { extraFields: false })
    expect(ignored).toEqual(['bad??name ?'])
  })

  it('say how a guardrail checks a stream to streams only', () => {
    const guardrail = { id: 'g', version: 'DRAFT', streamMode: 'async' } as const
    const config = { guardrailIdentifier: 'g', guardrailVersion: 'DRAFT' }
    expect(encode({ guardrail }).body.guardrailConfig).toEqual(config)
    expect(encode({ guardrail, stream: true }).body.guardrailConfig).toEqual({
      ...config,
      streamProcessingMode: 'async',
    })
  })
})

const many = (count: number) => Array.from({ length: count }, (_, at) => [`k${at}`, 'v'] as const)

/** Without the word newer models think unseen. */
const SHOWN = { type: 'adaptive', display: 'summarized' }

describe('a wish to think', () => {
  const cases: [string, ReasoningRequest, object | undefined, string[]?][] = [
    ['claude-budget', { effort: 'medium' }, { thinking: { type: 'enabled', budget_tokens: 5000 } }],
    [
      'claude-budget',
      { effort: 'minimal' },
      { thinking: { type: 'enabled', budget_tokens: 1024 } },
    ],
    // A budget that is cut or raised is named.
    [
      'claude-budget',
      { budget: 99_999 },
      { thinking: { type: 'enabled', budget_tokens: 9999 } },
      ['reasoning_effort'],
    ],
    [
      'claude-adaptive',
      { budget: 9 },
      { thinking: { type: 'enabled', budget_tokens: 1024 } },
      ['reasoning_effort'],
    ],
    ['claude-budget', { enabled: true }, { thinking: { type: 'enabled', budget_tokens: 5000 } }],
    ['claude-budget', { effort: 'none' }, undefined],
    [
      'claude-adaptive',
      { effort: 'xhigh' },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
    ],
    [
      'claude-budget-effort',
      { effort: 'max' },
      {
        thinking: { type: 'enabled', budget_tokens: 9500 },
        output_config: { effort: 'high' },
        anthropic_beta: ['effort-2025-11-24'],
      },
    ],
    [
      'claude-budget-effort',
      { budget: 2000 },
      { thinking: { type: 'enabled', budget_tokens: 2000 } },
    ],
    ['claude-budget-effort', { effort: 'none' }, undefined],
    ['claude-adaptive', { budget: 2000 }, { thinking: { type: 'enabled', budget_tokens: 2000 } }],
    ['claude-adaptive', { enabled: true }, { thinking: { type: 'adaptive' } }],
    ['claude-adaptive', { enabled: false }, undefined],
    [
      'claude-adaptive-only',
      { budget: 2000 },
      { thinking: SHOWN, output_config: { effort: 'low' } },
    ],
    [
      'claude-adaptive-only',
      { display: 'omitted' },
      { thinking: { ...SHOWN, display: 'omitted' } },
    ],
    ['claude-adaptive-default', { effort: 'none' }, { thinking: { type: 'disabled' } }],
    ['claude-adaptive-default', { enabled: true }, { thinking: SHOWN }],
    ['claude-adaptive-only', { effort: 'none' }, { output_config: { effort: 'low' } }],
    [
      'claude-adaptive-always',
      { effort: 'max' },
      { thinking: SHOWN, output_config: { effort: 'max' } },
    ],
    ['claude-adaptive-always', { effort: 'none' }, undefined, ['reasoning_effort']],
    ['claude-between-tools', { enabled: false }, { thinking: { type: 'between_tools' } }],
    [
      'nova-2',
      { effort: 'minimal' },
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } },
    ],
    ['openai-effort', { effort: 'max' }, { reasoning_effort: 'high' }],
    ['openai-effort', { effort: 'none' }, undefined, ['reasoning_effort']],
    ['openai-effort-optional', { effort: 'none' }, undefined],
    ['high-effort', { effort: 'low' }, { reasoning_effort: 'high' }],
    ['config-effort', { budget: 10_000 }, { reasoning_config: 'medium' }],
    ['effort-object', { effort: 'none' }, { reasoning: { effort: 'none' } }],
    ['fixed', { effort: 'low' }, undefined, ['reasoning_effort']],
    ['nova-2', { effort: 'high', gradesOnly: true }, undefined, ['reasoning_effort']],
    ['high-effort', { effort: 'high', gradesOnly: true }, undefined, ['reasoning_effort']],
    ['openai-effort', { effort: 'low', gradesOnly: true }, { reasoning_effort: 'low' }],
    ['fixed', { budget: 2000 }, undefined, ['reasoning_effort']],
    ['fixed', { effort: 'none' }, undefined, ['reasoning_effort']],
    ['fixed', { enabled: true }, undefined],
    ['none', { effort: 'low' }, undefined, ['reasoning_effort']],
    ['none', { effort: 'none' }, undefined],
  ]

  it.each(cases)('by %s: %j', (reasoning, request, fields, ignored = []) => {
    const asked = { ...request, param: 'reasoning_effort' }
    const sent = encode({ reasoning: asked, settings: { maxTokens: 10_000 } }, { reasoning })
    expect(sent.body.additionalModelRequestFields).toEqual(fields)
    expect(sent.ignored).toEqual(ignored)
  })

  // A caller of responses who asks for summaries and names no effort.
  it.each([
    ['claude-adaptive-default', { thinking: SHOWN }],
    ['claude-adaptive-always', { thinking: SHOWN }],
    ['claude-between-tools', { thinking: SHOWN }],
    ['claude-adaptive-only', undefined],
    ['claude-adaptive', undefined],
    ['nova-2', undefined],
  ])('is shown where the model thinks unasked: %s', (reasoning, fields) => {
    const settings = { temperature: 0.5 }
    const tools = [look]
    const { body, ignored } = encode(
      { showsThoughts: true, settings, tools },
      { reasoning, forcedToolWithReasoning: false },
    )
    expect(body.additionalModelRequestFields).toEqual(fields)
    expect([body.inferenceConfig, ignored]).toEqual([settings, []])
  })

  // "Thinking may not be enabled when tool_choice forces tool use": what the model takes unasked, it takes still.
  it.each([
    ['a tool of the caller', { tools: [look], toolChoice: { type: 'required' as const } }],
    [
      'the hidden tool of a form',
      { output: { type: 'json-schema' as const, name: 'a', schema: { type: 'object' } } },
    ],
  ])('is not shown where a call is forced: %s', (_, asked) => {
    const traits = { reasoning: 'claude-adaptive-default', structuredOutput: false }
    const forcing = { ...traits, forcedToolWithReasoning: false }
    const hidden = encode({ showsThoughts: true, ...asked }, forcing)
    expect(hidden).toEqual(encode(asked, forcing))
    expect(hidden.body.toolConfig?.toolChoice).toBeDefined()
    const { body } = encode({ showsThoughts: true, ...asked }, traits)
    expect(body.additionalModelRequestFields).toEqual({ thinking: SHOWN })
  })

  it('brings its flag beside those of the caller', () => {
    const { body } = encode(
      {
        reasoning: { effort: 'low' },
        settings: { maxTokens: 8000 },
        extraFields: { anthropic_beta: ['mine', 'effort-2025-11-24'] },
      },
      { reasoning: 'claude-budget-effort' },
    )
    expect(body.additionalModelRequestFields).toEqual({
      thinking: { type: 'enabled', budget_tokens: 2000 },
      output_config: { effort: 'low' },
      anthropic_beta: ['mine', 'effort-2025-11-24'],
    })
  })

  it('drops the sampling that does not go with it', () => {
    const settings = { temperature: 0.5, topP: 0.96, topK: 3, maxTokens: 4000 }
    const sent = encode(
      { settings, reasoning: { effort: 'high' } },
      { reasoning: 'claude-budget', nativeSettings: { topK: 'top_k' } },
    )
    expect(sent.body.inferenceConfig).toEqual({ maxTokens: 4000, topP: 0.96 })
    expect(sent.ignored).toEqual(['temperature', 'topK'])
    const nova = encode({ settings, reasoning: { effort: 'high' } }, { reasoning: 'nova-2' })
    expect(nova.body.inferenceConfig).toBeUndefined()
    expect(nova.ignored).toEqual(['maxTokens', 'temperature', 'topP', 'topK'])
  })

  it('is not granted where the answer has no room for it', () => {
    const asked = { reasoning: { budget: 2000, param: 'thinking' }, settings: { maxTokens: 500 } }
    const sent = encode(asked, { reasoning: 'claude-budget' })
    expect([sent.body.additionalModelRequestFields, sent.ignored]).toEqual([
      undefined,
      ['thinking'],
    ])
  })

  it('leaves room for words where more tokens are asked for than the model has', () => {
    const asked = { reasoning: { effort: 'max' }, settings: { maxTokens: 200_000 } } as const
    const sent = encode(asked, { reasoning: 'claude-budget', maxOutputTokens: 10_000 })
    expect(sent.body).toMatchObject({
      inferenceConfig: { maxTokens: 10_000 },
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 9500 } },
    })
  })

  it('is not granted where the thought before the last calls was lost', () => {
    const thought = { type: 'reasoning', text: 'Hm.', signature: 'seal' } as const
    const history = (...parts: Parameters<typeof assistant>) => ({
      turns: [user('q'), assistant(...parts), user(result('a', '1'))],
      tools: [look],
      reasoning: { effort: 'low' as const },
    })
    const traits = { reasoning: 'claude-budget' }
    expect(encode(history(call('a')), traits).ignored).toEqual(['reasoning'])
    expect(encode(history(thought, call('a')), traits).ignored).toEqual([])
    expect(encode(history(call('a')), { reasoning: 'claude-adaptive' }).ignored).toEqual([])
  })

  it('takes no words of the assistant to go on from', () => {
    const turns = [user('q'), assistant('One,')]
    const { body } = encode({ turns, reasoning: { effort: 'low' } }, { reasoning: 'claude-budget' })
    expect(body.messages?.at(-1)).toEqual({ role: 'user', content: [{ text: 'Continue.' }] })
  })
})
