import type { Conversation } from '../conversation/conversation.ts'

/** What OpenAI takes as the name of a tool. */
const VALID = /^[a-zA-Z0-9_-]{1,64}$/
const LONGEST = 64

/** Tool names as this upstream takes them; names that are valid already are their own. */
export interface WireNames {
  of(name: string): string
  /** Wire name -> the caller's, of the changed ones; undefined when none was changed. */
  undo: ReadonlyMap<string, string> | undefined
}

/** Finds a valid, unique name for every tool a conversation mentions. */
export function wireNames(conversation: Conversation): WireNames {
  const names = mentioned(conversation)
  const changed = new Map<string, string>()
  for (const name of names) {
    if (!VALID.test(name)) changed.set(name, freeName(name, names, changed))
  }
  if (changed.size === 0) return { of: (name) => name, undo: undefined }
  return {
    of: (name) => changed.get(name) ?? name,
    undo: new Map([...changed].map(([name, wire]) => [wire, name])),
  }
}

function mentioned(conversation: Conversation): Set<string> {
  const names = new Set<string>()
  for (const tool of conversation.tools) if (tool.type === 'function') names.add(tool.name)
  for (const turn of conversation.turns) {
    if (turn.role !== 'assistant') continue
    for (const part of turn.parts) if (part.type === 'tool-call') names.add(part.name)
  }
  return names
}

function freeName(
  name: string,
  names: ReadonlySet<string>,
  changed: ReadonlyMap<string, string>,
): string {
  const base = name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, LONGEST) || 'tool'
  const taken = new Set([...names, ...changed.values()])
  let found = base
  for (let count = 2; taken.has(found); count++) {
    const suffix = `_${count}`
    found = base.slice(0, LONGEST - suffix.length) + suffix
  }
  return found
}
