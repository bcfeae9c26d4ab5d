/**
 * A word of `thinking.display` that is refused without its flag: it hides thoughts and shows the notes between calls
 * of tools. Fable, Mythos 5.1, Opus 5.5 and Sonnet 5.5 have it on every platform (Anthropic's claude-api skill, 2026-09);
 * Claude Code 2.1.330 asks every model for it.
 */
export const NOTES_DISPLAY = 'updates'
export const NOTES_FLAG = 'thinking-display-updates-2026-08-18'

/**
 * Beta flags that InvokeModel takes, by the beginnings of base ids, from the special to the general. From
 * the user guide's page on Claude's request body (read 2026-10), the model cards (Sonnet 5.5: computer use
 * of November 2025), and reports: Opus 4.7 and what follows refuse every flag, or all but one
 * (anthropics/claude-code issues 49370 and 49648, 2026-04). A flag that stands here and is refused costs a
 * second call, one that is missing costs a feature: `ANTHROPIC_BETA_ALLOWLIST` adds to every model. Compaction and
 * eager streams of inputs after the guide's pages on compaction and tool use.
 */
const FLAGS: readonly [ids: readonly string[], flags: readonly string[]][] = [
  [
    ['opus-5-5', 'sonnet-5-5'],
    ['computer-use-2025-11-24', NOTES_FLAG],
  ],
  [['haiku-5-5'], ['computer-use-2025-11-24']],
  [['fable', 'mythos-5-1'], [NOTES_FLAG]],
  [['opus-5', 'sonnet-5', 'haiku-5', 'mythos', 'opus-4-7', 'opus-4-8'], []],
  [
    ['opus-4-6', 'sonnet-4-6'],
    [
      'interleaved-thinking-2025-05-14',
      'context-1m-2025-08-07',
      'compact-2026-01-12',
      'context-management-2025-06-27',
      'computer-use-2025-11-24',
      'tool-search-tool-2025-10-19',
      'tool-examples-2025-10-29',
    ],
  ],
  [
    ['opus-4-5'],
    [
      'interleaved-thinking-2025-05-14',
      'context-management-2025-06-27',
      'effort-2025-11-24',
      'computer-use-2025-01-24',
      'computer-use-2025-11-24',
      'tool-search-tool-2025-10-19',
      'tool-examples-2025-10-29',
    ],
  ],
  [
    ['sonnet-4-5'],
    [
      'fine-grained-tool-streaming-2025-05-14',
      'interleaved-thinking-2025-05-14',
      'context-1m-2025-08-07',
      'context-management-2025-06-27',
      'computer-use-2025-01-24',
      'tool-search-tool-2025-10-19',
    ],
  ],
  [
    ['haiku-4-5'],
    [
      'fine-grained-tool-streaming-2025-05-14',
      'interleaved-thinking-2025-05-14',
      'context-management-2025-06-27',
      'computer-use-2025-01-24',
    ],
  ],
  [
    ['sonnet-4'],
    [
      'fine-grained-tool-streaming-2025-05-14',
      'interleaved-thinking-2025-05-14',
      'dev-full-thinking-2025-05-14',
      'context-1m-2025-08-07',
      'computer-use-2025-01-24',
      'token-efficient-tools-2025-02-19',
    ],
  ],
  [
    ['opus-4'],
    [
      'fine-grained-tool-streaming-2025-05-14',
      'interleaved-thinking-2025-05-14',
      'dev-full-thinking-2025-05-14',
      'computer-use-2025-01-24',
      'token-efficient-tools-2025-02-19',
    ],
  ],
  [
    ['3-7-sonnet'],
    ['computer-use-2025-01-24', 'token-efficient-tools-2025-02-19', 'output-128k-2025-02-19'],
  ],
  [['3-5-sonnet-20241022'], ['computer-use-2024-10-22']],
]

/** The flags a model takes. A Claude that nobody listed takes none, like the newest. */
export function flagsOf(base: string): readonly string[] {
  const name = base.replace(/^anthropic\.claude-/, '')
  return FLAGS.find(([ids]) => ids.some((beginning) => name.startsWith(beginning)))?.[1] ?? []
}

/** Flags of Anthropic's own API that Bedrock knows under other names (Anthropic's docs, tool search, 2026). */
export const RENAMED: Readonly<Record<string, readonly string[]>> = {
  'advanced-tool-use-2025-11-20': ['tool-search-tool-2025-10-19', 'tool-examples-2025-10-29'],
}

/** Of `output_config.effort`: needed by Opus 4.5 alone, later models grade their effort without. */
export const EFFORT_FLAG = 'effort-2025-11-24'

/** Members of a tool that are taken only with a flag. `never`: no flag of Bedrock's is known for it. */
export const TOOL_FIELDS: Readonly<Record<string, string>> = {
  defer_loading: 'tool-search-tool-2025-10-19',
  input_examples: 'tool-examples-2025-10-29',
  allowed_callers: 'never',
}

/**
 * The wish to have the inputs of a tool's calls as they are written: Bedrock takes the flag, which does not go with a
 * computer, and refuses the member (anthropics/claude-agent-sdk-python#694, litellm-docs#1550).
 */
export const EAGER_FIELD = 'eager_input_streaming'
export const EAGER_FLAG = 'fine-grained-tool-streaming-2025-05-14'

/** Of the edits of `context_management` that sum the conversation up. */
export const COMPACT_EDIT = 'compact_'
export const COMPACT_FLAG = 'compact-2026-01-12'

/** The same for members of the request; those that `never` pass are features of Anthropic's own platform. */
export const BODY_FIELDS: Readonly<Record<string, string>> = {
  context_management: 'context-management-2025-06-27',
  mcp_servers: 'never',
  container: 'never',
  speed: 'never',
  inference_geo: 'never',
  diagnostics: 'never',
  fallbacks: 'never',
  fallback_credit_token: 'never',
  billing_policy: 'never',
  compaction: 'compact-2026-09-04',
}

/** The same for members of `output_config`. */
export const OUTPUT_FIELDS: Readonly<Record<string, string>> = {
  task_budget: 'task-budgets-2026-03-13',
}

/**
 * The same for members of `system` turns between the others, each with any of its flags (Anthropic's SDK 1.12; Claude
 * Code 2.1.330 sends an effort with every one to Sonnet 5.5).
 */
export const SYSTEM_TURN_FIELDS: Readonly<Record<string, readonly string[]>> = {
  output_config: ['per-turn-control-2026-07-01', 'mid-conversation-output-config-2026-07-01'],
  clear_at: ['mid-conversation-system-clear-at-2026-08-21'],
}

/** The same for members of `cache_control`. */
export const CACHE_FIELDS: Readonly<Record<string, string>> = {
  scope: 'prompt-caching-scope-2026-01-05',
}

/** Blocks that need a flag, and are said in words without it. */
export const BLOCK_FLAGS: Readonly<Record<string, string>> = {
  tool_reference: 'tool-search-tool-2025-10-19',
  compaction: COMPACT_FLAG,
}

/** Flags that tools of a type need, by its beginning (same page; the SDK's own list of tools). */
export const TOOL_FLAGS: Readonly<Record<string, string>> = {
  computer_20241022: 'computer-use-2024-10-22',
  computer_20250124: 'computer-use-2025-01-24',
  computer_20251124: 'computer-use-2025-11-24',
  memory_: 'context-management-2025-06-27',
  tool_search_tool_: 'tool-search-tool-2025-10-19',
  mcp_toolset: 'never',
}

/** Without their flags these are refused, and an answer can do without them. */
export const OPTIONAL_TOOLS: readonly string[] = ['tool_search_tool_', 'mcp_toolset']

/** Of tools that no model knows without: sent also where the list above has none, at the cost of a second call. */
export const COMPUTER_FLAG = /^computer-use-/
