import type { Passage } from '../../../conversation/knowledge.ts'

/** How documents are cut, in the words of `vectorIngestionConfiguration`. */
export interface Cutting {
  /** Characters of a passage at most; undefined leaves documents whole. */
  most?: number
  /** Characters of a passage that the next begins with. */
  overlap: number
}

/** Bedrock's own default is about 300 tokens a passage, of which a fifth is shared. */
export const DEFAULT_CUTTING: Cutting = { most: 1200, overlap: 240 }

/** A document to be cut. */
export interface Document {
  id: string
  text: string
  title?: string
  uri?: string
  metadata?: Readonly<Record<string, unknown>>
}

/** The passages of a document, cut at paragraphs, sentences or words where such stand near the limit. */
export function passagesOf(document: Document, cutting: Cutting = DEFAULT_CUTTING): Passage[] {
  const { id, title, uri = id, metadata } = document
  return cut(document.text.trim(), cutting).map((text) => ({
    text,
    uri,
    ...(title && { title }),
    location: { type: 'CUSTOM', customDocumentLocation: { id: uri } },
    metadata: { ...metadata, ...(title && { title }), 'x-outcrop-document-id': id },
    documentId: id,
  }))
}

const ENDS = [/\n\s*\n/g, /[.!?。！？]\s/g, /\s/g]

function cut(text: string, { most, overlap }: Cutting): string[] {
  if (text === '') return []
  if (most === undefined || text.length <= most) return [text]
  const pieces: string[] = []
  for (let from = 0; from < text.length; ) {
    const piece = text.slice(from, from + most)
    const isLast = from + most >= text.length
    const length = isLast ? piece.length : goodEnd(piece, most)
    pieces.push(piece.slice(0, length).trim())
    if (isLast) break
    // What is shared is less than a half, so that every step goes on.
    from += Math.max(length - Math.min(overlap, Math.floor(length / 2)), 1)
    if (isSecondHalf(text.charCodeAt(from))) from += 1
  }
  return pieces.filter(Boolean)
}

/** The last good place in the second half of a piece. */
function goodEnd(piece: string, most: number): number {
  for (const pattern of ENDS) {
    let end = 0
    for (const found of piece.matchAll(pattern)) end = found.index + found[0].length
    if (end > most / 2) return end
  }
  return isFirstHalf(piece.charCodeAt(most - 1)) ? most - 1 : most
}

/** Of a pair of surrogates, which stays together. */
const isFirstHalf = (unit: number) => unit >= 0xd800 && unit <= 0xdbff
const isSecondHalf = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff
