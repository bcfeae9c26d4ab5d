import type { Settings } from '../../conversation/conversation.ts'
import type { Asking } from './asking.ts'
import type { Fields } from './extras.ts'

/** What a model without its own figure gets: Anthropic's general limits. */
const GENERAL = { max: 4, ttls: ['5m', '1h'] } as const

/** The lists of a request's body that hold marks. They are this request's own. */
export interface MarkedBody {
  tools?: Fields[]
  system?: string | Fields[]
  messages: { role: string; content: string | Fields[] }[]
}

/**
 * Fits the marks of a request to what the model takes, in place: none, or at most so many, with lives it knows.
 * Where there are none, a wish to cache in general marks the tools, the system prompt and the last turn of the
 * user; where there are some, a wish for the end (`atEnd`) marks that last turn alone.
 */
export function placeMarks(
  body: MarkedBody,
  wish: Settings['promptCache'],
  { card, ignore }: Asking,
): void {
  const { cachePoints = GENERAL } = card.traits
  if (wish && !wish.explicit && cachePoints !== false) {
    const before = marksOf(body)
    if (before.length === 0) addMarks(body, wish.ttl)
    else if (wish.atEnd) addLastMark(body, lifeBehind(before, wish.ttl, ignore))
  }
  const marks = marksOf(body)
  if (cachePoints === false) {
    if (wish || marks.length > 0) ignore('promptCache')
    for (const holder of marks) delete holder['cache_control']
    return
  }
  for (const holder of marks) {
    const control = holder['cache_control'] as Fields
    const { ttl, ...rest } = control
    if (typeof ttl !== 'string' || (cachePoints.ttls as readonly string[]).includes(ttl)) continue
    // Five minutes are what a mark means that names no life.
    holder['cache_control'] = rest
    if (ttl !== '5m') ignore('cache_control.ttl')
  }
  const surplus = marks.length - cachePoints.max
  if (surplus <= 0) return
  ignore('promptCache')
  // The oldest marks of the messages go first; those of tools and system serve every request.
  const inMessages = marksIn(body.messages.flatMap(contentOf))
  const others = marks.filter((holder) => !inMessages.includes(holder))
  for (const holder of [...inMessages, ...others].slice(0, surplus)) delete holder['cache_control']
}

type Life = '5m' | '1h' | undefined

function addMarks(body: MarkedBody, ttl: Life): void {
  const tool = body.tools?.at(-1)
  if (tool) tool['cache_control'] = markOf(ttl)
  if (typeof body.system === 'string') body.system = [{ type: 'text', text: body.system }]
  const said = body.system?.at(-1)
  if (said) said['cache_control'] = markOf(ttl)
  addLastMark(body, ttl)
}

function addLastMark({ messages }: MarkedBody, ttl: Life): void {
  const turn = messages.findLast(({ role }) => role === 'user')
  if (!turn) return
  if (typeof turn.content === 'string') turn.content = [{ type: 'text', text: turn.content }]
  const last = turn.content.at(-1)
  if (last) last['cache_control'] ??= markOf(ttl)
}

const markOf = (ttl: Life) => (ttl === '1h' ? { type: 'ephemeral', ttl } : { type: 'ephemeral' })

/** Behind a mark of five minutes Claude takes none of an hour. */
function lifeBehind(before: readonly Fields[], ttl: Life, ignore: Asking['ignore']): Life {
  const isShort = before.some((holder) => (holder['cache_control'] as Fields)['ttl'] !== '1h')
  if (ttl !== '1h' || !isShort) return ttl
  ignore('cache_control.ttl')
  return undefined
}

/** All holders of marks in the order of the prefix: tools, system, messages. */
function marksOf({ tools = [], system, messages }: MarkedBody): Fields[] {
  const blocks = Array.isArray(system) ? system : []
  return marksIn([...tools, ...blocks, ...messages.flatMap(contentOf)])
}

function contentOf({ content }: { content: string | Fields[] }): Fields[] {
  return typeof content === 'string' ? [] : content
}

function marksIn(blocks: readonly Fields[]): Fields[] {
  const found: Fields[] = []
  for (const block of blocks) {
    if (block['cache_control']) found.push(block)
    const inner = block['content']
    if (block['type'] === 'tool_result' && Array.isArray(inner)) {
      found.push(...marksIn(inner as Fields[]))
    }
  }
  return found
}
