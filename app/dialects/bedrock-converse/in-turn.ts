import type { ReplyEvent } from '../../conversation/events.ts'

/**
 * Puts the parts of a stream one after the other, in the order they began. AWS's blocks never interleave, and its own
 * examples keep one tool call at a time; parallel calls of other servers all stay open until the end.
 */
export function createInTurn(): (events: ReplyEvent[]) => ReplyEvent[] {
  let current: number | undefined
  let waiting: ReplyEvent[] = []

  function take(event: ReplyEvent, out: ReplyEvent[]): void {
    if (event.type === 'reply-start' || event.type === 'reply-end') {
      out.push(...waiting, event)
      waiting = []
      return
    }
    if (event.type === 'part-start') current ??= event.index
    if (event.index !== current) {
      waiting.push(event)
      return
    }
    out.push(event)
    if (event.type !== 'part-end') return
    current = undefined
    const next = waiting
    waiting = []
    for (const one of next) take(one, out)
  }

  return (events) => {
    const out: ReplyEvent[] = []
    for (const event of events) take(event, out)
    return out
  }
}
