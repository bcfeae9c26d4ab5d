import type { ReasoningRequest } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import type { WireRequest } from './wire.ts'

interface DecodedReasoning {
  reasoning?: ReasoningRequest
  /** Thoughts are not to be shown to the caller. */
  hide: boolean
  /** Fields that ask for something else, and do not count. */
  beaten: Way[]
}

type Way = 'thinking' | 'reasoning' | 'enable_thinking' | 'thinking_budget' | 'reasoning_effort'

/**
 * How much the model shall think, from the ways in which OpenAI, OpenRouter, Qwen and Anthropic callers
 * say it. Off beats a budget, a budget beats an effort. Throws where two of them contradict each other.
 */
export function decodeReasoning(request: WireRequest): DecodedReasoning {
  const hide = request.reasoning?.exclude === true || request.include_reasoning === false
  refuseContradictions(request)
  const asked = switchedOff(request) ?? budgeted(request) ?? graded(request) ?? switchedOn(request)
  if (!asked) return { hide, beaten: [] }
  const display = hide ? 'omitted' : request.thinking?.display
  const beaten = beatenBy(asked, request)
  return { reasoning: display ? { ...asked, display } : asked, hide, beaten }
}

function beatenBy(asked: ReasoningRequest, request: WireRequest): Way[] {
  const { thinking, reasoning, thinking_budget: flat, reasoning_effort: effort } = request
  const wishes: Record<Way, unknown> = {
    thinking: thinking?.budget_tokens ?? (thinking && thinking.type !== 'disabled' ? ON : null),
    reasoning: reasoning?.max_tokens ?? reasoning?.effort ?? (reasoning?.enabled ? ON : null),
    enable_thinking: request.enable_thinking ? ON : null,
    thinking_budget: flat,
    reasoning_effort: effort,
  }
  const isOff = asked.enabled === false || asked.effort === 'none'
  const met: unknown[] = [asked.budget ?? asked.effort, ...(isOff ? OFF : [ON])]
  const ways = Object.keys(wishes) as Way[]
  return ways.filter(
    (way) => wishes[way] != null && way !== asked.param && !met.includes(wishes[way]),
  )
}

const OFF = ['none', 0]
/** A switch says no more than that. */
const ON = true

function refuseContradictions({ reasoning, reasoning_effort: effort }: WireRequest): void {
  if (reasoning?.effort && effort && reasoning.effort !== effort) {
    throw contradiction(
      'reasoning.effort',
      `'reasoning.effort' is '${reasoning.effort}', but 'reasoning_effort' is '${effort}'.`,
    )
  }
  if (reasoning?.effort && reasoning.max_tokens) {
    throw contradiction(
      'reasoning.max_tokens',
      `'reasoning' takes either 'effort' or 'max_tokens', not both.`,
    )
  }
}

function contradiction(param: string, message: string): GatewayError {
  return new GatewayError('invalid-request', message, { param, reason: 'invalid_value' })
}

function switchedOff(request: WireRequest): ReasoningRequest | undefined {
  if (request.thinking?.type === 'disabled') return { enabled: false, param: 'thinking' }
  if (request.reasoning?.enabled === false) return { enabled: false, param: 'reasoning' }
  if (request.enable_thinking === false) return { enabled: false, param: 'enable_thinking' }
  return undefined
}

function budgeted({ thinking, reasoning, thinking_budget: flat }: WireRequest) {
  if (thinking?.budget_tokens) return { budget: thinking.budget_tokens, param: 'thinking' }
  if (reasoning?.max_tokens) return { budget: reasoning.max_tokens, param: 'reasoning' }
  if (flat) return { budget: flat, param: 'thinking_budget' }
  return flat === 0 ? { enabled: false, param: 'thinking_budget' } : undefined
}

function graded(request: WireRequest): ReasoningRequest | undefined {
  const { reasoning_effort: effort, reasoning } = request
  if (effort) return { effort, param: 'reasoning_effort' }
  return reasoning?.effort ? { effort: reasoning.effort, param: 'reasoning' } : undefined
}

function switchedOn({ thinking, reasoning, enable_thinking: flat }: WireRequest) {
  if (thinking?.type === 'adaptive') return { adaptive: true, param: 'thinking' }
  if (thinking) return { enabled: true, param: 'thinking' }
  if (reasoning?.enabled) return { enabled: true, param: 'reasoning' }
  return flat ? { enabled: true, param: 'enable_thinking' } : undefined
}
