import { z } from '@hono/zod-openapi'
import type { GroundedSpan, Passage } from '../conversation/knowledge.ts'

const content = z.looseObject({
  text: z.string().optional(),
  type: z.enum(['TEXT', 'IMAGE', 'ROW', 'AUDIO', 'VIDEO']).optional(),
  byteContent: z.string().optional().describe('A data URL, of images.'),
})

const reference = z.looseObject({
  content,
  location: z.looseObject({ type: z.string() }).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
})

/** Bedrock's citation: which words of an answer rest on which passages. */
export const knowledgeCitation = z
  .looseObject({
    generatedResponsePart: z.looseObject({
      textResponsePart: z.looseObject({
        text: z.string(),
        span: z.looseObject({
          start: z.int(),
          end: z.int().describe('Exclusive where the gateway cites; as AWS sends it elsewhere.'),
        }),
      }),
    }),
    retrievedReferences: z.array(reference),
  })
  .openapi('KnowledgeCitation')

/** One passage, as a query answers with it. */
export const retrievalResult = z
  .looseObject({
    content: z.string(),
    contentType: z.enum(['TEXT', 'IMAGE', 'ROW', 'AUDIO', 'VIDEO']),
    byteContent: z.string().optional().describe('A data URL, of images.'),
    score: z.number().nullable(),
    metadata: z.record(z.string(), z.unknown()),
    location: z.looseObject({ type: z.string() }).nullable(),
    documentId: z.string().optional(),
  })
  .openapi('RetrievalResult')

type WireKnowledgeCitation = z.infer<typeof knowledgeCitation>
type WireRetrievalResult = z.infer<typeof retrievalResult>

type WireKind = WireRetrievalResult['contentType']

const KINDS: Record<NonNullable<Passage['kind']> | 'text', WireKind> = {
  text: 'TEXT',
  image: 'IMAGE',
  row: 'ROW',
  audio: 'AUDIO',
  video: 'VIDEO',
}

export function encodeCitation({
  text,
  start,
  end,
  passages,
}: GroundedSpan): WireKnowledgeCitation {
  return {
    generatedResponsePart: { textResponsePart: { text, span: { start, end } } },
    retrievedReferences: passages.map(encodeReference),
  }
}

function encodeReference({ text, kind, data, location, metadata }: Passage) {
  return {
    content: { text, type: KINDS[kind ?? 'text'], ...(data && { byteContent: data }) },
    ...(location && { location: withType(location) }),
    ...(metadata && { metadata: { ...metadata } }),
  }
}

export function encodePassage(passage: Passage): WireRetrievalResult {
  const { text, kind, data, score, metadata, location, documentId } = passage
  return {
    content: text,
    contentType: KINDS[kind ?? 'text'],
    ...(data && { byteContent: data }),
    score: score ?? null,
    metadata: { ...metadata },
    location: location ? withType(location) : null,
    ...(documentId && { documentId }),
  }
}

const withType = (location: Readonly<Record<string, unknown>>) => ({
  ...location,
  type: String(location['type'] ?? 'UNKNOWN'),
})
