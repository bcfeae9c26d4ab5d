import { sseEvent } from '../../codecs/streams/sse.ts'
import type { Citation } from '../../conversation/conversation.ts'
import type { PartHead, WholePart } from '../../conversation/events.ts'
import { sealThought } from '../seal.ts'
import { encodeCitation } from './encode-blocks.ts'
import { encodeReplyPart } from './encode-reply.ts'
import { type Fields, ownOf } from './extras.ts'
import { platformToolName, searchesWith } from './platform-tools.ts'

/** What a part's end may bring. */
interface Seal {
  signature?: string
  redacted?: string
}

/** The block that is being written. */
interface OpenBlock {
  /** The part's index, not the block's. */
  part: number
  kind: 'text' | 'thought' | 'call'
  /** Everything of a delta before its text. */
  open: string
  /** A thought's block starts when it is known which kind it is. */
  started: boolean
  /** Text that the caller does not want to see. */
  hidden: string
}

/** A part that began while another was being written: blocks never interleave. */
interface WaitingPart {
  index: number
  head: PartHead
  text: string
  citations: Citation[]
  seal: Seal | undefined
}

/** The blocks of one streamed answer. */
export interface BlockStream {
  /** Index of the next block. */
  next: number
  current: OpenBlock | undefined
  waiting: WaitingPart[]
  /** Thoughts are not shown. */
  hidden: boolean
  /** A thought was not shown that its model did show. */
  keptBack: boolean
  /** Searches so far; undefined while the platform has run nothing. */
  searches: number | undefined
}

export function createBlockStream(hidden: boolean): BlockStream {
  return { next: 0, current: undefined, waiting: [], hidden, keptBack: false, searches: undefined }
}

const DELTAS: Record<OpenBlock['kind'], string> = {
  text: '"text_delta","text":',
  thought: '"thinking_delta","thinking":',
  call: '"input_json_delta","partial_json":',
}
const CLOSE = '}}\n\n'

/** The hot path: one delta of the block that is open. Empty ones, which Bedrock sends, write nothing. */
export function writeDelta(stream: BlockStream, index: number, text: string): string {
  const { current } = stream
  if (text === '') return ''
  if (current?.part !== index) {
    const waiting = stream.waiting.find((part) => part.index === index)
    if (waiting) waiting.text += text
    return ''
  }
  if (current.kind !== 'thought') return current.open + JSON.stringify(text) + CLOSE
  if (stream.hidden) {
    current.hidden += text
    stream.keptBack = true
    return ''
  }
  return startThought(stream, current) + current.open + JSON.stringify(text) + CLOSE
}

export function startPart(stream: BlockStream, index: number, head: PartHead): string {
  if (stream.current === undefined) return open(stream, index, head)
  stream.waiting.push({ index, head, text: '', citations: [], seal: undefined })
  return ''
}

function open(stream: BlockStream, index: number, head: PartHead): string {
  switch (head.type) {
    case 'text':
      return begin(stream, index, 'text') + blockStart(stream, { type: 'text', text: '' })
    case 'reasoning':
      return begin(stream, index, 'thought')
    case 'tool-call': {
      const { id, server = 'tool_use' } = head
      const name = head.server === undefined ? head.name : platformToolName(head.name)
      if (head.server !== undefined) stream.searches = searchesWith(name, stream.searches)
      const opened = begin(stream, index, 'call')
      const block = { type: server, id, name, input: {}, ...ownOf(head).fields }
      const first = stream.current?.open ?? ''
      // Anthropic begins every input with an empty delta, and so a call without arguments has one as well.
      return `${opened}${blockStart(stream, block)}${first}""${CLOSE}`
    }
    case 'whole':
      return writeWhole(stream, index, head.part)
  }
}

function begin(stream: BlockStream, part: number, kind: OpenBlock['kind']): '' {
  stream.current = {
    part,
    kind,
    open: `event: content_block_delta\ndata: {"type":"content_block_delta","index":${stream.next},"delta":{"type":${DELTAS[kind]}`,
    started: kind !== 'thought',
    hidden: '',
  }
  return ''
}

function blockStart({ next: index }: BlockStream, block: object): string {
  const data = { type: 'content_block_start', index, content_block: block }
  return sseEvent('content_block_start', JSON.stringify(data))
}

function blockStop(stream: BlockStream): string {
  const index = stream.next++
  return sseEvent('content_block_stop', `{"type":"content_block_stop","index":${index}}`)
}

function blockDelta({ next: index }: BlockStream, delta: object): string {
  const data = { type: 'content_block_delta', index, delta }
  return sseEvent('content_block_delta', JSON.stringify(data))
}

function startThought(stream: BlockStream, block: OpenBlock): string {
  if (block.started) return ''
  block.started = true
  return blockStart(stream, { type: 'thinking', thinking: '', signature: '' })
}

/** A part that came in one piece; a refusal is a text like those that come in many. */
function writeWhole(stream: BlockStream, index: number, part: WholePart): string {
  if (part.type === 'refusal') {
    return open(stream, index, { type: 'text' }) + writeDelta(stream, index, part.text)
  }
  const block: Fields | undefined = encodeReplyPart(part, stream.hidden)
  return block ? blockStart(stream, block) + blockStop(stream) : ''
}

export function writeCitation(stream: BlockStream, index: number, citation: Citation): string {
  if (stream.current?.part !== index) {
    stream.waiting.find((part) => part.index === index)?.citations.push(citation)
    return ''
  }
  const wire = encodeCitation(citation)
  return wire ? blockDelta(stream, { type: 'citations_delta', citation: wire }) : ''
}

/** Ends a part; those that waited for it follow, until one of them is still being said. */
export function endPart(stream: BlockStream, index: number, seal: Seal): string {
  if (stream.current?.part !== index) {
    const waiting = stream.waiting.find((part) => part.index === index)
    if (waiting) waiting.seal = seal
    return ''
  }
  return closeCurrent(stream, seal) + writeWaiting(stream)
}

function closeCurrent(stream: BlockStream, seal: Seal): string {
  const { current } = stream
  if (current === undefined) return ''
  stream.current = undefined
  if (current.kind !== 'thought') return blockStop(stream)
  if (seal.redacted) {
    const block = { type: 'redacted_thinking', data: seal.redacted }
    return (current.started ? '' : blockStart(stream, block)) + blockStop(stream)
  }
  const { hidden: text } = current
  const signature = text === '' ? seal.signature : sealThought({ ...seal, text })
  // What is hidden goes into its seal; without one there is nothing to bring back.
  if (text !== '' && signature === undefined && !current.started) return ''
  const started = startThought(stream, current)
  const sealed = signature ? blockDelta(stream, { type: 'signature_delta', signature }) : ''
  return started + sealed + blockStop(stream)
}

function writeWaiting(stream: BlockStream): string {
  let text = ''
  while (stream.current === undefined) {
    const part = stream.waiting.shift()
    if (!part) break
    text += open(stream, part.index, part.head) + writeDelta(stream, part.index, part.text)
    for (const citation of part.citations) text += writeCitation(stream, part.index, citation)
    if (part.seal) text += closeCurrent(stream, part.seal)
  }
  return text
}

/** Stops what is still open and says what still waits. */
export function closeAll(stream: BlockStream): string {
  for (const part of stream.waiting) part.seal ??= {}
  return closeCurrent(stream, {}) + writeWaiting(stream)
}
