/** What AWS takes as a tool's name, and as the id of a call (service model: ToolName, ToolUseId). */
const LEGAL_NAME = /^[a-zA-Z0-9_-]{1,64}$/
const LEGAL_ID = /^[a-zA-Z0-9_.:-]{1,64}$/
const LONGEST = 64

/** Tool names of one request, each legal and each different. */
export interface ToolNames {
  /** The name on the wire. */
  encode(name: string): string
  /** A legal name nobody in the request has. */
  fresh(name: string): string
  /** Wire name -> caller's name, for those that had to change; undefined when none had. */
  changed(): ReadonlyMap<string, string> | undefined
}

/** Legal names stay; the others get theirs in the order given, so that a growing history keeps them. */
export function createToolNames(names: readonly string[]): ToolNames {
  const taken = new Set<string>()
  for (const name of names) if (LEGAL_NAME.test(name)) taken.add(name)
  let changed: Changes | undefined
  const encode = (name: string): string => {
    if (taken.has(name) && !changed?.callers.has(name)) return name
    const known = changed?.wire.get(name)
    if (known !== undefined) return known
    const legal = LEGAL_NAME.test(name) ? name : free(legalName(name), taken)
    taken.add(legal)
    if (legal !== name) {
      changed ??= { wire: new Map(), callers: new Map() }
      changed.wire.set(name, legal)
      changed.callers.set(legal, name)
    }
    return legal
  }
  for (const name of names) encode(name)
  return {
    encode,
    fresh(name) {
      const legal = free(name, taken)
      taken.add(legal)
      return legal
    },
    changed: () => changed?.callers,
  }
}

/** Names that had to change, both ways. */
interface Changes {
  wire: Map<string, string>
  callers: Map<string, string>
}

function legalName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, LONGEST) || 'tool'
}

function free(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name
  for (let count = 2; ; count++) {
    const suffix = `_${count}`
    const candidate = name.slice(0, LONGEST - suffix.length) + suffix
    if (!taken.has(candidate)) return candidate
  }
}

/** Ids that are tried for one call: where they are so short that none is left, one is repeated and the model refuses it. */
const MOST_TRIES = 1000

/**
 * Ids of calls as the model takes them. `length` asks for exactly so many alphanumerics. Models never
 * repeat an id, so there is no way back and none is needed.
 */
export function createCallIds(length?: number): (id: string) => string {
  const legal = length === undefined ? LEGAL_ID : new RegExp(`^[a-zA-Z0-9]{${length}}$`)
  let calls: { known: Map<string, string>; taken: Set<string> } | undefined
  return (id) => {
    calls ??= { known: new Map(), taken: new Set() }
    const { known, taken } = calls
    const before = known.get(id)
    if (before !== undefined) return before
    let wire = legal.test(id) ? id : ''
    for (let salt = 0; (wire === '' || taken.has(wire)) && salt < MOST_TRIES; salt++) {
      // The end of a digest has every letter, its beginning is 0 or 1.
      wire = length === undefined ? shortId(id, salt) : digest(id, salt).slice(-length)
    }
    known.set(id, wire)
    taken.add(wire)
    return wire
  }
}

/** As much of the id as is legal, told apart by a digest of all of it. */
function shortId(id: string, salt: number): string {
  const readable = id.replace(/[^a-zA-Z0-9_.:-]/g, '_').slice(0, 40)
  return `${readable}-${digest(id, salt).slice(0, 12)}`
}

/** At least 20 alphanumerics, the same for the same text; FNV-1a over four seeds. */
function digest(text: string, salt: number): string {
  let all = ''
  for (let seed = 0; seed < 4; seed++) {
    let hash = 0x811c9dc5 ^ Math.imul(seed + 4 * salt + 1, 0x9e3779b1)
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
    }
    all += (hash >>> 0).toString(36).padStart(7, '0').slice(-7)
  }
  return all
}
