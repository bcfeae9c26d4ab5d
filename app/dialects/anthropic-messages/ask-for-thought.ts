import { entryOf } from '../../codecs/table.ts'
import type { Conversation, ReasoningRequest } from '../../conversation/conversation.ts'
import type { ModelCard } from '../../ports/models.ts'
import { type BudgetWish, budgetFor, type Effort, effortOf, roomFor } from '../thought-budget.ts'
import type { Asking } from './asking.ts'
import { ownOf } from './extras.ts'
import type { WireThinking } from './wire.ts'

/** How a request asks the model to think. */
export interface Thinking {
  /** Whether the model is made to think by it. */
  on: boolean
  thinking?: WireThinking
  /** `output_config.effort`. */
  effort?: string
}

/** What the caller wants, and what there is for it. */
interface Wish extends BudgetWish {
  off: boolean
  display: string | undefined
}

/** One generation's way to think. */
interface Mode {
  /** Forms of `thinking` the model takes as the caller wrote them. */
  takes: readonly WireThinking['type'][]
  /** Whether it takes `output_config.effort`, and up to which. */
  efforts: Partial<Record<Effort, string>> | undefined
  /** Undefined when the wish cannot be granted; it is then named as ignored. */
  grant(wish: Wish): Thinking | undefined
}

const OFF: Thinking = { on: false }
/** Opus 4.6 refused `xhigh` by name and takes `max` (recorded 400). */
const WITH_MAX: Record<Effort, string> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'max',
}
const WITH_XHIGH: Record<Effort, string> = { ...WITH_MAX, xhigh: 'xhigh' }

/** By `traits.reasoning`. Which model has which way is the families' knowledge; the shapes are Anthropic's. */
const MODES: Record<string, Mode> = {
  none: { takes: [], efforts: undefined, grant: ({ off }) => (off ? OFF : undefined) },
  'claude-budget': {
    takes: ['enabled', 'disabled'],
    efforts: undefined,
    grant: (wish) => (wish.off ? OFF : withBudget(wish)),
  },
  'claude-budget-effort': {
    takes: ['enabled', 'disabled'],
    efforts: { ...WITH_MAX, max: 'high' },
    grant: (wish) => (wish.off ? OFF : withBudget(wish)),
  },
  'claude-adaptive': {
    takes: ['enabled', 'adaptive', 'disabled'],
    efforts: WITH_MAX,
    grant: (wish) => {
      if (wish.off) return OFF
      return wish.budget !== undefined && !wish.effort ? withBudget(wish) : adaptive(wish, WITH_MAX)
    },
  },
  'claude-adaptive-only': {
    takes: ['adaptive'],
    efforts: WITH_XHIGH,
    // Switching off is leaving out, at the least effort.
    grant: (wish) => (wish.off ? { on: false, effort: 'low' } : adaptive(wish, WITH_XHIGH)),
  },
  'claude-adaptive-always': {
    takes: ['adaptive'],
    efforts: WITH_XHIGH,
    grant: (wish) => (wish.off ? undefined : adaptive(wish, WITH_XHIGH)),
  },
  'claude-between-tools': {
    takes: ['adaptive', 'between_tools'],
    efforts: WITH_XHIGH,
    grant: (wish) =>
      wish.off ? { on: false, thinking: { type: 'between_tools' } } : adaptive(wish, WITH_XHIGH),
  },
}

/** A model nobody described is asked in the caller's words, or as the newest would be. */
const UNKNOWN: Mode = {
  takes: ['enabled', 'adaptive', 'disabled', 'between_tools'],
  efforts: WITH_XHIGH,
  grant: MODES['claude-adaptive']!.grant,
}

/** What the model is told about thinking. What it cannot be told is named by the caller's own word. */
export function askForThought(conversation: Conversation, { card, ignore }: Asking): Thinking {
  const request = conversation.reasoning
  if (!request) return OFF
  const mode = card.traits.reasoning === undefined ? UNKNOWN : modeOf(card.traits.reasoning)
  const { thinking } = ownOf(conversation)
  const asked = wishOf(conversation, request, card)
  if (thinking && mode.takes.includes(thinking.type)) {
    const on = thinking.type === 'enabled' || thinking.type === 'adaptive'
    return { on, thinking, ...ownEffort(asked, mode, ignore) }
  }
  // In this dialect an effort alone asks for no thought.
  if (!thinking && ownOf(conversation).heard)
    return { on: false, ...ownEffort(asked, mode, ignore) }
  const granted = mode.grant(asked)
  if (granted) return { ...granted, ...(thinking && ownEffort(asked, mode, ignore)) }
  ignore(request.param ?? 'reasoning')
  return OFF
}

const modeOf = (name: string): Mode => entryOf(MODES, name) ?? MODES['none']!

function wishOf(
  { settings, turns }: Conversation,
  request: ReasoningRequest,
  card: ModelCard,
): Wish {
  return {
    off: request.enabled === false || request.effort === 'none' || request.budget === 0,
    effort: request.effort === 'none' ? undefined : request.effort,
    budget: request.budget,
    display: request.display,
    room: roomFor(settings, card),
    turns,
  }
}

function ownEffort(
  { effort }: Wish,
  { efforts }: Mode,
  ignore: Asking['ignore'],
): { effort?: string } {
  if (!effort) return {}
  const word = efforts?.[effort]
  if (word !== effort) ignore('output_config.effort')
  return word ? { effort: word } : {}
}

function adaptive({ effort, budget, display }: Wish, words: Record<Effort, string>): Thinking {
  const scaled = effort ?? (budget === undefined ? undefined : effortOf(budget))
  return {
    on: true,
    thinking: { type: 'adaptive', ...(display && { display }) },
    ...(scaled && { effort: words[scaled] }),
  }
}

function withBudget(wish: Wish): Thinking | undefined {
  const tokens = budgetFor(wish)
  if (tokens === undefined) return undefined
  const { display } = wish
  return {
    on: true,
    thinking: { type: 'enabled', budget_tokens: tokens, ...(display && { display }) },
  }
}
