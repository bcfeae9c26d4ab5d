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

export const createToolNames = (names: Iterable<string>) => createNames(names, LEGAL_NAME, LONGEST)

/** Ids grow no longer; models never repeat one, so that there is no way back and none is needed. */
export const createCallIds = () => createNames([], LEGAL_ID, Number.POSITIVE_INFINITY)

/** Legal names stay; the others get theirs in the order given, so that a growing history keeps them. */
function createNames(names: Iterable<string>, legal: RegExp, longest: number): WireNames {
  const all = new Set(names)
  const taken = new Set([...all].filter((name) => legal.test(name)))
  const wire = new Map<string, string>()
  const changed = new Map<string, string>()

  const free = (name: string): string => {
    let found = name
    for (let count = 2; taken.has(found); count++) {
      const suffix = `_${count}`
      found = name.slice(0, longest - suffix.length) + suffix
    }
    taken.add(found)
    return found
  }
  const of = (name: string): string => {
    const known = wire.get(name)
    if (known !== undefined) return known
    const isLegal = legal.test(name)
    const found = isLegal ? name : free(cleaned(name, longest))
    if (isLegal) taken.add(name)
    else changed.set(found, name)
    wire.set(name, found)
    return found
  }
  for (const name of all) of(name)
  return { of, fresh: free, changed: () => (changed.size > 0 ? changed : undefined) }
}

function cleaned(name: string, longest: number): string {
  return name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, longest) || 'tool'
}
