/**
 * Beta flags that InvokeModel takes, by the beginnings of base ids, from the special to the general. From
 * the user guide's page on Claude's request body (read 2026-10), the model cards (Sonnet 5.5: computer use
 * of November 2025), and reports: Opus 4.7 and what follows refuse every flag, or all but one
 * (anthropics/claude-code issues 49370 and 49648, 2026-04). A flag that stands here and is refused costs a
 * second call, one that is missing costs a feature: `ANTHROPIC_BETA_ALLOWLIST` adds to every model.
 */
const FLAGS: readonly [ids: readonly string[], flags: readonly string[]][] = [
  [['opus-5-5', 'sonnet-5-5', 'haiku-5-5'], ['computer-use-2025-11-24']],
  [['opus-5', 'sonnet-5', 'haiku-5', 'fable', 'mythos', 'opus-4-7', 'opus-4-8'], []],
  [
    ['opus-4-6', 'sonnet-4-6'],
    [
      'interleaved-thinking-2025-05-14',
      'context-1m-2025-08-07',
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
      'interleaved-thinking-2025-05-14',
      'context-1m-2025-08-07',
      'context-management-2025-06-27',
      'computer-use-2025-01-24',
      'tool-search-tool-2025-10-19',
    ],
  ],
  [
    ['haiku-4-5'],
    ['interleaved-thinking-2025-05-14', 'context-management-2025-06-27', 'computer-use-2025-01-24'],
  ],
  [
    ['sonnet-4'],
    [
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
  eager_input_streaming: 'fine-grained-tool-streaming-2025-05-14',
  allowed_callers: 'never',
}

/** The same for members of the request; those that `never` pass are features of Anthropic's own platform. */
export const BODY_FIELDS: Readonly<Record<string, string>> = {
  context_management: 'context-management-2025-06-27',
  mcp_servers: 'never',
  container: 'never',
  speed: 'never',
  inference_geo: 'never',
  diagnostics: 'never',
  fallbacks: 'never',
}

/** The same for members of `cache_control`. */
export const CACHE_FIELDS: Readonly<Record<string, string>> = {
  scope: 'prompt-caching-scope-2026-01-05',
}

/** Flags that tools of a type need, by its beginning (same page; the SDK's own list of tools). */
export const TOOL_FLAGS: Readonly<Record<string, string>> = {
  computer_20241022: 'computer-use-2024-10-22',
  computer_20250124: 'computer-use-2025-01-24',
  computer_20251124: 'computer-use-2025-11-24',
  memory_: 'context-management-2025-06-27',
  tool_search_tool_: 'tool-search-tool-2025-10-19',
}
