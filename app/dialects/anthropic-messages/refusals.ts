import { GatewayError } from '../../errors.ts'
import type { WireRequest } from './wire.ts'

/** The finer code of a refused thread; clients that read it send the whole history instead. */
export const UNKEPT_THREAD = 'thread_unsupported_request'

/** Message threads keep their state at Anthropic; here every request brings its own. */
export function refuseUnkeptThread(request: WireRequest): void {
  if (request.thread == null) return
  throw new GatewayError(
    'invalid-request',
    'thread: message threads are not kept here. Send the whole conversation in `messages`.',
    { param: 'thread', reason: UNKEPT_THREAD },
  )
}

const MOST_MARKS = 4

/** Anthropic takes four marks in all. Throws naming the place of the fifth. */
export function refuseTooManyMarks(request: WireRequest): void {
  const places: string[] = []
  if (request.cache_control) places.push('cache_control')
  findMarks(request.tools, 'tools', places)
  findMarks(request.system, 'system', places)
  request.messages.forEach(({ content }, index) => {
    findMarks(content, `messages.${index}.content`, places)
  })
  if (places.length <= MOST_MARKS) return
  throw new GatewayError(
    'invalid-request',
    `A maximum of ${MOST_MARKS} blocks with cache_control may be provided. Found ${places.length}.`,
    { param: places[MOST_MARKS] },
  )
}

interface Marked {
  cache_control?: unknown
  type?: unknown
  content?: unknown
}

function findMarks(blocks: unknown, at: string, places: string[]): void {
  if (!Array.isArray(blocks)) return
  for (let index = 0; index < blocks.length; index++) {
    const { cache_control: control, type, content } = blocks[index] as Marked
    if (control) places.push(`${at}.${index}.cache_control`)
    if (type === 'tool_result') findMarks(content, `${at}.${index}.content`, places)
  }
}
