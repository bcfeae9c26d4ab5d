import type { Conversation } from '../../conversation/conversation.ts'
import type { GatewayError } from '../../errors.ts'
import type { AnswerHead } from '../dialect.ts'
import type { Fields } from '../extras.ts'
import { ownOf } from './extras.ts'
import { replayItem } from './replay-item.ts'
import { fixedMembers, standingMembers } from './response-object.ts'
import { FAILURES } from './vocabulary.ts'

/** A response that nobody has begun to work on. */
export function queuedResponse(conversation: Conversation, head: AnswerHead): Fields {
  return {
    ...fixedMembers(conversation, head),
    ...standingMembers({ status: 'queued', output: [] }, ownOf(conversation).request),
  }
}

/** A response that is not to become complete any more. */
export function brokenResponse(response: Fields, why: GatewayError): Fields {
  const left = why.code === 'caller-left'
  return {
    ...response,
    completed_at: null,
    output: cutShort(response['output'] as Fields[]),
    // Of what failed nobody was told what it cost; an estimate would pass for a count.
    usage: left ? response['usage'] : null,
    status: left ? 'incomplete' : 'failed',
    // OpenAI has no word for it: what there is was told to nobody to its end.
    incomplete_details: left ? { reason: 'caller_left' } : null,
    error: left ? null : { code: FAILURES[why.code] ?? 'server_error', message: why.message },
  }
}

/** What was being said is not complete, as the stream told it. */
function cutShort(output: readonly Fields[]): Fields[] {
  const last = output.at(-1)
  if (!last || !('status' in last)) return [...output]
  return [...output.slice(0, -1), { ...last, status: 'incomplete' }]
}

/**
 * The events of a stored response that has ended, told anew with each text in one piece. Those up to a number
 * are left out, but never the last: the number may be of the stream that was heard when the response was made,
 * which had more events, and whoever asks again has to learn how it ended.
 */
export function replayResponse(response: Fields, startingAfter = -1): string {
  const events = createEvents(0)
  const begun = { ...response, status: 'in_progress', output: [], usage: null, completed_at: null }
  events.add('response.created', { response: begun })
  events.add('response.in_progress', { response: begun })
  const output = (response['output'] ?? []) as Fields[]
  for (const [index, item] of output.entries()) replayItem(item, index, events.add)
  addEnd(response, events)
  return events.behind(startingAfter)
}

/** The last events of a stored response that has ended, the first of them with this number. */
export function endOfResponse(response: Fields, number: number): string {
  const events = createEvents(number)
  addEnd(response, events)
  return events.behind(-1)
}

function addEnd(response: Fields, events: Events): void {
  const { status } = response
  if (status === 'failed') events.add('error', { param: null, ...Object(response['error']) })
  events.add(`response.${status}`, { response })
}

function createEvents(first: number) {
  const texts: string[] = []
  return {
    add(type: string, members: Fields): void {
      const data = JSON.stringify({ type, sequence_number: first + texts.length, ...members })
      texts.push(`event: ${type}\ndata: ${data}\n\n`)
    },
    behind: (number: number) => texts.slice(Math.min(number + 1, texts.length - 1)).join(''),
  }
}

type Events = ReturnType<typeof createEvents>
