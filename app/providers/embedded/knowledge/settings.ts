import { GatewayError } from '../../../errors.ts'
import { type Cutting, DEFAULT_CUTTING, type Document } from './passages.ts'

type Fields = Record<string, unknown>

/** What a data source of an embedded knowledge base holds. */
export interface SourceContent {
  /** Ids of stored files. */
  files: string[]
  documents: Document[]
  cutting: Cutting
}

const CONFIGURATION = 'dataSourceConfiguration'
const MOST_DOCUMENTS = 1000
const CHARACTERS_PER_TOKEN = 4

/** Throws `invalid-request` naming the field at fault. */
export function readSettings(settings: Readonly<Fields>): SourceContent {
  const configuration = asFields(settings[CONFIGURATION])
  if (!configuration) throw refused(CONFIGURATION, 'it is needed, an object with a `type`')
  const type = configuration['type']
  const cutting = readCutting(asFields(settings['vectorIngestionConfiguration']) ?? {})
  if (type === 'FILES') return { files: readFiles(configuration), documents: [], cutting }
  if (type === 'INLINE') return { files: [], documents: readDocuments(configuration), cutting }
  throw refused(
    `${CONFIGURATION}.type`,
    'embedded knowledge bases read stored files (FILES) and documents in the request (INLINE); the other kinds need AWS',
  )
}

function readFiles(configuration: Fields): string[] {
  const at = `${CONFIGURATION}.filesConfiguration`
  const ids = asFields(configuration['filesConfiguration'])?.['fileIds']
  if (!Array.isArray(ids) || ids.length === 0) throw refused(`${at}.fileIds`, 'it names no file')
  if (ids.length > MOST_DOCUMENTS) throw refused(`${at}.fileIds`, `at most ${MOST_DOCUMENTS} files`)
  return ids.map((id: unknown, index) => {
    if (typeof id === 'string' && id !== '') return id
    throw refused(`${at}.fileIds[${index}]`, 'not the id of a file')
  })
}

function readDocuments(configuration: Fields): Document[] {
  const at = `${CONFIGURATION}.inlineConfiguration.documents`
  const documents = asFields(configuration['inlineConfiguration'])?.['documents']
  if (!Array.isArray(documents) || documents.length === 0) throw refused(at, 'it holds no document')
  if (documents.length > MOST_DOCUMENTS) throw refused(at, `at most ${MOST_DOCUMENTS} documents`)
  return documents.map((wire: unknown, index) => readDocument(wire, `${at}[${index}]`, index))
}

function readDocument(wire: unknown, at: string, index: number): Document {
  const fields = asFields(wire) ?? {}
  const { text } = fields
  if (typeof text !== 'string' || text.trim() === '')
    throw refused(`${at}.text`, 'it holds no text')
  const word = (name: string) => {
    const value = fields[name]
    if (value === undefined || value === null) return undefined
    if (typeof value === 'string') return value
    throw refused(`${at}.${name}`, 'not a string')
  }
  const title = word('title')
  const uri = word('uri')
  const metadata = asFields(fields['metadata'])
  if (!metadata && fields['metadata'] != null) throw refused(`${at}.metadata`, 'not an object')
  return {
    id: word('id') || `document-${index + 1}`,
    text,
    ...(title && { title }),
    ...(uri && { uri }),
    ...(metadata && { metadata }),
  }
}

/** As Bedrock's FIXED_SIZE and NONE; its other ways of cutting need models. */
function readCutting(ingestion: Fields): Cutting {
  const at = 'vectorIngestionConfiguration.chunkingConfiguration'
  const chunking = asFields(ingestion['chunkingConfiguration'])
  if (!chunking) return DEFAULT_CUTTING
  const strategy = chunking['chunkingStrategy']
  if (strategy === 'NONE') return { overlap: 0 }
  if (strategy !== 'FIXED_SIZE') {
    throw refused(`${at}.chunkingStrategy`, 'embedded knowledge bases know FIXED_SIZE and NONE')
  }
  const fixed = asFields(chunking['fixedSizeChunkingConfiguration']) ?? {}
  const tokens = whole(fixed['maxTokens'] ?? 300, [20, 8192])
  const overlap = whole(fixed['overlapPercentage'] ?? 20, [0, 99])
  const inner = `${at}.fixedSizeChunkingConfiguration`
  if (tokens === undefined) throw refused(`${inner}.maxTokens`, 'an integer from 20 to 8192')
  if (overlap === undefined) throw refused(`${inner}.overlapPercentage`, 'an integer from 0 to 99')
  const most = tokens * CHARACTERS_PER_TOKEN
  return { most, overlap: Math.floor((most * overlap) / 100) }
}

const whole = (value: unknown, [least, most]: [number, number]): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
    ? value
    : undefined

const asFields = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined

const refused = (param: string, why: string) =>
  new GatewayError('invalid-request', `Invalid '${param}': ${why}.`, {
    param,
    reason: 'invalid_value',
  })
