import type { Conversation } from '../../conversation/conversation.ts'
import { type Callee, ownOf } from './extras.ts'

/** How this caller wants answers written; the same for every event. */
export interface Manner {
  /** By the model's names, the tools that the caller knows otherwise. */
  callees: ReadonlyMap<string, Callee>
  /** Tools of the platform that run code. */
  interpreters: ReadonlySet<string>
  /** A search of the web tells the pages that it found. */
  sources: boolean
  /** Thoughts come as summaries. */
  summaries: boolean
  /** What is said is a summary of the conversation. */
  compacts: boolean
}

const NO_CALLEES: ReadonlyMap<string, Callee> = new Map()
const NO_NAMES: ReadonlySet<string> = new Set()

const SOURCES = 'web_search_call.action.sources'

export function mannerOf(conversation: Conversation): Manner {
  const { request, compacts } = ownOf(conversation)
  const callees: [string, Callee][] = []
  const interpreters: string[] = []
  for (const tool of conversation.tools) {
    if (tool.type === 'system') {
      if (tool.kind === 'code_interpreter') interpreters.push(tool.name)
      continue
    }
    const { callee } = ownOf(tool)
    if (callee) callees.push([tool.name, callee])
  }
  const { summary, generate_summary: older } = request?.reasoning ?? {}
  return {
    callees: callees.length > 0 ? new Map(callees) : NO_CALLEES,
    interpreters: interpreters.length > 0 ? new Set(interpreters) : NO_NAMES,
    sources: request?.include?.includes(SOURCES) === true,
    summaries: Boolean(summary ?? older),
    compacts: compacts === true,
  }
}
