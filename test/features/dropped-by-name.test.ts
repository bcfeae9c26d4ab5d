import { describe, expect, it } from 'vitest'
import { HELLO, ignoredBy, type Json, MODELS, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

/** An answer of Converse and of InvokeModel for Claude, whichever is asked. */
const ANSWER = {
  ...(bedrock.reply('Hello.') as Json),
  type: 'message',
  role: 'assistant',
  content: [{ type: 'text', text: 'Hello.' }],
  stop_reason: 'end_turn',
}

async function ask(path: string, body: Json) {
  bedrock.fake.script({ body: ANSWER })
  const response = await bedrock.open().app.request(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
  return { status: response.status, ignored: ignoredBy(response), body: await response.json() }
}

const chat = (body: Json) => ask('/v1/chat/completions', { messages: HELLO, ...body })
const messages = (body: Json) => ask('/v1/messages', { max_tokens: 9, messages: HELLO, ...body })
const responses = (body: Json) => ask('/v1/responses', { input: 'Hi', ...body })

const KINDS = [MODELS.nova, MODELS.claude, MODELS['gpt-oss']]

describe.each(KINDS)('a choice among no tools at all, for %s', (model) => {
  it.each(['auto', 'none'])('is dropped by name where it forces none: %s', async (choice) => {
    for (const tools of [undefined, []]) {
      expect(await chat({ model, tools, tool_choice: choice })).toMatchObject({
        status: 200,
        ignored: ['tool_choice'],
      })
      const single = choice === 'auto' && { disable_parallel_tool_use: true }
      const tool_choice = { type: choice, ...single }
      expect(await messages({ model, tools, tool_choice })).toMatchObject({
        status: 200,
        ignored: ['tool_choice'],
      })
      // OpenAI takes it there, and has `auto` in every answer.
      expect(await responses({ model, tools, tool_choice: choice })).toMatchObject({
        status: 200,
        ignored: [],
      })
    }
    const sent = JSON.stringify(bedrock.sent())
    expect(sent).not.toMatch(/tool_?choice/i)
  })

  it('is refused where it forces one', async () => {
    const param = 'tool_choice'
    const type = 'invalid_request_error'
    for (const tools of [undefined, []]) {
      const named = { type: 'function', function: { name: 'f' } }
      for (const tool_choice of ['required', named]) {
        const refused = { status: 400, body: { error: { type, param } } }
        expect(await chat({ model, tools, tool_choice })).toMatchObject(refused)
      }
      for (const tool_choice of ['required', { type: 'function', name: 'f' }]) {
        const refused = { status: 400, body: { error: { type, param } } }
        expect(await responses({ model, tools, tool_choice })).toMatchObject(refused)
      }
      for (const tool_choice of [{ type: 'any' }, { type: 'tool', name: 'f' }]) {
        expect(await messages({ model, tools, tool_choice })).toMatchObject({
          status: 400,
          body: { error: { type, message: expect.stringMatching(/^tool_choice/) } },
        })
      }
    }
    expect(bedrock.sent()).toEqual([])
  })
})

describe.each([MODELS.nova, MODELS.llama, MODELS.claude])(
  'thoughts without a seal, of %s',
  (model) => {
    it('are left out by the name the caller has for them', async () => {
      const again = { role: 'user', content: 'Again.' }
      const plain = { role: 'assistant', content: 'Yes.', reasoning_content: 'Hm.' }
      expect((await chat({ model, messages: [...HELLO, plain, again] })).ignored).toEqual([
        'reasoning_content',
      ])
      const thinking = { type: 'thinking', thinking: 'Hm.', signature: '' }
      const blocks = { role: 'assistant', content: [thinking, { type: 'text', text: 'Yes.' }] }
      expect((await messages({ model, messages: [...HELLO, blocks, again] })).ignored).toEqual([
        'messages.thinking',
      ])
      const item = {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'Hm.' }],
      }
      const said = { role: 'assistant', content: 'Yes.' }
      expect((await responses({ model, input: [...HELLO, item, said, again] })).ignored).toEqual([
        'input.reasoning',
      ])
      expect(JSON.stringify(bedrock.sent())).not.toContain('Hm.')
    })
  },
)

it('names sealed thoughts too, where the model knows no thoughts', async () => {
  const details = [{ type: 'reasoning.text', text: 'Hm.', signature: 'seal', index: 0 }]
  const sealed = { role: 'assistant', content: 'Yes.', reasoning_details: details }
  const asked = [...HELLO, sealed, { role: 'user', content: 'Again.' }]
  expect((await chat({ model: MODELS.llama, messages: asked })).ignored).toEqual([
    'reasoning_content',
  ])
  expect((await chat({ model: MODELS.claude, messages: asked })).ignored).toEqual([])
})

it('has the newer and the older names for what it says, as the caller has', async () => {
  const tokens = 9_000_000
  expect((await chat({ model: MODELS.claude, max_tokens: tokens })).ignored).toEqual(['max_tokens'])
  expect((await chat({ model: MODELS.claude, max_completion_tokens: tokens })).ignored).toEqual([
    'max_completion_tokens',
  ])
  const functions = [{ name: 'f' }]
  const older = { model: MODELS.llama, functions, function_call: { name: 'f' } }
  expect((await chat(older)).ignored).toEqual(['function_call'])
})

describe('thought asked for in two ways', () => {
  const thinking = { type: 'enabled', budget_tokens: 3000 }

  it.each([
    [{ reasoning_effort: 'low', thinking }, ['reasoning_effort']],
    [{ reasoning_effort: 'low', reasoning: { max_tokens: 3000 } }, ['reasoning_effort']],
    [{ thinking_budget: 2000, thinking }, ['thinking_budget']],
    [{ reasoning: { effort: 'low' }, thinking }, ['reasoning']],
    [{ reasoning_effort: 'high', enable_thinking: false }, ['reasoning_effort']],
    [{ thinking_budget: 3000, thinking }, []],
    [{ reasoning_effort: 'low', reasoning: { effort: 'low' } }, []],
    [{ reasoning_effort: 'low', thinking: { type: 'adaptive' }, enable_thinking: true }, []],
    [{ reasoning_effort: 'none', thinking: { type: 'disabled' }, thinking_budget: 0 }, []],
  ])('names the one that does not count: %j', async (fields, ignored) => {
    expect((await chat({ model: MODELS.claude, ...fields })).ignored).toEqual(ignored)
  })
})

it('names a stop of nothing but white space, which models refuse', async () => {
  expect((await chat({ model: MODELS.claude, stop: ['END', '\n\n'] })).ignored).toEqual(['stop'])
  expect((await chat({ model: MODELS.claude, stop: ['END', ''] })).ignored).toEqual([])
  const older = (stop: string[]) =>
    ask('/v1/completions', { model: MODELS.claude, prompt: 'Hi', stop })
  expect((await older(['END', '\n'])).ignored).toEqual(['stop'])
  expect((await older(['END', ''])).ignored).toEqual([])
})

describe('a result that answers no call', () => {
  const result = (id: string) => ({ type: 'tool_result', tool_use_id: id, content: 'lost' })
  const call = { type: 'tool_use', id: 'a', name: 'f', input: {} }
  const tools = [{ name: 'f', input_schema: { type: 'object' } }]

  it.each([
    [
      'of a call that is gone',
      [{ role: 'user', content: [result('z'), { type: 'text', text: 'x' }] }],
    ],
    [
      'of one that has its own',
      [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: [call] },
        { role: 'user', content: [{ ...result('a'), content: 'kept' }, result('a')] },
      ],
    ],
  ])('is left out of messages by name: %s', async (_, turns) => {
    const { status, ignored } = await messages({ model: MODELS.nova, tools, messages: turns })
    expect({ status, ignored }).toEqual({ status: 200, ignored: ['messages.tool_result'] })
    expect(JSON.stringify(bedrock.sent())).not.toContain('lost')
  })

  // The first kind is a 400 in chat and in responses, as at OpenAI.
  it('is left out of chat by name', async () => {
    const tool = (content: string) => ({ role: 'tool', tool_call_id: 'a', content })
    const calls = [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }]
    const turns = [{ role: 'assistant', tool_calls: calls }, tool('kept'), tool('lost')]
    const { status, ignored } = await chat({ model: MODELS.nova, messages: [...HELLO, ...turns] })
    expect({ status, ignored }).toEqual({ status: 200, ignored: ['messages.tool'] })
    expect(JSON.stringify(bedrock.sent())).not.toContain('lost')
  })
})

it('a cache breakpoint that the model has no cache for is named as the caller of responses calls it', async () => {
  const content = [
    { type: 'input_text', text: 'Hi', prompt_cache_breakpoint: { mode: 'explicit' } },
  ]
  const asked = { model: MODELS.llama, input: [{ role: 'user', content }] }
  expect((await responses(asked)).ignored).toEqual(['prompt_cache_breakpoint'])
})

it.each(['prompt_cache_breakpoint', 'cache_control'])(
  'a cache point that the model has no cache for is named as the caller of chat calls it: %s',
  async (mark) => {
    const content = [{ type: 'text', text: 'Hi', [mark]: {} }]
    for (const role of ['system', 'user']) {
      const asked = { model: MODELS.llama, messages: [{ role, content }, ...HELLO] }
      expect((await chat(asked)).ignored).toEqual([mark])
    }
  },
)

it.each([MODELS.nova, MODELS.llama])(
  'what only the platform of Anthropic does is left out by name and never sent: %s',
  async (model) => {
    const tool = { name: 'f', input_schema: { type: 'object', properties: {} } }
    const { status, ignored } = await messages({
      model,
      compaction: { type: 'summarize' },
      billing_policy: { type: 'billing_policy' },
      fallback_credit_token: 'token',
      output_config: { task_budget: { type: 'tokens', total: 20_000 } },
      tools: [
        tool,
        { type: 'tool_search_tool_bm25_20251119', name: 'tool_search_tool_bm25' },
        { type: 'mcp_toolset', mcp_server_name: 'x' },
      ],
    })
    expect(status).toBe(200)
    expect(ignored.toSorted()).toEqual([
      'billing_policy',
      'compaction',
      'fallback_credit_token',
      'output_config.task_budget',
      'tools.mcp_toolset',
      'tools.tool_search_tool_bm25_20251119',
    ])
    const [sent] = bedrock.sent() as Json[]
    expect(sent).not.toHaveProperty('additionalModelRequestFields')
    expect(sent).toMatchObject({ toolConfig: { tools: [{ toolSpec: { name: 'f' } }] } })
  },
)
