import type { Undo } from '../dialect.ts'
import type { WireChunk } from './wire-reply.ts'

/**
 * The chunks of one upstream's stream for callers who speak this dialect: everything in them but the names
 * of the answer, which are ours. A chunk is written as its JSON behind those names, to its last brace; a
 * line feed stands between two.
 */
interface Relay {
  /** One chunk, as it came, unless it was put right, and as it was read. */
  take(data: string | undefined, chunk: Partial<WireChunk>): void
  /** What came since the last time. */
  text(): string
}

const CHOICES = '"choices":'
const NO_USAGE = ',"usage":null'

/** Undefined where the request had something changed that would have to be undone in every chunk. */
export function createRelay(undo: Undo | undefined): Relay | undefined {
  if (undo?.toolNames) return undefined
  const hidesUsage = undo?.usage === true
  let known: Head | undefined
  let text = ''

  const behindNames = (data: string | undefined, chunk: Partial<WireChunk>): string => {
    // A line feed between two tokens of JSON would end the frame's line.
    if (data === undefined || data.includes('\n')) return members(withoutNames(chunk))
    if (!known || !data.startsWith(known.head)) known = headOf(data)
    // Azure and llama.cpp write names in the order of the alphabet, so that some stand behind the choices.
    const isWhole = known && !known.absent.some((name) => chunk[name] !== undefined)
    return known && isWhole
      ? known.ours + data.slice(known.head.length)
      : members(withoutNames(chunk))
  }
  const add = (chunk: string) => {
    text = text === '' ? chunk : `${text}\n${chunk}`
  }
  return {
    take(data, chunk) {
      if (!hidesUsage || chunk.usage === undefined) return add(behindNames(data, chunk))
      if (chunk.usage !== null) {
        // Its own chunk was asked for by us; in any other place it is left out of what is said.
        const { usage: _, ...rest } = chunk
        if (rest.choices?.length) add(members(withoutNames(rest)))
        return
      }
      const behind = behindNames(data, chunk)
      const at = behind.lastIndexOf(NO_USAGE)
      const { usage: _, ...rest } = chunk
      if (at < 0) add(members(withoutNames(rest)))
      else add(behind.slice(0, at) + behind.slice(at + NO_USAGE.length))
    },
    text() {
      const taken = text
      text = ''
      return taken
    },
  }
}

/** How chunks begin, what is written instead, and the names that are not in it. */
interface Head {
  head: string
  ours: string
  absent: readonly Name[]
}

const NAMES = ['id', 'object', 'created', 'model'] as const
type Name = (typeof NAMES)[number]

/**
 * The beginning of a chunk up to its choices, which those behind it mostly share, without the names of the
 * answer. Undefined where it does not begin so.
 */
function headOf(data: string): Head | undefined {
  const at = data.indexOf(CHOICES)
  if (at < 0) return undefined
  const head = data.slice(0, at + CHOICES.length)
  try {
    const whole = JSON.parse(`${head}0}`) as Partial<WireChunk>
    const { choices: _, ...others } = withoutNames(whole)
    const before = JSON.stringify(others).slice(1, -1)
    const ours = `${before}${before === '' ? '' : ','}${CHOICES}`
    return { head, ours, absent: NAMES.filter((name) => whole[name] === undefined) }
  } catch {
    // The choices stand within something else.
    return undefined
  }
}

function withoutNames(chunk: Partial<WireChunk>): Partial<WireChunk> {
  const { id: _, object: __, created: ___, model: ____, ...rest } = chunk
  return rest
}

const members = (rest: object): string => JSON.stringify(rest).slice(1)

/** The chunks of a relay with our names before them. `names` is everything of a frame before `,`. */
export const relayed = (names: string, text: string): string =>
  text === '' ? '' : `${names},${text.replaceAll('\n', `\n\n${names},`)}\n\n`
