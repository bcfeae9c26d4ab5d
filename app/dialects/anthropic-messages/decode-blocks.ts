import type {
  CachePointPart,
  Citation,
  MediaPart,
  NativePart,
  Part,
  ToolResultPart,
} from '../../conversation/conversation.ts'
import { openThought } from '../seal.ts'
import { wordsOf } from './block-words.ts'
import { extrasOf, type Fields, NAME, type Own, unknownFields } from './extras.ts'
import { decodeSource } from './media-source.ts'
import { decodePlatformResult } from './platform-tools.ts'
import type {
  WireBlock,
  WireCacheControl,
  WireDocumentBlock,
  WireImageBlock,
  WireKnownBlock,
  WireRedactedThinkingBlock,
  WireSearchResultBlock,
  WireTextBlock,
  WireThinkingBlock,
  WireToolResultBlock,
} from './wire-blocks.ts'

/** The parts of a list of blocks, each with its cache point behind it. `at` is its path: `messages.0.content`. */
export function decodeBlocks(blocks: readonly { type: string }[], at: string): Part[] {
  const parts: Part[] = []
  for (let index = 0; index < blocks.length; index++) {
    const wire = blocks[index] as WireBlock
    parts.push(spokenPart(wire) ?? decodeBlock(wire, `${at}.${index}`))
    const point = cachePoint(wire['cache_control'] as WireCacheControl | null | undefined)
    if (point) parts.push(point)
  }
  return parts
}

/** A block of which others read the words; who knows it gets it back. */
function spokenPart(wire: WireBlock): Part | undefined {
  const text = wordsOf(wire)
  return text === undefined ? undefined : { type: 'text', text, ...extrasOf({ block: wire }) }
}

/** The cache point a mark stands for. */
export function cachePoint(
  control: WireCacheControl | null | undefined,
): CachePointPart | undefined {
  if (!control) return undefined
  return control.ttl ? { type: 'cache-point', ttl: control.ttl } : { type: 'cache-point' }
}

/** The mark itself where it says more than a cache point: a scope. */
export function ownCacheControl(
  control: WireCacheControl | null | undefined,
): WireCacheControl | undefined {
  if (!control) return undefined
  for (const key in control) {
    if (key !== 'type' && (key !== 'ttl' || control.ttl == null)) return control
  }
  return undefined
}

/** Blocks by which a platform calls its own tools, and those that hold what came of it. */
const SERVER_CALL = '_tool_use'
const SERVER_RESULT = '_tool_result'

/** One block as our part. What has no words of ours stays itself, as a native part. */
export function decodeBlock(wire: WireBlock, at: string): Part {
  const known = wire as WireKnownBlock
  switch (known.type) {
    case 'text':
      return textPart(known)
    case 'image':
      return imagePart(known, at)
    case 'document':
      return documentPart(known, at)
    case 'search_result':
      return searchResultPart(known)
    case 'thinking':
      return thinkingPart(known)
    case 'redacted_thinking':
      return redactedPart(known)
    case 'tool_use':
      return callPart(known as WireBlock)
    case 'tool_result':
      return resultPart(known, at)
    default:
      return serverPart(wire)
  }
}

/** `extras` of a block: its unknown members, and what of its mark a cache point cannot say. */
function kept(wire: Fields, known: ReadonlySet<string>, own: Own = {}) {
  const fields = unknownFields(wire, known)
  const control = ownCacheControl(wire['cache_control'] as WireCacheControl | null | undefined)
  if (fields) own.fields = fields
  if (control) own.cacheControl = control
  return extrasOf(own)
}

const TEXT_FIELDS: ReadonlySet<string> = new Set(['type', 'text', 'citations', 'cache_control'])

function textPart(wire: WireTextBlock): Part {
  const { text, citations } = wire
  return {
    type: 'text',
    text,
    ...(citations?.length && { citations: citations.map(decodeCitation) }),
    ...kept(wire, TEXT_FIELDS),
  }
}

/** One citation, whole or streamed; its location is the wire's own object. */
export function decodeCitation(wire: Fields): Citation {
  const { cited_text: quote, url, source } = wire
  const title = wire['document_title'] ?? wire['title']
  return {
    ...(typeof title === 'string' && { title }),
    ...(typeof url === 'string' && { url }),
    ...(typeof quote === 'string' && { quote }),
    ...(typeof source === 'string' && { source }),
    location: wire,
  }
}

const IMAGE_FIELDS: ReadonlySet<string> = new Set(['type', 'source', 'cache_control'])

function imagePart(wire: WireImageBlock, at: string): MediaPart {
  return {
    type: 'image',
    ...decodeSource(wire.source, `${at}.image.source`),
    param: at,
    ...kept(wire, IMAGE_FIELDS),
  }
}

const DOCUMENT_FIELDS: ReadonlySet<string> = new Set([
  ...IMAGE_FIELDS,
  'title',
  'context',
  'citations',
])

function documentPart(wire: WireDocumentBlock, at: string): MediaPart {
  const { title, context, citations } = wire
  const enabled = citations?.enabled
  return {
    type: 'document',
    ...decodeSource(wire.source, `${at}.document.source`),
    ...(title != null && { name: title }),
    ...(context != null && { context }),
    ...(enabled != null && { citations: enabled }),
    param: at,
    ...kept(wire, DOCUMENT_FIELDS, wire.source.type === 'content' ? { block: wire } : {}),
  }
}

/** Others read what was found as words; Anthropic's models get the block back. */
function searchResultPart(wire: WireSearchResultBlock): Part {
  const words = wire.content.map(({ text }) => text).join('\n')
  return {
    type: 'text',
    text: `${wire.title} (${wire.source})\n${words}`,
    ...extrasOf({ block: wire }),
  }
}

const THINKING_FIELDS: ReadonlySet<string> = new Set(['type', 'thinking', 'signature'])
const REDACTED_FIELDS: ReadonlySet<string> = new Set(['type', 'data'])

function thinkingPart(wire: WireThinkingBlock): Part {
  const { thinking, signature } = wire
  // The caller did not want to see it, but its model wants it back.
  const sealed = thinking === '' && signature ? openThought(signature) : undefined
  return {
    type: 'reasoning',
    text: thinking,
    ...(signature && { signature }),
    ...sealed,
    ...kept(wire, THINKING_FIELDS),
  }
}

function redactedPart(wire: WireRedactedThinkingBlock): Part {
  return { type: 'reasoning', text: '', redacted: wire.data, ...kept(wire, REDACTED_FIELDS) }
}

const CALL_FIELDS: ReadonlySet<string> = new Set(['type', 'id', 'name', 'input', 'cache_control'])

function callPart(wire: WireBlock): Part {
  const { type, id, name, input } = wire
  return {
    type: 'tool-call',
    id: id as string,
    name: name as string,
    arguments: JSON.stringify(input ?? {}),
    ...(type !== 'tool_use' && { server: type }),
    ...kept(wire, CALL_FIELDS),
  }
}

const RESULT_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'tool_use_id',
  'content',
  'is_error',
  'cache_control',
])

function resultPart(wire: WireToolResultBlock, at: string): Part {
  const { tool_use_id: callId, content, is_error: isError } = wire
  const plain = typeof content === 'string'
  const own: Own = plain ? { plain } : content == null ? { empty: true } : {}
  return {
    type: 'tool-result',
    callId,
    content: plain
      ? [{ type: 'text', text: content }]
      : decodeBlocks(content ?? [], `${at}.content`),
    ...(isError != null && { isError }),
    ...kept(wire, RESULT_FIELDS, own),
  }
}

/** Calls and results of the platform's tools, MCP among them; of few results another platform can read something. */
function serverPart(wire: WireBlock): Part {
  const { type, id, name } = wire
  if (type.endsWith(SERVER_CALL) && typeof id === 'string' && typeof name === 'string') {
    return callPart(wire)
  }
  return decodeWhole(wire)
}

/** A block that comes in one piece, whole or streamed: what a platform's tool found, or what has no words of ours. */
export function decodeWhole(wire: WireBlock): ToolResultPart | NativePart {
  const { type, tool_use_id: callId } = wire
  if (type.endsWith(SERVER_RESULT) && typeof callId === 'string') {
    return {
      type: 'tool-result',
      callId,
      ...decodePlatformResult(wire),
      server: type,
      ...extrasOf({ block: wire }),
    }
  }
  return { type: 'native', dialect: NAME, value: wire }
}

/** How a stream's `content_block_start` of a call begins a part. */
export function callExtras(wire: WireBlock) {
  return kept(wire, CALL_FIELDS)
}
