import { decodeBase64, encodeBase64 } from '../../codecs/bytes/base64.ts'
import type { Citation, ToolResultPart } from '../../conversation/conversation.ts'
import type { PartHead, ReplyEvent } from '../../conversation/events.ts'
import type { Undo } from '../dialect.ts'
import { decodeCitation, decodeToolContent, servedBy } from './decode-blocks.ts'
import { callersArguments } from './hidden-tools.ts'
import { mediaTypeOf } from './media-formats.ts'
import type { BlockDelta, BlockStart, ReasoningDelta, ToolResultContent } from './wire.ts'

type Kind = 'text' | 'reasoning' | 'call' | 'result' | 'image' | 'sources'

/** A block the stream has begun and not ended. */
export interface OpenBlock {
  index: number
  kind: Kind
  /** How the payload of its next plain delta begins, up to the text itself. */
  prefix: string
  /** Where its events go instead of out. */
  aside: ReplyEvent[] | undefined
  received: boolean
  /** Collected until the end: arguments to unwrap, bytes of an image. */
  collected?: string
  wireName?: string
  signature?: string
  redacted?: string
  result?: ToolResultPart
  content?: ToolResultContent[]
  format?: string
  citations?: Citation[]
}

/** The blocks of one streamed answer. */
export interface Blocks {
  undo: Undo
  /** Where events go; the reader puts a new list here for every batch. */
  out: ReplyEvent[]
  /** By `contentBlockIndex`. */
  open: Map<number, OpenBlock>
  /** A text that AWS has ended: the next block may yet name its sources. */
  spoken?: OpenBlock | undefined
  count: number
  /**
   * Words beside the hidden tool are mere preamble: they wait here, to come out only if the tool stays
   * uncalled. Undefined when nothing needs to wait.
   */
  held: ReplyEvent[] | undefined
  /** The hidden tool spoke, and words are left out. */
  answered: boolean
  /** A tool of the caller's was called. */
  called: boolean
  /** Characters the model said. */
  length: number
}

/** The member under which a delta of this kind holds its text. */
const MEMBERS: Record<Kind, string> = {
  text: '{"text":"',
  reasoning: '{"reasoningContent":{"text":"',
  call: '{"toolUse":{"input":"',
  result: '',
  image: '',
  sources: '',
}

export function createBlocks(undo: Undo): Blocks {
  return {
    undo,
    out: [],
    open: new Map(),
    count: 0,
    held: undo.outputTool === undefined ? undefined : [],
    answered: false,
    called: false,
    length: 0,
  }
}

function emit(blocks: Blocks, block: OpenBlock, event: ReplyEvent): void {
  if (block.aside) block.aside.push(event)
  else blocks.out.push(event)
}

/** Opens a block at a place on the wire; what was open there ends. */
function add(blocks: Blocks, wire: number, more: Partial<OpenBlock> & { kind: Kind }): OpenBlock {
  stopBlock(blocks, wire)
  endSpoken(blocks)
  const prefix = `{"contentBlockIndex":${wire},"delta":${MEMBERS[more.kind]}`
  const waits = more.kind === 'text' ? (blocks.answered ? [] : blocks.held) : undefined
  const block = { index: blocks.count++, prefix, aside: waits, received: false, ...more }
  blocks.open.set(wire, block)
  return block
}

function begin(blocks: Blocks, block: OpenBlock, part: PartHead): OpenBlock {
  emit(blocks, block, { type: 'part-start', index: block.index, part })
  return block
}

/** `contentBlockStart`: only calls, results and images have one. */
export function startBlock(blocks: Blocks, wire: number, start: BlockStart): void {
  const { toolUse, toolResult, image } = start
  if (toolUse) startCall(blocks, wire, toolUse)
  if (toolResult) {
    add(blocks, wire, { kind: 'result', result: emptyResult(toolResult), content: [] })
  }
  if (image) add(blocks, wire, { kind: 'image', format: image.format, collected: '' })
}

function startCall(blocks: Blocks, wire: number, call: NonNullable<BlockStart['toolUse']>): void {
  const { toolUseId: id, name: wireName, type } = call
  const { undo } = blocks
  const collected = undo.wrappedTools?.has(wireName) ? '' : undefined
  if (wireName === undo.outputTool) {
    blocks.answered = true
    blocks.held = undefined
    begin(blocks, add(blocks, wire, { kind: 'call', wireName, collected }), { type: 'text' })
    return
  }
  releaseHeld(blocks)
  const server = servedBy(type)
  blocks.called ||= server === undefined
  const name = undo.toolNames?.get(wireName) ?? wireName
  const head: PartHead = { type: 'tool-call', id, name }
  if (server !== undefined) head.server = server
  begin(blocks, add(blocks, wire, { kind: 'call', wireName, collected }), head)
}

function releaseHeld(blocks: Blocks): void {
  if (!blocks.held) return
  for (const event of blocks.held) blocks.out.push(event)
  for (const block of blocks.open.values()) block.aside = undefined
  if (blocks.spoken) blocks.spoken.aside = undefined
  blocks.held = undefined
}

/** The block that speaks at this place; text and thought have no `contentBlockStart`. */
function speaking(blocks: Blocks, wire: number, kind: 'text' | 'reasoning'): OpenBlock {
  const block = blocks.open.get(wire)
  if (block?.kind === kind) return block
  // Claude names its sources ahead of the words they support, and in one block with them.
  const { citations = [] } = block ?? {}
  if (block?.kind === 'sources') blocks.open.delete(wire)
  const begun = begin(blocks, add(blocks, wire, { kind }), { type: kind })
  for (const citation of citations) emitCitation(blocks, begun, citation)
  return begun
}

function emitCitation(blocks: Blocks, block: OpenBlock, citation: Citation): void {
  emit(blocks, block, { type: 'part-citation', index: block.index, citation })
}

function cite(blocks: Blocks, wire: number, citation: Citation): void {
  const block = blocks.open.get(wire)
  if (block?.kind === 'sources') block.citations?.push(citation)
  else if (block === undefined && blocks.spoken) {
    blocks.open.set(wire, { ...blocks.spoken, kind: 'sources', citations: [citation] })
  } else emitCitation(blocks, speaking(blocks, wire, 'text'), citation)
}

/** `contentBlockDelta`. Returns the block when its next delta may come through `addText` directly. */
export function changeBlock(
  blocks: Blocks,
  wire: number,
  change: BlockDelta,
): OpenBlock | undefined {
  if (typeof change.text === 'string') {
    // An empty delta begins nothing: models send one ahead of their thoughts.
    if (change.text === '') return undefined
    const block = speaking(blocks, wire, 'text')
    addText(blocks, block, change.text)
    return block
  }
  if (change.reasoningContent) return think(blocks, wire, change.reasoningContent)
  const block = blocks.open.get(wire)
  if (change.toolUse && block?.kind === 'call') {
    if (change.toolUse.input) addText(blocks, block, change.toolUse.input)
    return block
  }
  if (change.citation) cite(blocks, wire, decodeCitation(change.citation))
  if (change.toolResult) addContent(block?.content, change.toolResult)
  if (change.image?.source?.bytes && block?.kind === 'image') {
    block.collected = joinBase64(block.collected ?? '', change.image.source.bytes)
  }
  return undefined
}

function think(blocks: Blocks, wire: number, change: ReasoningDelta): OpenBlock {
  const { text, signature, redactedContent } = change
  const block = speaking(blocks, wire, 'reasoning')
  if (signature) block.signature = (block.signature ?? '') + signature
  if (redactedContent) {
    block.redacted = joinBase64(block.redacted ?? '', redactedContent)
  }
  if (text) addText(blocks, block, text)
  return block
}

/** More text, more thought, or more of a call's arguments. */
export function addText(blocks: Blocks, block: OpenBlock, text: string): void {
  blocks.length += text.length
  block.received = true
  if (block.collected !== undefined) block.collected += text
  else emit(blocks, block, { type: 'part-delta', index: block.index, text })
}

/** `contentBlockStop`; harmless where nothing is open. */
export function stopBlock(blocks: Blocks, wire: number): void {
  const block = blocks.open.get(wire)
  if (!block) return
  blocks.open.delete(wire)
  const { index, kind, signature, redacted, citations = [] } = block
  // Nova's sources stand in a block of their own, without words, behind those they support.
  for (const citation of citations) emitCitation(blocks, block, citation)
  if (kind === 'sources') return
  if (kind === 'text' && blocks.open.size === 0) {
    blocks.spoken = block
    return
  }
  if (kind === 'call') endCall(blocks, block)
  if (kind === 'result' || kind === 'image') emitWhole(blocks, block)
  const end: ReplyEvent = { type: 'part-end', index }
  if (signature !== undefined) end.signature = signature
  if (redacted !== undefined) end.redacted = redacted
  emit(blocks, block, end)
}

function endSpoken(blocks: Blocks): void {
  const { spoken } = blocks
  blocks.spoken = undefined
  if (spoken) emit(blocks, spoken, { type: 'part-end', index: spoken.index })
}

/** Ends what is still open, and lets out what waited in vain for the hidden tool. */
export function finishBlocks(blocks: Blocks): void {
  for (const wire of [...blocks.open.keys()]) stopBlock(blocks, wire)
  endSpoken(blocks)
  releaseHeld(blocks)
}

function endCall(blocks: Blocks, block: OpenBlock): void {
  const { index, collected, wireName = '', received } = block
  if (collected) {
    const text = callersArguments(wireName, collected, blocks.undo)
    emit(blocks, block, { type: 'part-delta', index, text })
  }
  // A call without input is a call with none, and `{}` is how that is written.
  if (!received) emit(blocks, block, { type: 'part-delta', index, text: '{}' })
}

function emitWhole(blocks: Blocks, block: OpenBlock): void {
  const { result, content = [], collected = '', format = 'png' } = block
  if (result) {
    const part = { ...result, content: decodeToolContent(content) }
    begin(blocks, block, { type: 'whole', part })
    return
  }
  const source = { kind: 'base64', data: collected } as const
  const part = { type: 'image', source, mediaType: mediaTypeOf('image', format) } as const
  begin(blocks, block, { type: 'whole', part })
}

function emptyResult(start: NonNullable<BlockStart['toolResult']>): ToolResultPart {
  const { toolUseId, status, type } = start
  const part: ToolResultPart = { type: 'tool-result', callId: toolUseId, content: [] }
  if (status === 'error') part.isError = true
  return type === undefined ? part : { ...part, server: type }
}

/** Text of a result comes in pieces, all else whole. */
function addContent(content: ToolResultContent[] | undefined, pieces: ToolResultContent[]): void {
  for (const piece of pieces) {
    const last = content?.at(-1)
    if (piece.text !== undefined && last?.text !== undefined) last.text += piece.text
    else content?.push({ ...piece })
  }
}

/** Base64 of the bytes of both; each piece may be padded by itself. */
function joinBase64(first: string, second: string): string {
  if (!first.endsWith('=')) return first + second
  return encodeBase64(new Uint8Array([...decodeBase64(first), ...decodeBase64(second)]))
}
