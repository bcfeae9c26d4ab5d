import type { Part, ToolCallPart, ToolResultPart, Turn } from './conversation.ts'

/** Stands in for the result of a call that was never answered. */
export const LOST_RESULT = 'The tool call was interrupted and has no result.'

export const isBlank = (text: string): boolean => text.trim() === ''

const isBlankText = (part: Part): boolean => part.type === 'text' && isBlank(part.text)

/** The parts without blank text, also inside tool results. The same array when nothing was blank. */
export function dropBlankText(parts: Part[]): Part[] {
  const clean = parts.some(isBlankText) ? parts.filter((part) => !isBlankText(part)) : parts
  if (!clean.some((part) => part.type === 'tool-result' && part.content.some(isBlankText))) {
    return clean
  }
  return clean.map((part) =>
    part.type === 'tool-result' ? { ...part, content: dropBlankText(part.content) } : part,
  )
}

/** Neighbouring turns of one role become one; turns without parts are left out. */
export function mergeTurns(turns: Turn[]): Turn[] {
  if (!turns.some(isMergeable)) return turns
  const merged: Turn[] = []
  for (const turn of turns) {
    if (turn.parts.length === 0) continue
    const last = merged.at(-1)
    if (last?.role === turn.role) {
      merged[merged.length - 1] = { role: last.role, parts: [...last.parts, ...turn.parts] }
    } else {
      merged.push(turn)
    }
  }
  return merged
}

const isMergeable = ({ role, parts }: Turn, index: number, turns: Turn[]) =>
  parts.length === 0 || turns[index - 1]?.role === role

/** One call of the caller's tools and what became of it. */
interface OpenCall {
  /** Unique in the conversation. */
  id: string
  turn: number
  answered: boolean
}

/** What is known while the turns go by. */
interface CallLedger {
  /** By the id the caller wrote. */
  calls: Map<string, OpenCall[]>
  ids: Set<string>
  /** Results by the turn of their calls, in the order in which they arrived. */
  results: Map<number, ToolResultPart[]>
  lost?: ((result: ToolResultPart) => void) | undefined
}

/**
 * Every call of an assistant turn is answered in the one user turn after it, results before all else:
 * late results are brought there, missing ones made up as errors, unmatched and doubled ones left out,
 * and a call id used twice gets a new one. What the platform itself ran (`server`) is left alone. `lost` is
 * told of every result that was left out.
 */
export function answerToolCalls(turns: Turn[], lost?: (result: ToolResultPart) => void): Turn[] {
  if (!turns.some(({ parts }) => parts.some(isCallerTool))) return turns
  const ledger: CallLedger = { calls: new Map(), ids: new Set(), results: new Map(), lost }
  const remaining = turns.map((turn, index) => ({
    ...turn,
    parts: turn.parts.flatMap((part) => registerPart(part, index, ledger)),
  }))
  const open = new Map<number, OpenCall[]>()
  for (const calls of ledger.calls.values()) {
    for (const call of calls) {
      if (!call.answered) open.set(call.turn, [...(open.get(call.turn) ?? []), call])
    }
  }
  const answered: Turn[] = []
  remaining.forEach((turn, index) => {
    answered.push(turn)
    const results = [
      ...(ledger.results.get(index) ?? []),
      ...(open.get(index) ?? []).map(({ id }) => lostResult(id)),
    ]
    if (results.length === 0) return
    const next = remaining[index + 1]
    if (next?.role === 'user') next.parts = [...results, ...next.parts]
    else answered.push({ role: 'user', parts: results })
  })
  return mergeTurns(answered)
}

function isCallerTool(part: Part): part is ToolCallPart | ToolResultPart {
  return (part.type === 'tool-call' || part.type === 'tool-result') && part.server === undefined
}

/** What stays of a part in its place: calls with unique ids, and everything that is no result. */
function registerPart(part: Part, turn: number, ledger: CallLedger): Part[] {
  if (!isCallerTool(part)) return [part]
  if (part.type === 'tool-call') return registerCall(part, turn, ledger)
  const call = openCall(ledger.calls.get(part.callId))
  if (!call) {
    ledger.lost?.(part)
    return []
  }
  call.answered = true
  const results = ledger.results.get(call.turn) ?? []
  results.push(call.id === part.callId ? part : { ...part, callId: call.id })
  ledger.results.set(call.turn, results)
  return []
}

function registerCall(part: ToolCallPart, turn: number, ledger: CallLedger): Part[] {
  const calls = ledger.calls.get(part.id) ?? []
  let id = part.id
  for (let attempt = 2; ledger.ids.has(id); attempt++) id = `${part.id}-${attempt}`
  ledger.ids.add(id)
  calls.push({ id, turn, answered: false })
  ledger.calls.set(part.id, calls)
  return [id === part.id ? part : { ...part, id }]
}

/** The call a result means: the first unanswered one of the latest turn that used the id. */
function openCall(calls: OpenCall[] | undefined): OpenCall | undefined {
  const open = calls?.filter((call) => !call.answered) ?? []
  const latest = open.at(-1)?.turn
  return open.find((call) => call.turn === latest)
}

function lostResult(callId: string): ToolResultPart {
  return {
    type: 'tool-result',
    callId,
    content: [{ type: 'text', text: LOST_RESULT }],
    isError: true,
  }
}

/** A call made twice in one turn, to the letter, is one call. */
export function dropRepeatedCalls(turns: Turn[]): Turn[] {
  if (!turns.some(({ parts }) => parts.some(isCall))) return turns
  return turns.map((turn) => {
    if (turn.parts.filter((part) => part.type === 'tool-call').length < 2) return turn
    const seen = new Set<string>()
    const parts = turn.parts.filter((part) => {
      if (part.type !== 'tool-call') return true
      const key = `${part.id}\n${part.name}\n${part.arguments}`
      if (seen.has(key)) return false
      seen.add(key)
      return true
    })
    return parts.length === turn.parts.length ? turn : { ...turn, parts }
  })
}

const isCall = ({ type }: Part) => type === 'tool-call'

/** Calls and results as plain words, for models that know no tools. Attachments of results stay. */
export function spellOutTools(turns: Turn[]): Turn[] {
  const names = new Map<string, string>()
  return turns.map((turn) => ({
    ...turn,
    parts: turn.parts.flatMap((part): Part[] => {
      if (part.type === 'tool-call') {
        names.set(part.id, part.name)
        return [{ type: 'text', text: `[called ${part.name} with ${part.arguments || '{}'}]` }]
      }
      if (part.type !== 'tool-result') return [part]
      const label = part.isError ? 'error of' : 'result of'
      const name = names.get(part.callId) ?? part.callId
      return [{ type: 'text', text: `[${label} ${name}]` }, ...part.content]
    }),
  }))
}
