/** What Anthropic takes as a tool's name (64 is Bedrock's limit, 128 Anthropic's) and as a call's id. */
const LEGAL_NAME = /^[a-zA-Z0-9_-]{1,64}$/
const LEGAL_ID = /^[a-zA-Z0-9_-]+$/
const LONGEST = 64

/** Names or ids of one request on the wire, each legal and each different. */
export interface WireNames {
  of(name: string): string
  /** A legal name nobody in the request has. */
  fresh(name: string): string
  /** Wire name -> caller's name, for those that had to change; undefined when none had. */
  changed(): ReadonlyMap<string, string> | undefined
}

export const createToolNames = (names: readonly string[]) => createNames(names, LEGAL_NAME, LONGEST)

/** Ids grow no longer; models never repeat one, so that there is no way back and none is needed. */
export const createCallIds = () => createNames([], LEGAL_ID, Number.POSITIVE_INFINITY)

/** Legal names stay; the others get theirs in the order given, so that a growing history keeps them. */
function createNames(names: readonly string[], legal: RegExp, longest: number): WireNames {
  const taken: string[] = names.filter((name) => legal.test(name))
  let changes: Changes | undefined

  const free = (name: string): string => {
    let found = name
    for (let count = 2; taken.includes(found); count++) {
      const suffix = `_${count}`
      found = name.slice(0, longest - suffix.length) + suffix
    }
    taken.push(found)
    return found
  }
  const of = (name: string): string => {
    if (legal.test(name)) {
      if (!taken.includes(name)) taken.push(name)
      return name
    }
    const known = changes?.wire.get(name)
    if (known !== undefined) return known
    const found = free(cleaned(name, longest))
    changes ??= { wire: new Map(), callers: new Map() }
    changes.wire.set(name, found)
    changes.callers.set(found, name)
    return found
  }
  for (const name of names) of(name)
  return { of, fresh: free, changed: () => changes?.callers }
}

/** Names that had to change, both ways. */
interface Changes {
  wire: Map<string, string>
  callers: Map<string, string>
}

function cleaned(name: string, longest: number): string {
  return name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, longest) || 'tool'
}
