import { entryOf } from '../../codecs/table.ts'
import type { Conversation, ReasoningRequest, Turn } from '../../conversation/conversation.ts'
import type { ModelCard } from '../../ports/models.ts'
import {
  type BudgetWish,
  budgetFor,
  type Effort,
  effortOf,
  lacksThoughtBeforeTools,
  roomFor,
} from '../thought-budget.ts'
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
    // It thinks only where it is told to, and AWS refuses the word for not.
    grant: (wish) => (wish.off ? OFF : visibly(wish)),
  },
  'claude-adaptive-default': {
    takes: ['adaptive', 'disabled'],
    efforts: WITH_XHIGH,
    // It thinks unless it is told not to.
    grant: (wish) => (wish.off ? { on: false, thinking: { type: 'disabled' } } : visibly(wish)),
  },
  'claude-adaptive-always': {
    takes: ['adaptive'],
    efforts: WITH_XHIGH,
    grant: (wish) => (wish.off ? undefined : visibly(wish)),
  },
  'claude-between-tools': {
    takes: ['adaptive', 'between_tools'],
    efforts: WITH_XHIGH,
    grant: (wish) =>
      wish.off ? { on: false, thinking: { type: 'between_tools' } } : visibly(wish),
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
    if (thinking.type === 'enabled' && losesLead(conversation, card)) {
      ignore('thinking')
      return { on: false, ...ownEffort(asked, mode, ignore) }
    }
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

/** With the seals that nobody knows goes the thought before the last calls, and so the budget. */
const losesLead = ({ turns }: Conversation, { traits }: ModelCard): boolean =>
  traits.sealsThoughts === false && lacksThoughtBeforeTools(turns.map(withoutThoughts))

const withoutThoughts = (turn: Turn): Turn => ({
  ...turn,
  parts: turn.parts.filter(({ type }) => type !== 'reasoning'),
})

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

/** Since Opus 4.7 thoughts come back empty unless the request says otherwise; those of a budget were always shown. */
const visibly = (wish: Wish): Thinking =>
  adaptive({ ...wish, display: wish.display ?? 'summarized' }, WITH_XHIGH)

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
