const PROSE = 'You are an agent that edits code. "Quotes", tabs\tand line breaks\n happen. '

const prose = (length: number) => PROSE.repeat(Math.ceil(length / PROSE.length)).slice(0, length)

function tool(index: number) {
  const properties = Object.fromEntries(
    Array.from({ length: 6 }, (_, at) => [
      `field_${at}`,
      { type: 'string', description: prose(90) },
    ]),
  )
  return {
    name: `Tool${index}`,
    description: prose(1500),
    input_schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties,
      required: ['field_0'],
      additionalProperties: false,
    },
    ...(index > 15 && { defer_loading: true }),
    eager_input_streaming: true,
  }
}

function exchange(index: number) {
  const id = `toolu_${index}`
  return [
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: prose(400), signature: 'EqoBCkYIBxgCKkA=' },
        { type: 'text', text: prose(200) },
        { type: 'tool_use', id, name: 'Tool1', input: { field_0: prose(300) } },
      ],
    },
    {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: id, content: prose(1800), is_error: false }],
    },
  ]
}

/** A request of the size and shape that Claude Code sends in the middle of its work: about 88 KB. */
export function claudeCodeRequest() {
  const turns = Array.from({ length: 8 }, (_, index) => exchange(index)).flat()
  const last = turns.at(-1)!.content[0]!
  const marked = { ...last, cache_control: { type: 'ephemeral', ttl: '1h' } }
  return {
    model: 'claude-sonnet-4-5',
    max_tokens: 32000,
    system: [
      { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.0;' },
      {
        type: 'text',
        text: "You are Claude Code, Anthropic's official CLI for Claude.",
        cache_control: { type: 'ephemeral', scope: 'global' },
      },
      {
        type: 'text',
        text: prose(14_000),
        cache_control: { type: 'ephemeral', ttl: '1h', scope: 'global' },
      },
    ],
    messages: [
      { role: 'user', content: [{ type: 'text', text: prose(900) }] },
      ...turns.slice(0, -1),
      { role: 'user', content: [marked] },
    ],
    tools: Array.from({ length: 20 }, (_, index) => tool(index)),
    thinking: { type: 'enabled', budget_tokens: 31999, display: 'summarized' },
    context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
    output_config: { effort: 'medium' },
    metadata: { user_id: 'user_account_session' },
    stream: true,
    a_newer_field: { of: 'theirs' },
    anthropic_beta: ['claude-code-20250219', 'interleaved-thinking-2025-05-14'],
  }
}
