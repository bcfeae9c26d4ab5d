import type {
  CachePointPart,
  Citation,
  MediaPart,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import { asInput, parseArguments } from '../call-input.ts'
import { type DocumentPlace, documentPlace } from '../document-place.ts'
import { type Fields, NAME, ownOf } from './extras.ts'
import { encodeSource } from './media-source.ts'

/** How the blocks of one request are written. */
export interface BlockManner {
  /** The name a tool has on the wire. */
  toolName(name: string): string
  callId(id: string): string
  /** Tools (names on the wire) whose arguments are wrapped into `{"value": ...}`. */
  wrapped: ReadonlySet<string>
  /** Names what cannot be said. */
  ignore(what: string): void
}

/** The member that holds arguments which are no object. */
export const WRAPPER = 'value'

/** The parts of a turn as blocks; a cache point becomes a mark on the block before it. */
export function encodeBlocks(parts: readonly Part[], manner: BlockManner): Fields[] {
  const blocks: Fields[] = []
  let before: Part | undefined
  for (const part of parts) {
    if (part.type === 'cache-point') {
      const last = blocks.at(-1)
      // Thoughts take no mark.
      if (!last || before?.type === 'reasoning') manner.ignore('promptCache')
      else last['cache_control'] ??= markBehind(before, part)
      continue
    }
    before = part
    const block = encodeBlock(part, manner)
    if (block) blocks.push(block)
  }
  return blocks
}

function markBehind(before: Part | undefined, point: CachePointPart): Fields {
  const own = before && 'extras' in before ? ownOf(before).cacheControl : undefined
  return encodeCachePoint(point, own)
}

/** A cache point as a mark; `own` is the caller's, where that said more. */
export function encodeCachePoint(point: CachePointPart, own?: object): Fields {
  if (own) return { ...own }
  return point.ttl ? { type: 'ephemeral', ttl: point.ttl } : { type: 'ephemeral' }
}

/** One part as its block; undefined, and named, when it has none. */
function encodeBlock(part: Exclude<Part, CachePointPart>, manner: BlockManner): Fields | undefined {
  switch (part.type) {
    case 'text':
      return encodeText(part)
    case 'refusal':
      return { type: 'text', text: part.text }
    case 'reasoning':
      // Thought goes back only with the seal the model put on it (T24).
      if (part.signature || part.redacted) return encodeReasoning(part)
      manner.ignore('thought')
      return undefined
    case 'tool-call':
      return encodeCall(part, manner)
    case 'tool-result':
      return encodeResult(part, manner)
    case 'native':
      if (part.dialect === NAME) return { ...(part.value as Fields) }
      manner.ignore(nativeName(part.value, part.dialect))
      return undefined
    default:
      return encodeMedia(part)
  }
}

function nativeName(value: unknown, dialect: string): string {
  const type = (value as { type?: unknown } | null)?.type
  return typeof type === 'string' ? type : dialect
}

export function encodeText(part: TextPart): Fields {
  const { block, fields } = ownOf(part)
  if (block) return { ...block }
  const citations = part.citations?.flatMap((citation) => encodeCitation(citation) ?? [])
  return {
    type: 'text',
    text: part.text,
    ...(citations?.length && { citations }),
    ...fields,
  }
}

/** The citation in Anthropic's form; undefined where it names neither a page of the web nor a place in a document. */
export function encodeCitation(citation: Citation): Fields | undefined {
  const { location, url, title = null, quote = '' } = citation
  if (typeof location?.['type'] === 'string') return location
  const place = documentPlace(location)
  if (place) return PLACES[place.unit](place, citation)
  if (!url) return undefined
  return {
    type: 'web_search_result_location',
    cited_text: quote,
    url,
    title,
    encrypted_index: '',
  }
}

type PlaceForm = (place: DocumentPlace, citation: Citation) => Fields

const cited = (type: string, index: number, { quote = '', title = null }: CitedText) => ({
  type,
  cited_text: quote,
  document_index: index,
  document_title: title,
  file_id: null,
})

interface CitedText {
  quote?: string
  title?: string | null
}

const PLACES: Record<DocumentPlace['unit'], PlaceForm> = {
  character: ({ index, start, end }, citation) => ({
    ...cited('char_location', index, citation),
    start_char_index: start,
    end_char_index: end,
  }),
  page: ({ index, start, end }, citation) => ({
    ...cited('page_location', index, citation),
    start_page_number: start,
    end_page_number: end,
  }),
  block: ({ index, start, end }, citation) => ({
    ...cited('content_block_location', index, citation),
    start_block_index: start,
    end_block_index: end,
  }),
  'search-result': ({ index, start, end }, { quote = '', title = null, source, url }) => ({
    type: 'search_result_location',
    cited_text: quote,
    search_result_index: index,
    source: source ?? url ?? '',
    title,
    start_block_index: start,
    end_block_index: end,
  }),
}

export function encodeReasoning(part: ReasoningPart): Fields {
  const { fields } = ownOf(part)
  if (part.redacted) return { type: 'redacted_thinking', data: part.redacted, ...fields }
  return { type: 'thinking', thinking: part.text, signature: part.signature ?? '', ...fields }
}

function encodeCall(part: ToolCallPart, manner: BlockManner): Fields {
  const server = part.server !== undefined
  const name = server ? part.name : manner.toolName(part.name)
  const input = parseArguments(part.arguments)
  return {
    type: part.server ?? 'tool_use',
    id: server ? part.id : manner.callId(part.id),
    name,
    input: manner.wrapped.has(name) ? { [WRAPPER]: input } : asInput(input, part.arguments),
    ...ownOf(part).fields,
  }
}

function encodeResult(part: ToolResultPart, manner: BlockManner): Fields {
  const { block, plain, empty, fields } = ownOf(part)
  if (block) return { ...block }
  const content =
    empty && part.content.length === 0 ? undefined : encodeBlocks(part.content, manner)
  const [only] = part.content
  const text = plain && part.content.length === 1 && only?.type === 'text' ? only.text : undefined
  return {
    type: 'tool_result',
    tool_use_id: manner.callId(part.callId),
    ...(content && { content: text ?? content }),
    ...(part.isError !== undefined && { is_error: part.isError }),
    ...fields,
  }
}

/** Images and documents; what else there is Claude does not read. */
function encodeMedia(part: MediaPart): Fields {
  const { block, fields } = ownOf(part)
  if (block) return { ...block }
  if (part.type === 'image') return { type: 'image', source: encodeSource(part), ...fields }
  if (part.type !== 'document') {
    const param = part.param ?? 'messages'
    const message = `${param}: the model does not read ${part.type} input.`
    throw new GatewayError('unsupported-parameter', message, { param })
  }
  return {
    type: 'document',
    source: encodeSource(part),
    ...(part.name !== undefined && { title: part.name }),
    ...(part.context !== undefined && { context: part.context }),
    ...(part.citations !== undefined && { citations: { enabled: part.citations } }),
    ...fields,
  }
}
