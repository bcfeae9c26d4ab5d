import type { Conversation, Extras } from '../../conversation/conversation.ts'
import { strayFields } from '../stray-fields.ts'
import { type Fields, ownOf, unknownFields } from './extras.ts'
import type { WireRequest } from './wire.ts'

/** Kept members that every model is told in words of ours. LangChain names the tool of a result, as its call does. */
const HEARD: ReadonlySet<string> = new Set([
  'cache_control',
  'prompt_cache_breakpoint',
  'is_error',
  'name',
])

/** Members of these objects that say something to us. */
const KNOWN: readonly (readonly [keyof WireRequest, ReadonlySet<string>])[] = [
  ['reasoning', new Set(['effort', 'max_tokens', 'enabled', 'exclude'])],
  ['thinking', new Set(['type', 'budget_tokens', 'display'])],
  ['stream_options', new Set(['include_usage', 'include_obfuscation'])],
]

/** Unknown members that go back into turns and tools to who speaks this dialect. */
export const chatStrays = (asked: Conversation): string[] | undefined =>
  strayFields(asked, strayMembers)

function strayMembers(holder: { extras?: Extras }): Fields | undefined {
  const { fields, inner, kind } = ownOf(holder)
  const strays = fields && unknownFields(fields, HEARD)
  // Of a custom tool all members are kept within.
  if (!inner || kind === 'custom') return strays
  const place = kind === 'legacy' ? '' : 'function.'
  const within = Object.entries(inner).map(([name, value]) => [place + name, value])
  return { ...strays, ...Object.fromEntries(within) }
}

/** Unknown members of objects that tune. */
export function strayOptions(request: WireRequest): string[] {
  const names: string[] = []
  for (const [name, known] of KNOWN) {
    const options = request[name]
    if (typeof options !== 'object' || options === null) continue
    for (const field in unknownFields(options, known)) names.push(`${name}.${field}`)
  }
  return names
}
