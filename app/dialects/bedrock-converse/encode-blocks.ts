import type {
  CachePointPart,
  Citation,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
} from '../../conversation/conversation.ts'
import { asInput, parseArguments } from '../call-input.ts'
import { encodeAttachment } from './attachments.ts'
import { encodeToolResult } from './encode-tool-result.ts'
import type { Encoding } from './encoding.ts'
import { WRAPPER } from './tool-schema.ts'
import type { CachePoint, ContentBlock, WireCitation } from './wire.ts'

/** The members of a wire location; a citation from elsewhere has none and stays out of the wire. */
const LOCATIONS = ['documentChar', 'documentPage', 'documentChunk', 'searchResultLocation', 'web']

/** One part as its block. Whether a part has a place at all is decided before. */
export function encodeBlock(part: Part, encoding: Encoding): ContentBlock {
  switch (part.type) {
    case 'text':
      return encodeText(part)
    case 'refusal':
      return { text: part.text }
    case 'reasoning':
      return { reasoningContent: encodeReasoning(part) }
    case 'tool-call':
      return encodeToolCall(part, encoding)
    case 'tool-result':
      return { toolResult: encodeToolResult(part, encoding) }
    case 'cache-point':
      return { cachePoint: encodeCachePoint(part) }
    case 'native':
      return part.value as ContentBlock
    default:
      return encodeAttachment(part, encoding)
  }
}

function encodeText(part: TextPart): ContentBlock {
  const citations = part.citations?.filter((citation) => isWireLocation(citation.location))
  return citations?.length ? encodeCited(part.text, citations) : { text: part.text }
}

/** Text that rests on something. */
export function encodeCited(text: string, citations: Citation[]): ContentBlock {
  return { citationsContent: { content: [{ text }], citations: citations.map(encodeCitation) } }
}

function isWireLocation(location: Record<string, unknown> | undefined): boolean {
  return location !== undefined && LOCATIONS.some((kind) => location[kind] !== undefined)
}

/** A citation as the wire has it; without a location of the wire's it keeps title and quote. */
export function encodeCitation(citation: Citation): WireCitation {
  const wire: WireCitation = {}
  if (citation.title !== undefined) wire.title = citation.title
  if (citation.source !== undefined) wire.source = citation.source
  if (citation.quote !== undefined) wire.sourceContent = [{ text: citation.quote }]
  if (isWireLocation(citation.location)) wire.location = citation.location
  else if (citation.url !== undefined) wire.location = { web: { url: citation.url } }
  return wire
}

function encodeReasoning(part: ReasoningPart): ContentBlock['reasoningContent'] {
  if (part.redacted !== undefined) return { redactedContent: part.redacted }
  const { text, signature } = part
  return { reasoningText: signature === undefined ? { text } : { text, signature } }
}

function encodeToolCall(part: ToolCallPart, encoding: Encoding): ContentBlock {
  const name = encoding.names.encode(part.name)
  const input = parseArguments(part.arguments)
  return {
    toolUse: {
      toolUseId: encoding.callId(part.id),
      name,
      input: encoding.wrapped.has(name)
        ? { [WRAPPER]: input ?? part.arguments }
        : asInput(input, part.arguments),
      ...(part.server !== undefined && { type: part.server }),
    },
  }
}

/** The default time to live is left unsaid, for models that know no other refuse the word. */
export function encodeCachePoint(part: CachePointPart): CachePoint {
  return part.ttl === '1h' ? { type: 'default', ttl: '1h' } : { type: 'default' }
}
