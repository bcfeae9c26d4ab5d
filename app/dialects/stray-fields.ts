import type { Conversation, Extras } from '../conversation/conversation.ts'
import type { Fields } from './extras.ts'

type Place = 'messages.' | 'messages.content.' | 'tools.'

/** Finds members within a part, a turn or a tool that nobody knows. */
type Look = (holder: { extras?: Extras }) => Fields | undefined

/**
 * Unknown members within messages and tools by their place, `messages.foo`, each once; undefined when there are none.
 * What a model said comes back as it was, whatever its client adds: that tunes nothing.
 */
export function strayFields(
  { turns, tools }: Pick<Conversation, 'turns' | 'tools'>,
  look: Look,
): string[] | undefined {
  let names: Set<string> | undefined
  const name = (holder: { extras?: Extras }, place: Place) => {
    if (!holder.extras) return
    const found = look(holder)
    for (const field in found) {
      if (found[field] === null) continue
      names ??= new Set()
      names.add(place + field)
    }
  }
  for (const turn of turns) {
    if (turn.role === 'assistant') continue
    name(turn, 'messages.')
    for (const part of turn.parts) if ('extras' in part) name(part, 'messages.content.')
  }
  for (const tool of tools) if ('extras' in tool) name(tool, 'tools.')
  return names && [...names]
}
