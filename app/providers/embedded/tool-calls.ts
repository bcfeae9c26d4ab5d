import type { Conversation, FunctionTool, ToolCallPart } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import { type Facts, LONGEST, openFacts } from './facts.ts'
import { fingerprint } from './fingerprint.ts'
import type { Reading } from './reading.ts'
import { argumentsFor, telling } from './tool-arguments.ts'
import { plainWords, tellingWords } from './words.ts'

const MOST_CALLS = 8

/** The calls the model makes instead of answering; none when it answers. */
export function callTools(conversation: Conversation, reading: Reading): ToolCallPart[] {
  const parallel = conversation.settings.parallelToolCalls !== false
  const known = [reading.question, ...reading.results.map(({ text }) => text)].join('\n')
  const facts = openFacts(known)
  return choose(conversation, reading)
    .flatMap((tool) => callsOf(tool, facts, parallel))
    .slice(0, parallel ? MOST_CALLS : 1)
    .map((call, index) => ({ ...call, id: idOf(call, index, conversation) }))
}

function choose({ tools, toolChoice }: Conversation, reading: Reading): FunctionTool[] {
  const { called, results } = reading
  const text = reading.question.slice(0, LONGEST)
  const functions = tools.filter((tool) => tool.type === 'function')
  switch (toolChoice?.type) {
    case 'none':
      return []
    case 'tool':
      return [named(functions, toolChoice.name)]
    case 'required': {
      // Agents whose answer is itself a tool require calls until that one is made.
      const fresh = functions.filter(({ name }) => !called.includes(name))
      const offered = fresh.length > 0 ? fresh : functions
      const asked = calledFor(offered, text)
      return asked.length > 0 ? asked : offered.slice(0, 1)
    }
    default:
      return results.length > 0 ? [] : calledFor(functions, text)
  }
}

function named(functions: FunctionTool[], name: string): FunctionTool {
  const tool = functions.find((one) => one.name === name)
  if (tool) return { ...tool, ...(tool.schema && { schema: telling(tool.schema) }) }
  throw new GatewayError(
    'invalid-request',
    `The tool choice names \`${name}\`, which is not offered.`,
    {
      param: 'tool_choice',
    },
  )
}

const ASKS_FOR_A_TOOL = /\b(use|call|run|invoke|try)\b[^.!?]{0,40}\b(tools?|functions?)\b/i

/** The tools a text calls for: by words of their names, else by their descriptions, else by asking for any. */
function calledFor(functions: FunctionTool[], text: string): FunctionTool[] {
  const words = plainWords(text)
  const byName = calledByName(functions, words)
  if (byName.length > 0) return byName

  const scores = functions.map((tool) => common(tellingWords(tool.description ?? ''), words))
  const best = scores.indexOf(Math.max(0, ...scores))
  if (best >= 0 && scores[best]! > 0) return [functions[best]!]
  return ASKS_FOR_A_TOOL.test(text) ? functions.slice(0, 1) : []
}

/** Each word of the text calls for one tool only, the one with most words; in the order of the text. */
function calledByName(functions: FunctionTool[], words: string[]): FunctionTool[] {
  const left = new Set(words)
  const candidates = functions.map((tool) => ({ tool, telling: tellingWords(tool.name) }))
  const called: { tool: FunctionTool; at: number }[] = []
  while (called.length < MOST_CALLS) {
    const scores = candidates.map(({ telling }) => common(telling, left))
    const best = scores.indexOf(Math.max(1, ...scores))
    const candidate = candidates[best]
    if (!candidate) break
    called.push({
      tool: candidate.tool,
      at: words.findIndex((word) => left.has(word) && candidate.telling.has(word)),
    })
    for (const word of candidate.telling) left.delete(word)
  }
  return called.sort((one, other) => one.at - other.at).map(({ tool }) => tool)
}

function common(telling: Set<string>, words: Iterable<string>): number {
  return [...new Set(words)].filter((word) => telling.has(word)).length
}

/** One call, or one for each thing of an enumeration: the weather in Paris, Rome and Oslo. */
function callsOf(tool: FunctionTool, facts: Facts, parallel: boolean): ToolCallPart[] {
  const calls: ToolCallPart[] = []
  let takesOne = true
  do {
    const before = facts.taken()
    const written = argumentsFor(tool.schema, facts)
    calls.push({ type: 'tool-call', id: '', name: tool.name, arguments: written })
    takesOne = facts.taken() - before === 1
  } while (parallel && takesOne && facts.listGoesOn() && calls.length < MOST_CALLS)
  return calls
}

/** The same request gets the same ids, and no two calls of a conversation share one. */
function idOf(call: ToolCallPart, index: number, { turns }: Conversation): string {
  return `call_${fingerprint([call.name, call.arguments, index, turns.length].join('\n'))}`
}
