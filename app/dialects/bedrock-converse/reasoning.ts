import { entryOf } from '../../codecs/table.ts'
import type {
  Conversation,
  ReasoningRequest,
  Settings,
  Turn,
} from '../../conversation/conversation.ts'
import type { ModelCard } from '../../ports/models.ts'
import { type BudgetWish, budgetFor, type Effort, effortOf, roomFor } from '../thought-budget.ts'
import type { Asking } from './encoding.ts'

/** How a request asks a model to think. */
export interface Thinking {
  /** Whether the model is made to think by it. */
  on: boolean
  /** Members of `additionalModelRequestFields`. */
  fields: Record<string, unknown>
  /** Settings that do not go together with it (T26). */
  drops: readonly (keyof Settings)[]
  /** Of these, a temperature of 1 and a wide nucleus are taken all the same. */
  lenient?: boolean
  /** Whether the conversation may still end with the assistant's words. */
  prefill: boolean
  /** The budget is not the one that was asked for. */
  cut?: boolean
}

/** What the caller wants, in one of three forms. */
interface Wish {
  off: boolean
  effort: Effort | undefined
  budget: number | undefined
  /** How thoughts are shown: `summarized`, `omitted`. */
  display: string | undefined
}

interface Asked extends Wish, BudgetWish {}

/** Undefined when the wish cannot be granted; it is then named as ignored. */
type Mode = (asked: Asked) => Thinking | undefined

const OFF: Thinking = { on: false, fields: {}, drops: [], prefill: true }
const SAMPLING = ['temperature', 'topP', 'topK'] as const
const EFFORT_FLAG = 'effort-2025-11-24'

type Efforts = Record<Effort, string>
const THREE: Efforts = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
}
const WITH_MAX: Efforts = { ...THREE, max: 'max' }
const WITH_XHIGH: Efforts = { ...WITH_MAX, xhigh: 'xhigh' }
const UP_TO_XHIGH: Efforts = { ...THREE, xhigh: 'xhigh', max: 'xhigh' }

/**
 * Request shapes by name, for `traits.reasoning`. Shapes and rules: AWS and client recordings of
 * 2025 and 2026; which model has which shape is the families' knowledge.
 */
const MODES: Record<string, Mode> = {
  /** `thinking {type: enabled, budget_tokens}`. */
  'claude-budget': (asked) => (asked.off ? OFF : thinkWithBudget(asked)),
  /** The same with `output_config.effort` beside it, which needs a flag. */
  'claude-budget-effort': (asked) => {
    if (asked.off) return OFF
    const thinking = thinkWithBudget(asked)
    if (!thinking || !asked.effort) return thinking
    const graded = { output_config: { effort: THREE[asked.effort] }, anthropic_beta: [EFFORT_FLAG] }
    return { ...thinking, fields: { ...thinking.fields, ...graded } }
  },
  /** `thinking {type: adaptive}` and `output_config.effort`; takes a budget as well. */
  'claude-adaptive': (asked) => {
    if (asked.off) return OFF
    if (asked.budget !== undefined && !asked.effort) return thinkWithBudget(asked)
    return thinkAdaptively(asked.effort && WITH_MAX[asked.effort], {})
  },
  /** Adaptive without budgets. Switching off is leaving out, at the least effort. */
  'claude-adaptive-only': (asked) =>
    asked.off ? { ...OFF, fields: { output_config: { effort: 'low' } } } : thinkVisibly(asked),
  /** The same, thinking unless it is told not to (Anthropic's pages on Sonnet 5, Opus 5 and Haiku 5.5). */
  'claude-adaptive-default': (asked) =>
    asked.off ? { ...OFF, fields: { thinking: { type: 'disabled' } } } : thinkVisibly(asked),
  /** Adaptive that cannot be switched off. */
  'claude-adaptive-always': (asked) => (asked.off ? undefined : thinkVisibly(asked)),
  /** Adaptive whose lowest setting is called `between_tools`. */
  'claude-between-tools': (asked) =>
    asked.off ? { ...OFF, fields: { thinking: { type: 'between_tools' } } } : thinkVisibly(asked),
  /** `reasoningConfig {type: enabled, maxReasoningEffort}`. */
  'nova-2': (asked) => {
    if (asked.off) return OFF
    const maxReasoningEffort = scaled(asked, THREE) ?? 'medium'
    return {
      ...OFF,
      on: true,
      fields: { reasoningConfig: { type: 'enabled', maxReasoningEffort } },
      // AWS: "maxTokens must be unset when ... maxReasoningEffort is 'high'" (recorded 400).
      drops: maxReasoningEffort === 'high' ? ['maxTokens', ...SAMPLING] : [],
    }
  },
  /** `reasoning_effort` of a model that always thinks. */
  'openai-effort': (asked) => (asked.off ? undefined : effortField(asked, 'reasoning_effort')),
  /** `reasoning_effort` of a model that thinks only when asked. */
  'openai-effort-optional': (asked) => (asked.off ? OFF : effortField(asked, 'reasoning_effort')),
  /** `reasoning_effort` of which only `high` has an effect. */
  'high-effort': (asked) =>
    asked.off ? OFF : { ...OFF, on: true, fields: { reasoning_effort: 'high' } },
  /** `reasoning_config` with the effort as a plain string. */
  'config-effort': (asked) => (asked.off ? OFF : effortField(asked, 'reasoning_config')),
  /** `reasoning {effort}`. */
  'effort-object': (asked) => ({
    ...OFF,
    on: !asked.off,
    fields: {
      reasoning: { effort: asked.off ? 'none' : (scaled(asked, UP_TO_XHIGH) ?? 'medium') },
    },
  }),
  /** Thinks as it likes: who only wants it to think has what he wants. */
  fixed: ({ off, effort, budget }) =>
    off || effort !== undefined || budget !== undefined ? undefined : { ...OFF, on: true },
  /** Does not think. */
  none: (asked) => (asked.off ? OFF : undefined),
}

/** Ways of models that think unasked, and take a bare effort. */
const GRADED: ReadonlySet<string> = new Set(['openai-effort', 'effort-object'])

/** What the model is told about thinking. What it cannot be told is named by the caller's own word. */
export function askForThought(
  conversation: Conversation,
  turns: Turn[],
  { card, ignore }: Asking,
): Thinking {
  const request = conversation.reasoning
  if (!request) return OFF
  const name = card.traits.reasoning ?? 'none'
  if (request.gradesOnly && !GRADED.has(name)) {
    ignore(request.param ?? 'reasoning')
    return OFF
  }
  const mode = entryOf(MODES, name) ?? MODES['none']!
  const room = roomFor(conversation.settings, card)
  const thinking = mode({ ...wishOf(request), room, turns })
  if (!thinking || thinking.cut) ignore(request.param ?? 'reasoning')
  return thinking ?? OFF
}

/** Models that think unasked, and show it only where the request says so. */
const UNASKED: ReadonlySet<string | undefined> = new Set([
  'claude-adaptive-default',
  'claude-adaptive-always',
  'claude-between-tools',
])

/**
 * Has a model show what it thinks unasked. Thinking that is spelt out does not go with a forced tool, which such a
 * model takes all the same (Opus 5, probed 2026-08-01): there the call is worth more than the sight of thoughts.
 */
export function showThoughts(
  { reasoning, showsThoughts }: Conversation,
  { traits }: ModelCard,
  isForced: boolean,
): Thinking['fields'] {
  if (!showsThoughts || reasoning || !UNASKED.has(traits.reasoning)) return {}
  if (isForced && traits.forcedToolWithReasoning === false) return {}
  return { thinking: { type: 'adaptive', display: 'summarized' } }
}

function wishOf(request: ReasoningRequest): Wish {
  const off = request.enabled === false || request.effort === 'none' || request.budget === 0
  const effort = request.effort === 'none' ? undefined : request.effort
  return { off, effort, budget: request.budget, display: request.display }
}

/** The effort in the model's words; a budget counts as the effort it would buy. */
function scaled({ effort, budget }: Asked, words: Efforts): string | undefined {
  if (effort) return words[effort]
  if (budget === undefined) return undefined
  return words[effortOf(budget)]
}

/**
 * Since Opus 4.7 thoughts come back empty unless the request says otherwise; Bedrock takes the word on Converse
 * as well (can1357/oh-my-pi#1375, theopenco/llmgateway#2593).
 */
const thinkVisibly = (asked: Asked): Thinking =>
  thinkAdaptively(scaled(asked, WITH_XHIGH), { display: asked.display ?? 'summarized' })

function thinkAdaptively(effort: string | undefined, shown: { display?: string }): Thinking {
  const thinking = { type: 'adaptive', ...shown }
  const fields = effort === undefined ? { thinking } : { thinking, output_config: { effort } }
  return { on: true, fields, drops: SAMPLING, lenient: true, prefill: false }
}

function thinkWithBudget(asked: Asked): Thinking | undefined {
  const tokens = budgetFor(asked)
  if (tokens === undefined) return undefined
  return {
    on: true,
    fields: { thinking: { type: 'enabled', budget_tokens: tokens } },
    drops: SAMPLING,
    lenient: true,
    prefill: false,
    cut: asked.budget !== undefined && asked.budget !== tokens,
  }
}

function effortField(asked: Asked, field: string): Thinking {
  return { ...OFF, on: true, fields: { [field]: scaled(asked, THREE) ?? 'medium' } }
}
