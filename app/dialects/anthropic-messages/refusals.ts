import { GatewayError } from '../../errors.ts'
import type { WireRequest } from './wire.ts'
import type { WireMessage } from './wire-blocks.ts'

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

/** Throws for two tools of one name, were they the same, in Anthropic's words; toolsets have none. */
export function refuseRepeatedTools({ tools }: Pick<WireRequest, 'tools'>): void {
  const names = (tools ?? []).flatMap(({ name }) => name ?? [])
  if (new Set(names).size === names.length) return
  throw new GatewayError('invalid-request', 'tools: Tool names must be unique.', { param: 'tools' })
}

const MOST_MARKS = 4

/** Anthropic takes four marks in all. Throws naming the place of the fifth; tells what they are. */
export function checkMarks(request: WireRequest): Marks {
  const marks: Marks = { places: [], scoped: false }
  const { places } = marks
  if (request.cache_control) places.push('cache_control')
  findMarks(request.tools, 'tools', marks)
  findMarks(request.system, 'system', marks)
  request.messages.forEach(({ content }, index) => {
    findMarks(content, `messages.${index}.content`, marks)
  })
  if (places.length <= MOST_MARKS) return marks
  throw new GatewayError(
    'invalid-request',
    `A maximum of ${MOST_MARKS} blocks with cache_control may be provided. Found ${places.length}.`,
    { param: places[MOST_MARKS] },
  )
}

export interface Marks {
  places: string[]
  /** One of them is for more than the caller's own requests, or for fewer. */
  scoped: boolean
}

interface Marked {
  cache_control?: unknown
  type?: unknown
  content?: unknown
}

function findMarks(blocks: unknown, at: string, marks: Marks): void {
  if (!Array.isArray(blocks)) return
  for (let index = 0; index < blocks.length; index++) {
    const { cache_control: control, type, content } = blocks[index] as Marked
    if (control) {
      marks.places.push(`${at}.${index}.cache_control`)
      marks.scoped ||= 'scope' in (control as object)
    }
    if (type === 'tool_result') findMarks(content, `${at}.${index}.content`, marks)
  }
}

/** Blocks that one side of a conversation alone can have written. */
const WRITERS: ReadonlyMap<string, WireMessage['role']> = new Map([
  ['tool_use', 'assistant'],
  ['thinking', 'assistant'],
  ['redacted_thinking', 'assistant'],
  ['tool_result', 'user'],
])

/** Throws naming the message that holds what its role cannot have written, in the words Anthropic was seen to use. */
export function refuseMisplacedBlocks({ messages }: WireRequest): void {
  for (let index = 0; index < messages.length; index++) {
    const { role, content } = messages[index]!
    if (typeof content === 'string') continue
    for (const { type } of content) {
      const writer = WRITERS.get(type)
      if (writer === undefined || writer === role) continue
      const param = `messages.${index}`
      const message = `${param}: \`${type}\` blocks can only be in \`${writer}\` messages`
      throw new GatewayError('invalid-request', message, { param })
    }
  }
}
