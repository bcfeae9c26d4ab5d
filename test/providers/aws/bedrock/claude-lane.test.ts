import { describe, expect, it } from 'vitest'
import { claudeLane } from '../../../../app/providers/aws/bedrock/families/claude-lane.ts'
import { withoutPath } from '../../../../app/providers/aws/bedrock/families/without-path.ts'

const FILTER = { ANTHROPIC_BETA_FILTER: true, ANTHROPIC_BETA_ALLOWLIST: [] as string[] }
const SONNET_45 = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
const OPUS_45 = 'anthropic.claude-opus-4-5-20251101-v1:0'
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
        ...body,
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
