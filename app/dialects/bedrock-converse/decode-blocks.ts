import type { MediaKind } from '../../codecs/media/media-type.ts'
import type {
  Citation,
  MediaPart,
  MediaSource,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../../conversation/conversation.ts'
import type { DocumentExtras } from './attachments.ts'
import { legalName } from './document-names.ts'
import type { ResultTextExtras, ToolResultExtras } from './encode-tool-result.ts'
import { mediaTypeOf } from './media-formats.ts'
import {
  type BlobSource,
  type CitationsContent,
  type ContentBlock,
  DIALECT,
  type DocumentBlock,
  type ToolResultBlock,
  type ToolResultContent,
  type ToolUseBlock,
  type WireCitation,
} from './wire.ts'

/** One block as our part. What has no words of ours stays itself, as a native part. */
export function decodeBlock(block: ContentBlock): Part {
  if (typeof block.text === 'string') return { type: 'text', text: block.text }
  if (block.toolUse) return decodeToolUse(block.toolUse)
  if (block.toolResult) return decodeToolResult(block.toolResult)
  if (block.reasoningContent) return decodeReasoning(block)
  if (block.citationsContent) return decodeCitations(block.citationsContent)
  if (block.cachePoint) {
    const { ttl } = block.cachePoint
    return ttl === undefined ? { type: 'cache-point' } : { type: 'cache-point', ttl }
  }
  return decodeMedia(block) ?? native(block)
}

const native = (value: unknown): Part => ({ type: 'native', dialect: DIALECT, value })

function decodeMedia({ image, document, video, audio }: ToolResultContent & ContentBlock) {
  if (image) return decodeBlob('image', image)
  if (document) return decodeDocument(document)
  if (video) return decodeBlob('video', video)
  return audio && decodeBlob('audio', audio)
}

function decodeBlob(kind: MediaKind, block: { format: string; source: BlobSource }): MediaPart {
  return {
    type: kind,
    source: decodeSource(block.source),
    mediaType: mediaTypeOf(kind, block.format),
  }
}

function decodeSource({ bytes, s3Location }: BlobSource): MediaSource {
  if (!s3Location) return { kind: 'base64', data: bytes ?? '' }
  const { uri, bucketOwner } = s3Location
  return bucketOwner === undefined ? { kind: 's3', uri } : { kind: 's3', uri, bucketOwner }
}

function decodeDocument({ format, name, source, context, citations }: DocumentBlock): MediaPart {
  const extras: DocumentExtras = {}
  const words = source.text ?? source.content?.map(({ text }) => text ?? '').join('\n')
  if (words !== undefined) extras.source = source
  if (format === undefined) extras.formatless = true
  if (name !== legalName(name)) extras.name = name
  const part: MediaPart = {
    type: 'document',
    source: words === undefined ? decodeSource(source) : { kind: 'text', text: words },
    name,
  }
  if (format !== undefined) part.mediaType = mediaTypeOf('document', format)
  if (context !== undefined) part.context = context
  if (citations) part.citations = citations.enabled
  if (Object.keys(extras).length > 0) part.extras = { [DIALECT]: { ...extras } }
  return part
}

/** Some models write `tool_use` for the caller's own tools; it means nothing more. */
export const servedBy = (type: string | undefined): string | undefined =>
  type === 'tool_use' ? undefined : type

function decodeToolUse({ toolUseId, name, input, type }: ToolUseBlock): ToolCallPart {
  const server = servedBy(type)
  const call: ToolCallPart = {
    type: 'tool-call',
    id: toolUseId,
    name,
    arguments: JSON.stringify(input ?? {}),
  }
  return server === undefined ? call : { ...call, server }
}

function decodeToolResult({ toolUseId, content, status, type }: ToolResultBlock): ToolResultPart {
  const part: ToolResultPart = {
    type: 'tool-result',
    callId: toolUseId,
    content: decodeToolContent(content),
  }
  if (status === 'error') part.isError = true
  if (status === undefined) {
    const extras: ToolResultExtras = { statusless: true }
    part.extras = { [DIALECT]: { ...extras } }
  }
  if (type !== undefined) part.server = type
  return part
}

/** Content of a tool result. JSON becomes text, marked where our encoder would have chosen the other form. */
export function decodeToolContent(content: ToolResultContent[]): Part[] {
  const alone = content.length === 1
  return content.map((piece) => {
    if (typeof piece.text === 'string') {
      return resultText(piece.text, alone && looksLikeObject(piece.text) ? 'text' : undefined)
    }
    if (piece.json === undefined) return decodeMedia(piece) ?? native(piece)
    const text = JSON.stringify(piece.json)
    const chosen = alone && text.startsWith('{') && !/\d{16}/.test(text)
    return resultText(text, chosen ? undefined : 'json')
  })
}

function resultText(text: string, form: ResultTextExtras['form']): TextPart {
  return form ? { type: 'text', text, extras: { [DIALECT]: { form } } } : { type: 'text', text }
}

function looksLikeObject(text: string): boolean {
  return text.trimStart().startsWith('{')
}

function decodeReasoning(block: ContentBlock): Part {
  const { reasoningText, redactedContent } = block.reasoningContent ?? {}
  if (redactedContent) {
    return { type: 'reasoning', text: '', redacted: redactedContent }
  }
  if (!reasoningText) return native(block)
  const { text, signature } = reasoningText
  const part: ReasoningPart = { type: 'reasoning', text }
  return signature ? { ...part, signature } : part
}

function decodeCitations({ content, citations }: CitationsContent): TextPart {
  const text = content?.map((piece) => piece.text ?? '').join('') ?? ''
  return { type: 'text', text, citations: citations?.map(decodeCitation) ?? [] }
}

/** One citation, whole or streamed. */
export function decodeCitation(wire: WireCitation): Citation {
  const citation: Citation = {}
  if (wire.title !== undefined) citation.title = wire.title
  if (wire.source !== undefined) citation.source = wire.source
  const quotes = wire.sourceContent?.flatMap(({ text }) => text ?? [])
  if (quotes?.length) citation.quote = quotes.join('\n')
  if (wire.location) {
    citation.location = wire.location
    const web = wire.location['web']
    const url = typeof web === 'object' && web !== null && 'url' in web ? web.url : undefined
    if (typeof url === 'string') citation.url = url
  }
  return citation
}
