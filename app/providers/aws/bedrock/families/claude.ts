import type { ModelTraits } from '../../../../ports/models.ts'
import { flagsOf } from './claude-betas.ts'
import { claudeLane } from './claude-lane.ts'
import { type Family, PLAIN, TEXT_DOCUMENT, TEXT_IMAGE_DOCUMENT } from './family.ts'

/** Five minutes are known since the first models with a cache, an hour since 4.5 (user guide, prompt-caching, October 2026). */
const CACHE = { max: 4, ttls: ['5m'], tools: true } as const
const LONG_CACHE = { max: 4, ttls: ['5m', '1h'], tools: true } as const

const MILLION = 1_000_000

/** The maker's tools that the caller runs; those the maker runs itself are not on Converse. */
const MAKERS_TOOLS = [
  'bash',
  'computer',
  'memory',
  'str_replace_editor',
  'str_replace_based_edit_tool',
] as const

/** The computer of November 2025, which Opus has had since 4.5 (Anthropic's page on the computer use tool). */
const NEW_COMPUTER = { computer: 'computer_20251124' } as const

const OLD_TOOLS = {
  bash: 'bash_20241022',
  computer: 'computer_20241022',
  str_replace_editor: 'text_editor_20241022',
} as const

/** Claude 3 and later. Video and S3 refused (recorded for Sonnet 4.5), tiers too (probed 2026-08 to 09). */
const CLAUDE_3: ModelTraits = {
  ...PLAIN,
  images: true,
  documents: true,
  toolResultMedia: ['image', 'document'],
  systemTools: MAKERS_TOOLS,
  nativeSettings: { topK: 'top_k', parallelToolCalls: '!tool_choice.disable_parallel_tool_use' },
  maxStopSequences: 8191,
  maxOutputTokens: 4096,
}

const CLAUDE_3_5: ModelTraits = { ...CLAUDE_3, maxOutputTokens: 8192 }

/** Thinks with a budget; a forced tool choice does not go with it (user guide, extended-thinking). */
const CLAUDE_4: ModelTraits = {
  ...CLAUDE_3,
  cachePoints: CACHE,
  forcedToolWithReasoning: false,
  sealsThoughts: true,
  reasoning: 'claude-budget',
  maxOutputTokens: 64_000,
}

/** `temperature` beside `top_p` refused, `outputConfig` taken (probed 2026-08-01). */
const CLAUDE_4_5: ModelTraits = {
  ...CLAUDE_4,
  cachePoints: LONG_CACHE,
  temperatureWithTopP: false,
  structuredOutput: true,
  strictTools: true,
}

/** Prefill refused (probed 2026-08-01); thinking is adaptive, a budget still taken. */
const CLAUDE_4_6: ModelTraits = {
  ...CLAUDE_4_5,
  prefill: false,
  toolKinds: NEW_COMPUTER,
  reasoning: 'claude-adaptive',
}

/** A budget is refused (user guide, claude-messages-adaptive-thinking). */
const CLAUDE_4_7: ModelTraits = {
  ...CLAUDE_4_6,
  unsupported: ['temperature', 'topP', 'topK'],
  reasoning: 'claude-adaptive-only',
  maxOutputTokens: 128_000,
}

/**
 * Sampling and `output_config.format` refused, forced tools taken (probed for Opus 5, 2026-08-01). Thinks unless it
 * is told not to, which Haiku 5.5 may be as well (Anthropic's pages on what is new in each).
 */
const CLAUDE_5: ModelTraits = {
  ...CLAUDE_4_7,
  structuredOutput: false,
  strictTools: false,
  reasoning: 'claude-adaptive-default',
}

/** Always thinks: both enabled and disabled are a 400 (same page). */
const FABLE: ModelTraits = { ...CLAUDE_5, reasoning: 'claude-adaptive-always' }

/** `tool_choice` any or tool refused (Anthropic's release notes of September 2026); so with Opus 5.5. */
const FABLE_5_1: ModelTraits = { ...FABLE, toolChoices: [] }

/** The same; the least thinking is called `between_tools` (probed 2026-09-29), a word no other model knows. */
const SONNET_5_5: ModelTraits = { ...FABLE_5_1, reasoning: 'claude-between-tools' }

const generation = (names: string[], contextWindow: number, traits: ModelTraits) => {
  const ids = names.map((name) => `anthropic.claude-${name}`)
  return {
    ids,
    input: traits.images ? TEXT_IMAGE_DOCUMENT : TEXT_DOCUMENT,
    contextWindow,
    // Since 4.6 a flag that is not known is refused, and most tools are no betas any more.
    traits: traits.prefill === false ? { ...traits, betas: flagsOf(ids[0]!) } : traits,
  }
}

/** Context and output limits: model cards and the catalogue of 2026-09-18. */
export const claude: Family = {
  name: 'claude',
  owner: 'Anthropic',
  matches: (id) => id.startsWith('anthropic.'),
  lane: claudeLane,
  chat: [
    generation(['sonnet-5-5'], MILLION, SONNET_5_5),
    generation(
      ['opus-5-5', 'fable-5-1', 'fable-5-2', 'mythos-5-1', 'mythos-5-2'],
      MILLION,
      FABLE_5_1,
    ),
    generation(['fable', 'mythos'], MILLION, FABLE),
    generation(['opus-5', 'sonnet-5', 'haiku-5-5'], MILLION, CLAUDE_5),
    generation(['opus-4-7', 'opus-4-8'], MILLION, CLAUDE_4_7),
    generation(['opus-4-6'], MILLION, { ...CLAUDE_4_6, maxOutputTokens: 128_000 }),
    generation(['sonnet-4-6'], MILLION, CLAUDE_4_6),
    // Of its line Opus alone takes `output_config.effort`; the others answer 400 (user guide,
    // claude-messages-extended-thinking).
    generation(['opus-4-5'], 200_000, {
      ...CLAUDE_4_5,
      toolKinds: NEW_COMPUTER,
      reasoning: 'claude-budget-effort',
    }),
    generation(['sonnet-4-5', 'haiku-4-5'], 200_000, CLAUDE_4_5),
    generation(['opus-4'], 200_000, { ...CLAUDE_4, maxOutputTokens: 32_000 }),
    generation(['sonnet-4', '3-7-sonnet'], 200_000, CLAUDE_4),
    generation(['3-5-haiku'], 200_000, {
      ...CLAUDE_3_5,
      latencyOptimized: true,
      images: false,
      toolResultMedia: ['document'],
      cachePoints: CACHE,
    }),
    generation(['3-5-sonnet-20241022'], 200_000, {
      ...CLAUDE_3_5,
      cachePoints: CACHE,
      toolKinds: OLD_TOOLS,
    }),
    generation(['3-5-sonnet'], 200_000, CLAUDE_3_5),
    generation(['3-'], 200_000, CLAUDE_3),
    {
      ids: ['anthropic.claude-v2', 'anthropic.claude-instant'],
      input: TEXT_DOCUMENT,
      contextWindow: 100_000,
      // Documents: recorded for claude-v2.
      traits: { ...PLAIN, documents: true, tools: false, nativeSettings: { topK: 'top_k' } },
    },
    // A Claude that nobody listed is a newer one, and those refuse more than they take.
    generation([''], MILLION, { ...CLAUDE_5, maxOutputTokens: undefined }),
  ],
}
