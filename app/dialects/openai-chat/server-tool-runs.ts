import type { Part, ToolCallPart, ToolResultPart } from '../../conversation/conversation.ts'
import type { WireServerToolRun } from './wire-messages.ts'

/**
 * Tools that the model's platform ran by itself stand beside an answer in `server_tool_runs`: the client sends the
 * array back with the assistant's message, so that the model finds its work again in the next turn. A stream brings it
 * whole, in its last delta.
 */
export function openRun(
  part: Pick<ToolCallPart, 'id' | 'name' | 'arguments' | 'server'>,
  at: number,
): WireServerToolRun {
  const { id, name, server = '' } = part
  return { id, type: server, name, arguments: part.arguments || '{}', at }
}

/** The run whose result it is gets it. Of its content only text is told. */
export function closeRun(runs: WireServerToolRun[], part: ToolResultPart): void {
  const run = runs.find(({ id }) => id === part.callId)
  if (!run || part.server === undefined) return
  run.result = {
    type: part.server,
    status: part.isError ? 'error' : 'success',
    content: part.content.flatMap((piece) => (piece.type === 'text' ? [piece.text] : [])),
  }
}

/** The parts of a message with the runs where they stood: `at` characters into its text, in order. */
export function withRuns(parts: Part[], runs: readonly WireServerToolRun[]): Part[] {
  const waiting = [...runs].sort((one, other) => one.at - other.at)
  const placed: Part[] = []
  let before = 0
  for (const part of parts) {
    if (part.type !== 'text') {
      if (part.type !== 'reasoning') placed.push(...due(waiting, before))
      placed.push(part)
      continue
    }
    let from = 0
    for (let run = waiting[0]; run && run.at < before + part.text.length; run = waiting[0]) {
      const end = Math.max(0, run.at - before)
      if (end > from) placed.push({ ...part, text: part.text.slice(from, end) })
      from = Math.max(from, end)
      placed.push(...due(waiting, run.at))
    }
    if (from < part.text.length || from === 0) placed.push({ ...part, text: part.text.slice(from) })
    before += part.text.length
  }
  return [...placed, ...due(waiting, Number.POSITIVE_INFINITY)]
}

/** Takes the runs that began at or before a place of the text. */
function due(waiting: WireServerToolRun[], at: number): Part[] {
  const parts: Part[] = []
  for (let run = waiting[0]; run && run.at <= at; run = waiting[0]) {
    waiting.shift()
    parts.push(...runParts(run))
  }
  return parts
}

function runParts({ id, type, name, arguments: text, result }: WireServerToolRun): Part[] {
  const call: ToolCallPart = { type: 'tool-call', id, name, arguments: text, server: type }
  // A run that nobody saw the end of would be a call without its answer, which models refuse.
  if (!result) return []
  const content = result.content.map((piece): Part => ({ type: 'text', text: piece }))
  const told: ToolResultPart = { type: 'tool-result', callId: id, content, server: result.type }
  if (result.status === 'error') told.isError = true
  return [call, told]
}
