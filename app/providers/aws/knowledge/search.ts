import { entryOf } from '../../../codecs/table.ts'
import type { GroundedSpan, Passage } from '../../../conversation/knowledge.ts'
import type { KnowledgeQuery } from '../../../ports/knowledge.ts'
import { asFields, type Fields, objectsIn, textOf } from './client.ts'

type Search = Pick<KnowledgeQuery, 'results' | 'manner' | 'filter' | 'native'>

/** The `retrievalConfiguration` of Retrieve and RetrieveAndGenerate; undefined when there is nothing to say. */
export function retrievalConfiguration(search: Search): Fields | undefined {
  const { results, manner, filter, native } = search
  const managed = native?.['managedSearchConfiguration']
  const inner = {
    ...asFields(managed ?? native?.['vectorSearchConfiguration']),
    ...(results !== undefined && { numberOfResults: results }),
    // A managed knowledge base chooses its manner itself.
    ...(manner && managed === undefined && { overrideSearchType: manner.toUpperCase() }),
    ...(filter && { filter }),
  }
  const told = Object.entries(inner).filter(([, value]) => value !== null && value !== undefined)
  if (told.length === 0 && managed === undefined) return undefined
  const name = managed === undefined ? 'vectorSearchConfiguration' : 'managedSearchConfiguration'
  return { [name]: Object.fromEntries(told) }
}

const KINDS: Record<string, NonNullable<Passage['kind']>> = {
  IMAGE: 'image',
  ROW: 'row',
  AUDIO: 'audio',
  VIDEO: 'video',
}

/** A result of Retrieve or a reference of RetrieveAndGenerate, which lacks the score. */
export function readPassage(wire: Fields): Passage {
  const content = asFields(wire['content']) ?? {}
  const kind = entryOf(KINDS, textOf(content['type']) ?? '')
  const location = asFields(wire['location'])
  const metadata = asFields(wire['metadata'])
  const data = textOf(content['byteContent'])
  const uri = uriOf(location, metadata)
  const title = titleOf(metadata, uri)
  const documentId = textOf(wire['documentId'])
  return {
    text: wordsOf(content),
    ...(kind && { kind }),
    ...(data && { data }),
    ...(uri && { uri }),
    ...(title && { title }),
    ...(typeof wire['score'] === 'number' && { score: wire['score'] }),
    ...(location && { location }),
    ...(metadata && { metadata }),
    ...(documentId && { documentId }),
  }
}

function wordsOf(content: Fields): string {
  const text = textOf(content['text'])
  if (text !== undefined) return text
  const spoken = textOf(asFields(content['audio'])?.['transcription'])
  const seen = textOf(asFields(content['video'])?.['summary'])
  const row = objectsIn(content['row'])
    .map((column) => `${column['columnName'] ?? ''}: ${column['columnValue'] ?? ''}`)
    .join('\n')
  return spoken ?? seen ?? row
}

const SOURCE_URI = 'x-amz-bedrock-kb-source-uri'

/** Every kind of location has one member beside its type, which holds an address, an id or a query. */
function uriOf(location: Fields | undefined, metadata: Fields | undefined): string | undefined {
  for (const value of Object.values(location ?? {})) {
    const place = asFields(value)
    const found = place && (textOf(place['uri']) ?? textOf(place['url']) ?? textOf(place['id']))
    if (found) return found
  }
  return textOf(metadata?.[SOURCE_URI])
}

function titleOf(metadata: Fields | undefined, uri: string | undefined): string | undefined {
  const told = textOf(metadata?.['title'])?.trim()
  return told || (uri ?? '').split(/[?#]/, 1)[0]!.split('/').filter(Boolean).at(-1)
}

/** A `Citation`, also in the form a `CitationEvent` has it. */
export function readSpan(wire: Fields): GroundedSpan {
  const part = asFields(asFields(wire['generatedResponsePart'])?.['textResponsePart']) ?? {}
  const span = asFields(part['span']) ?? {}
  const number = (value: unknown) => (typeof value === 'number' ? value : 0)
  return {
    text: textOf(part['text']) ?? '',
    start: number(span['start']),
    end: number(span['end']),
    passages: objectsIn(wire['retrievedReferences']).map(readPassage),
  }
}

export const guardrailOf = (action: unknown): boolean | undefined =>
  action === undefined || action === null ? undefined : action === 'INTERVENED'
