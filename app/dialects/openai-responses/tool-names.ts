import type { Callee } from './extras.ts'

/** The names by which a model knows the caller's tools. */
export interface ToolNames {
  /** Finds a free name for a tool and remembers it. */
  add(callee: Callee): string
  /** The name of a tool that is offered, or that was. */
  of(callee: Callee): string
}

/** Namespaces are OpenAI's own; to others a tool in one is called by both names. */
export function createToolNames(): ToolNames {
  const byCallee = new Map<string, string>()
  const taken = new Set<string>()
  const plain = ({ name, namespace }: Callee): string => {
    if (!namespace) return name
    return namespace.endsWith('__') ? namespace + name : `${namespace}__${name}`
  }
  return {
    add(callee) {
      const base = plain(callee)
      let name = base
      for (let count = 2; taken.has(name); count++) name = `${base}_${count}`
      taken.add(name)
      byCallee.set(keyOf(callee), name)
      return name
    },
    of: (callee) => byCallee.get(keyOf(callee)) ?? plain(callee),
  }
}

const ANY_FUNCTION = 'function'

/** Functions and custom tools share their names; a history may call one by the other's kind. */
function keyOf({ kind, name, namespace = '' }: Callee): string {
  return `${kind === 'custom' ? ANY_FUNCTION : kind}\n${namespace}\n${name}`
}
