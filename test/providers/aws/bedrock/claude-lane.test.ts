import { describe, expect, it } from 'vitest'
import { claudeLane } from '../../../../app/providers/aws/bedrock/families/claude-lane.ts'
import { withoutPath } from '../../../../app/providers/aws/bedrock/families/without-path.ts'

const FILTER = { ANTHROPIC_BETA_FILTER: true, ANTHROPIC_BETA_ALLOWLIST: [] as string[] }
const SONNET_45 = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
const OPUS_45 = 'anthropic.claude-opus-4-5-20251101-v1:0'
const OPUS_46 = 'anthropic.claude-opus-4-6-v1'
const OPUS_47 = 'anthropic.claude-opus-4-7'

const search = { type: 'tool_search_tool_regex_20251119', name: 'tool_search_tool_regex' }
const tool = { name: 'look', input_schema: { type: 'object' } }

describe('fit', () => {
  it('sends the flags the model takes, each once, and names the others', () => {
    const body = {
      anthropic_beta: [
        'interleaved-thinking-2025-05-14',
        'context-1m-2025-08-07',
        'fast-mode-2026-02-01',
        'claude-code-20250219',
        'interleaved-thinking-2025-05-14',
      ],
    }
    expect(claudeLane.fit(body, SONNET_45, FILTER)).toEqual({
      body: { anthropic_beta: ['interleaved-thinking-2025-05-14', 'context-1m-2025-08-07'] },
      ignored: ['anthropic_beta.fast-mode-2026-02-01'],
    })
  })

  it('sends no list at all where nothing is left of it', () => {
    const body = { max_tokens: 1, anthropic_beta: ['interleaved-thinking-2025-05-14'] }
    expect(claudeLane.fit(body, OPUS_47, FILTER)).toEqual({
      body: { max_tokens: 1 },
      ignored: ['anthropic_beta.interleaved-thinking-2025-05-14'],
    })
  })

  it('says a flag by the name Bedrock has for it', () => {
    const body = {
      anthropic_beta: ['advanced-tool-use-2025-11-20'],
      tools: [search, { ...tool, defer_loading: true, input_examples: [{ a: 1 }] }],
    }
    expect(claudeLane.fit(body, OPUS_45, FILTER)).toEqual({
      body: {
        ...body,
        anthropic_beta: ['tool-search-tool-2025-10-19', 'tool-examples-2025-10-29'],
      },
      ignored: [],
    })
  })

  it('adds the flag of an effort for the one model that needs it', () => {
    const body = { output_config: { effort: 'low' } }
    expect(claudeLane.fit(body, OPUS_45, FILTER)).toEqual({
      body: { ...body, anthropic_beta: ['effort-2025-11-24'] },
      ignored: [],
    })
    expect(claudeLane.fit(body, OPUS_47, FILTER)).toEqual({ body, ignored: [] })
  })

  it('adds the flag that a field or a tool needs, where the model takes it', () => {
    const body = {
      tools: [{ type: 'computer_20250124', name: 'computer' }],
      context_management: { edits: [] },
    }
    expect(claudeLane.fit(body, SONNET_45, FILTER)).toEqual({
      body: {
        ...body,
        anthropic_beta: ['context-management-2025-06-27', 'computer-use-2025-01-24'],
      },
      ignored: [],
    })
  })

  it('leaves out the fields that need a flag the model does not take, and names them', () => {
    const marked = {
      type: 'text',
      text: 'x',
      cache_control: { type: 'ephemeral', scope: 'global' },
    }
    const body = {
      system: [marked],
      messages: [
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [marked] }] },
        { role: 'user', content: 'plain' },
      ],
      tools: [{ ...tool, defer_loading: true, eager_input_streaming: true }, tool],
      context_management: { edits: [] },
      mcp_servers: [],
    }
    const before = structuredClone(body)
    const bare = { ...marked, cache_control: { type: 'ephemeral' } }
    expect(claudeLane.fit(body, OPUS_47, FILTER)).toEqual({
      body: {
        system: [bare],
        messages: [
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [bare] }] },
          { role: 'user', content: 'plain' },
        ],
        tools: [tool, tool],
      },
      ignored: [
        'context_management',
        'mcp_servers',
        'tools.defer_loading',
        'tools.eager_input_streaming',
        'cache_control.scope',
      ],
    })
    expect(body).toEqual(before)
  })

  it('asks for eager inputs by the flag, for the member is refused', () => {
    const eager = { ...tool, eager_input_streaming: true }
    const flag = 'fine-grained-tool-streaming-2025-05-14'
    expect(claudeLane.fit({ tools: [eager, tool] }, SONNET_45, FILTER)).toEqual({
      body: { tools: [tool, tool], anthropic_beta: [flag] },
      ignored: [],
    })
    const computer = { type: 'computer_20250124', name: 'computer' }
    expect(claudeLane.fit({ tools: [eager, computer] }, SONNET_45, FILTER)).toEqual({
      body: { tools: [tool, computer], anthropic_beta: ['computer-use-2025-01-24'] },
      ignored: ['tools.eager_input_streaming'],
    })
    const lazy = { tools: [{ ...tool, eager_input_streaming: false }], anthropic_beta: ['x'] }
    expect(claudeLane.fit(lazy, OPUS_47, FILTER)).toEqual({
      body: { tools: [tool] },
      ignored: ['anthropic_beta.x'],
    })
    const { tools } = lazy
    expect(claudeLane.fit({ tools }, OPUS_47, FILTER)).toEqual({
      body: { tools: [tool] },
      ignored: [],
    })
  })

  it('sums conversations up where the model does that, and names it elsewhere', () => {
    const compaction = { type: 'compact_20260112', trigger: { type: 'input_tokens', value: 9 } }
    const clearing = { type: 'clear_tool_uses_20250919' }
    const body = { context_management: { edits: [clearing, compaction] } }
    expect(claudeLane.fit(body, 'anthropic.claude-opus-4-6-v1', FILTER)).toEqual({
      body: {
        ...body,
        anthropic_beta: ['context-management-2025-06-27', 'compact-2026-01-12'],
      },
      ignored: [],
    })
    expect(claudeLane.fit(body, SONNET_45, FILTER)).toEqual({
      body: {
        context_management: { edits: [clearing] },
        anthropic_beta: ['context-management-2025-06-27'],
      },
      ignored: ['context_management.compact_20260112'],
    })
    const only = { context_management: { edits: [compaction] } }
    expect(claudeLane.fit(only, SONNET_45, FILTER).body).not.toHaveProperty('context_management')
  })

  // Chat says it too: without its flag no model knows a computer, whatever the list of flags has.
  it.each([OPUS_47, SONNET_45, 'anthropic.claude-opus-5'])(
    'keeps the flag of a computer: %s',
    (base) => {
      const flag = 'computer-use-2025-11-24'
      const body = { tools: [{ type: 'computer_20251124', name: 'computer' }] }
      const fitted = { body: { ...body, anthropic_beta: [flag] }, ignored: [] }
      expect(claudeLane.fit(body, base, FILTER)).toEqual(fitted)
      expect(claudeLane.fit({ ...body, anthropic_beta: [flag] }, base, FILTER)).toEqual(fitted)
      const bare = { anthropic_beta: [flag] }
      expect(claudeLane.fit(bare, base, FILTER).ignored).toEqual([`anthropic_beta.${flag}`])
    },
  )

  it('leaves out the tools that need what the model does not take, and names them', () => {
    const toolset = { type: 'mcp_toolset', mcp_server_name: 'x' }
    const body = { tools: [toolset, search, tool], tool_choice: { type: 'auto' } }
    expect(claudeLane.fit({ ...body, mcp_servers: [{ name: 'x' }] }, OPUS_47, FILTER)).toEqual({
      body: { tools: [tool], tool_choice: { type: 'auto' } },
      ignored: ['mcp_servers', 'tools.mcp_toolset', `tools.${search.type}`],
    })
    expect(claudeLane.fit(body, SONNET_45, FILTER)).toEqual({
      body: { ...body, tools: [search, tool], anthropic_beta: ['tool-search-tool-2025-10-19'] },
      ignored: ['tools.mcp_toolset'],
    })
    // To choose among none is refused.
    expect(claudeLane.fit({ ...body, tools: [toolset] }, SONNET_45, FILTER)).toEqual({
      body: {},
      ignored: ['tools.mcp_toolset'],
    })
  })

  it('says in words which tools were found, where the model takes no references to them', () => {
    const reference = { type: 'tool_reference', tool_name: 'look' }
    const body = (...content: object[]) => ({
      messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content }] }],
      tools: [tool],
    })
    const asked = { ...body(reference), anthropic_beta: ['advanced-tool-use-2025-11-20'] }
    const told = body({ type: 'text', text: 'The tool look can be called now.' })
    expect(claudeLane.fit(asked, OPUS_47, FILTER).body).toEqual(told)
    // Without its flag every model refuses one: "Tool reference 'look' not found in available tools".
    expect(claudeLane.fit(body(reference), SONNET_45, FILTER)).toEqual({ body: told, ignored: [] })
    expect(claudeLane.fit(asked, SONNET_45, FILTER).body).toEqual({
      ...body(reference),
      anthropic_beta: ['tool-search-tool-2025-10-19'],
    })
    expect(claudeLane.relent(asked, 'invalid beta flag')?.body).toEqual(told)
    const marked = { ...reference, cache_control: { type: 'ephemeral' } }
    expect(claudeLane.fit(body(marked), OPUS_47, FILTER).body).toMatchObject(
      body({ type: 'text', cache_control: { type: 'ephemeral' } }),
    )
  })

  it('says in words what was summed up, where the model takes no blocks of it', () => {
    const body = (block: object) => ({ messages: [{ role: 'assistant', content: [block] }] })
    const mark = { cache_control: { type: 'ephemeral' } }
    const asked = body({ type: 'compaction', content: 'Cats.', encrypted_content: 'x', ...mark })
    const told = body({
      type: 'text',
      text: 'Summary of the conversation so far:\nCats.',
      ...mark,
    })
    const anthropic_beta = ['compact-2026-01-12']
    expect(claudeLane.fit(asked, OPUS_46, FILTER)).toEqual({ body: told, ignored: [] })
    expect(claudeLane.fit({ ...asked, anthropic_beta }, OPUS_47, FILTER)).toEqual({
      body: told,
      ignored: ['anthropic_beta.compact-2026-01-12'],
    })
    expect(claudeLane.fit({ ...asked, anthropic_beta }, OPUS_46, FILTER)).toEqual({
      body: { ...asked, anthropic_beta },
      ignored: [],
    })
  })

  it('leaves out what the platform of Anthropic does with a request', () => {
    const budget = { task_budget: { type: 'tokens', total: 20_000 } }
    const body = { compaction: { type: 'summarize' }, fallback_credit_token: 't', max_tokens: 1 }
    expect(
      claudeLane.fit({ ...body, billing_policy: {}, output_config: budget }, OPUS_47, FILTER),
    ).toEqual({
      body: { max_tokens: 1 },
      ignored: [
        'fallback_credit_token',
        'billing_policy',
        'compaction',
        'output_config.task_budget',
      ],
    })
    const output_config = { ...budget, effort: 'high' }
    const anthropic_beta = ['task-budgets-2026-03-13']
    const learnt = { ...FILTER, ANTHROPIC_BETA_ALLOWLIST: anthropic_beta }
    expect(claudeLane.fit({ output_config }, OPUS_47, learnt)).toEqual({
      body: { output_config, anthropic_beta },
      ignored: [],
    })
    expect(claudeLane.fit({ output_config, anthropic_beta }, OPUS_47, FILTER)).toEqual({
      body: { output_config: { effort: 'high' } },
      ignored: ['anthropic_beta.task-budgets-2026-03-13', 'output_config.task_budget'],
    })
  })

  it('asks no turn of the system for what needs a flag that the model does not take', () => {
    const turn = { role: 'system', content: 'Be brief.' }
    const effort = { output_config: { effort: 'high' } }
    const body = {
      messages: [
        { ...turn, ...effort, clear_at: 'never' },
        { ...turn, role: 'user' },
      ],
    }
    const bare = { messages: [turn, { ...turn, role: 'user' }] }
    const ignored = ['messages.output_config', 'messages.clear_at']
    expect(claudeLane.fit(body, 'anthropic.claude-sonnet-5-5', FILTER)).toEqual({
      body: bare,
      ignored,
    })
    for (const content of [[], '']) {
      const silent = { messages: [...body.messages, { role: 'system', content, ...effort }] }
      expect(claudeLane.fit(silent, OPUS_47, FILTER).body).toEqual(bare)
    }
    const flag = 'per-turn-control-2026-07-01'
    const asked = { ...body, anthropic_beta: [flag] }
    expect(claudeLane.fit(asked, OPUS_47, FILTER)).toEqual({
      body: bare,
      ignored: [`anthropic_beta.${flag}`, ...ignored],
    })
    const policy = { ...FILTER, ANTHROPIC_BETA_ALLOWLIST: [flag] }
    expect(claudeLane.fit(asked, OPUS_47, policy)).toEqual({
      body: { messages: [{ ...turn, ...effort }, bare.messages[1]], anthropic_beta: [flag] },
      ignored: ['messages.clear_at'],
    })
  })

  it('shows notes between calls of tools where the model has them, and else what it shows unasked', () => {
    const flag = 'thinking-display-updates-2026-08-18'
    const thinking = { type: 'adaptive', display: 'updates' }
    expect(
      claudeLane.fit({ thinking, anthropic_beta: [flag] }, 'anthropic.claude-sonnet-5-5', FILTER),
    ).toEqual({ body: { thinking, anthropic_beta: [flag] }, ignored: [] })
    expect(claudeLane.fit({ thinking, anthropic_beta: [flag] }, OPUS_47, FILTER)).toEqual({
      body: { thinking: { type: 'adaptive' } },
      ignored: [`anthropic_beta.${flag}`, 'thinking.display'],
    })
    expect(claudeLane.fit({ thinking }, 'anthropic.claude-fable-5-1', FILTER)).toEqual({
      body: { thinking, anthropic_beta: [flag] },
      ignored: [],
    })
    const summarized = { thinking: { type: 'adaptive', display: 'summarized' } }
    expect(claudeLane.fit(summarized, OPUS_47, FILTER)).toEqual({ body: summarized, ignored: [] })
  })

  it('keeps what the operator allows', () => {
    const policy = {
      ...FILTER,
      ANTHROPIC_BETA_ALLOWLIST: ['fine-grained-tool-streaming-2025-05-14', 'new-2027-01-01'],
    }
    const body = {
      anthropic_beta: ['new-2027-01-01'],
      tools: [{ ...tool, eager_input_streaming: true }],
    }
    expect(claudeLane.fit(body, OPUS_47, policy)).toEqual({
      body: {
        tools: [tool],
        anthropic_beta: ['new-2027-01-01', 'fine-grained-tool-streaming-2025-05-14'],
      },
      ignored: [],
    })
  })

  it('touches nothing when the filter is off', () => {
    const body = {
      anthropic_beta: ['x'],
      mcp_servers: [],
      tools: [{ ...tool, defer_loading: true }],
    }
    const off = { ...FILTER, ANTHROPIC_BETA_FILTER: false }
    expect(claudeLane.fit(body, OPUS_47, off)).toEqual({ body, ignored: [] })
  })
})

describe('relent', () => {
  it('gives up every flag and what needs one', () => {
    const body = {
      anthropic_beta: ['tool-search-tool-2025-10-19'],
      tools: [{ ...tool, defer_loading: true }],
    }
    expect(claudeLane.relent(body, 'ValidationException: invalid beta flag')).toEqual({
      body: { tools: [tool] },
      ignored: ['anthropic_beta.tool-search-tool-2025-10-19', 'tools.defer_loading'],
    })
  })

  it('gives up the field that is named, wherever else it stands as well', () => {
    const body = { tools: [tool, { ...tool, strange: 1 }, { ...tool, strange: 2 }] }
    const refusal = 'AWS answered 400: tools.1.custom.strange: Extra inputs are not permitted'
    expect(claudeLane.relent(body, refusal)).toEqual({
      body: { tools: [tool, tool, tool] },
      ignored: ['tools.strange'],
    })
  })

  // anthropics/claude-code#79798, #81084 and #84844: no turn of such a session ever passes.
  it('does less where so much is not to be had without thought', () => {
    const refusal =
      "output_config.effort 'xhigh' is not supported when thinking is disabled on this model. Use effort 'high' or below, or enable thinking."
    const config = { effort: 'xhigh', task_budget: { type: 'tokens', total: 9 } }
    const body = { max_tokens: 1, output_config: config }
    expect(claudeLane.relent(body, refusal)).toEqual({
      body: { max_tokens: 1, output_config: { ...config, effort: 'high' } },
      ignored: ['output_config.effort'],
    })
    const high = { output_config: { effort: 'high' } }
    expect(claudeLane.relent(high, refusal)).toBe(undefined)
    expect(claudeLane.relent({ max_tokens: 1 }, refusal)).toBe(undefined)
  })

  it('knows nothing to give up otherwise', () => {
    expect(claudeLane.relent({ max_tokens: 1 }, 'invalid beta flag')).toBe(undefined)
    expect(claudeLane.relent({}, 'other: Extra inputs are not permitted')).toBe(undefined)
    expect(claudeLane.relent({ max_tokens: 1 }, 'max_tokens: too large')).toBe(undefined)
  })
})

describe('withoutPath', () => {
  it('reads tags of unions as what they are, also where a member has the same name', () => {
    const block = { type: 'text', text: 'x', cache_control: { type: 'ephemeral', scope: 'a' } }
    const body = {
      messages: [
        { role: 'user', content: 'x' },
        { role: 'user', content: [block] },
      ],
    }
    const path = 'messages.1.content.0.text.cache_control.ephemeral.scope'
    expect(withoutPath(body, path.split('.'))).toEqual({
      value: {
        messages: [
          { role: 'user', content: 'x' },
          { role: 'user', content: [{ ...block, cache_control: { type: 'ephemeral' } }] },
        ],
      },
      path: 'messages.content.cache_control.scope',
    })
  })

  it('finds nothing where nothing is', () => {
    expect(withoutPath({ a: [1] }, ['a', '0', 'b'])).toBe(undefined)
    expect(withoutPath({ a: 1 }, ['b'])).toBe(undefined)
  })
})
