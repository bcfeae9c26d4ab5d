import type { PartHead, ReplyEvent } from '../../conversation/events.ts'
import type { Undo } from '../dialect.ts'
import { callExtras, decodeCitation, decodeWhole } from './decode-blocks.ts'
import { callersArguments } from './decode-reply.ts'
import type { Fields } from './extras.ts'
import type { WireBlock } from './wire-blocks.ts'

/** A block the stream has begun and not ended. */
export interface OpenBlock {
  index: number
  kind: 'text' | 'thinking' | 'redacted' | 'call' | 'whole'
  /** How the data of its next plain delta begins, up to the text itself. */
  prefix: string
  /** Where its events go instead of out. */
  aside: ReplyEvent[] | undefined
  /** Arguments to unwrap at the end. */
  collected: string | undefined
  wireName: string
  signature: string
  redacted: string
  /** A block whose parts wait for its end. */
  value: Fields | undefined
}

/** The blocks of one streamed answer. */
export interface Blocks {
  undo: Undo
  /** Where events go; the reader puts a new list here for every batch. */
  out: ReplyEvent[]
  /** By the wire's index. */
  open: Map<number, OpenBlock>
  /** Words beside the hidden tool wait here, to come out only if the tool stays uncalled. */
  held: ReplyEvent[] | undefined
  /** The hidden tool spoke, and words are left out. */
  answered: boolean
  /** A tool of the caller's was called. */
  called: boolean
  /** Characters the model said. */
  length: number
}

export function createBlocks(undo: Undo): Blocks {
  return {
    undo,
    out: [],
    open: new Map(),
    held: undo.outputTool === undefined ? undefined : [],
    answered: false,
    called: false,
    length: 0,
  }
}

/** The delta's type and member that hold the text of a block of this kind. */
const MEMBERS: Record<OpenBlock['kind'], [type: string, member: string]> = {
  text: ['text_delta', 'text'],
  thinking: ['thinking_delta', 'thinking'],
  call: ['input_json_delta', 'partial_json'],
  redacted: ['', ''],
  whole: ['', ''],
}

function emit(blocks: Blocks, block: OpenBlock, event: ReplyEvent): void {
  if (block.aside) block.aside.push(event)
  else blocks.out.push(event)
}

function add(blocks: Blocks, index: number, kind: OpenBlock['kind']): OpenBlock {
  stopBlock(blocks, index)
  const [type, member] = MEMBERS[kind]
  const block: OpenBlock = {
    index,
    kind,
    prefix: `{"type":"content_block_delta","index":${index},"delta":{"type":"${type}","${member}":"`,
    aside: kind === 'text' ? (blocks.answered ? [] : blocks.held) : undefined,
    collected: undefined,
    wireName: '',
    signature: '',
    redacted: '',
    value: undefined,
  }
  blocks.open.set(index, block)
  return block
}

/** `content_block_start`. Most blocks begin empty; what they already hold is their first delta. */
export function startBlock(blocks: Blocks, index: number, wire: WireBlock): void {
  switch (wire.type) {
    case 'text': {
      const block = begin(blocks, add(blocks, index, 'text'), { type: 'text' })
      if (wire['text']) addText(blocks, block, String(wire['text']))
      for (const citation of (wire['citations'] as Fields[] | null | undefined) ?? []) {
        addCitation(blocks, block, citation)
      }
      return
    }
    case 'thinking': {
      const block = begin(blocks, add(blocks, index, 'thinking'), { type: 'reasoning' })
      if (wire['thinking']) addText(blocks, block, String(wire['thinking']))
      block.signature = String(wire['signature'] ?? '')
      return
    }
    case 'redacted_thinking': {
      const block = begin(blocks, add(blocks, index, 'redacted'), { type: 'reasoning' })
      block.redacted = String(wire['data'] ?? '')
      return
    }
    default:
      if (isCall(wire)) startCall(blocks, index, wire)
      else add(blocks, index, 'whole').value = { ...wire }
  }
}

function isCall({ type, id, name }: WireBlock): boolean {
  return type.endsWith('tool_use') && typeof id === 'string' && typeof name === 'string'
}

function begin(blocks: Blocks, block: OpenBlock, part: PartHead): OpenBlock {
  emit(blocks, block, { type: 'part-start', index: block.index, part })
  return block
}

function startCall(blocks: Blocks, index: number, wire: WireBlock): void {
  const { undo } = blocks
  const wireName = wire['name'] as string
  const block = add(blocks, index, 'call')
  block.wireName = wireName
  if (undo.wrappedTools?.has(wireName)) block.collected = ''
  if (wireName === undo.outputTool) {
    blocks.answered = true
    blocks.held = undefined
    begin(blocks, block, { type: 'text' })
    return
  }
  releaseHeld(blocks)
  const server = wire.type === 'tool_use' ? undefined : wire.type
  blocks.called ||= server === undefined
  begin(blocks, block, {
    type: 'tool-call',
    id: wire['id'] as string,
    name: undo.toolNames?.get(wireName) ?? wireName,
    ...(server !== undefined && { server }),
    ...callExtras(wire),
  })
  const input = wire['input'] as object | null | undefined
  if (input && Object.keys(input).length > 0) addText(blocks, block, JSON.stringify(input))
}

function releaseHeld(blocks: Blocks): void {
  if (!blocks.held) return
  for (const event of blocks.held) blocks.out.push(event)
  for (const block of blocks.open.values()) block.aside = undefined
  blocks.held = undefined
}

/** More text, more thought, or more of a call's arguments. */
export function addText(blocks: Blocks, block: OpenBlock, text: string): void {
  blocks.length += text.length
  if (block.collected !== undefined) block.collected += text
  else emit(blocks, block, { type: 'part-delta', index: block.index, text })
}

function addCitation(blocks: Blocks, block: OpenBlock, citation: Fields): void {
  emit(blocks, block, {
    type: 'part-citation',
    index: block.index,
    citation: decodeCitation(citation),
  })
}

/** `content_block_delta`. Returns the block when its next delta may come through `addText` directly. */
export function changeBlock(blocks: Blocks, index: number, delta: Fields): OpenBlock | undefined {
  const block = blocks.open.get(index)
  if (!block) return undefined
  if (block.value) {
    addToValue(block.value, delta)
    return undefined
  }
  const text = delta['text'] ?? delta['thinking'] ?? delta['partial_json']
  if (typeof text === 'string') {
    if (text !== '') addText(blocks, block, text)
    return block
  }
  if (typeof delta['signature'] === 'string') block.signature += delta['signature']
  if (delta['citation']) addCitation(blocks, block, delta['citation'] as Fields)
  return undefined
}

const PARTIAL = 'partial_json'

/** Grows a block nobody here knows: texts and lists grow, JSON is gathered, the rest is replaced. */
function addToValue(value: Fields, { type: _, ...delta }: Fields): void {
  for (const [key, more] of Object.entries(delta)) {
    const before = value[key]
    if (typeof more === 'string' && typeof before === 'string') value[key] = before + more
    else if (Array.isArray(more) && Array.isArray(before)) value[key] = [...before, ...more]
    else value[key] = more
  }
}

/** `content_block_stop`; harmless where nothing is open. */
export function stopBlock(blocks: Blocks, index: number): void {
  const block = blocks.open.get(index)
  if (!block) return
  blocks.open.delete(index)
  if (block.value) begin(blocks, block, { type: 'whole', part: decodeWhole(gathered(block.value)) })
  if (block.collected) {
    const text = callersArguments(block.wireName, block.collected, blocks.undo)
    emit(blocks, block, { type: 'part-delta', index, text })
  }
  const end: ReplyEvent = { type: 'part-end', index }
  if (block.signature) end.signature = block.signature
  if (block.redacted) end.redacted = block.redacted
  emit(blocks, block, end)
}

function gathered({ [PARTIAL]: json, ...value }: Fields): WireBlock {
  if (typeof json === 'string' && json !== '') {
    try {
      return { ...value, input: JSON.parse(json) } as Fields as WireBlock
    } catch {
      // A block that broke off keeps what came of it.
      return { ...value, [PARTIAL]: json } as Fields as WireBlock
    }
  }
  return value as WireBlock
}

/** Ends what is still open, and lets out what waited in vain for the hidden tool. */
export function finishBlocks(blocks: Blocks): void {
  for (const index of [...blocks.open.keys()]) stopBlock(blocks, index)
  releaseHeld(blocks)
}
