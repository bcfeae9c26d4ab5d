import { decodeBase64 } from '../../../../codecs/bytes/base64.ts'
import { normaliseMediaType } from '../../../../codecs/media/media-type.ts'
import { entryOf } from '../../../../codecs/table.ts'
import { meanDirection } from '../../../../codecs/vectors.ts'
import type { MediaPart } from '../../../../conversation/conversation.ts'
import { GatewayError } from '../../../../errors.ts'
import type { EmbeddedInput, EmbeddingInput, EmbeddingPiece } from '../../../../ports/embeddings.ts'
import {
  type Body,
  type Embedder,
  type Fields,
  fieldsOf,
  isVector,
  partsOf,
  VECTORS,
  type Wishes,
} from './embedder.ts'
import type { LaidInput } from './laid-input.ts'
import { novaJobFiles, novaJobVectors } from './nova-job.ts'

/**
 * Nova Multimodal Embeddings: Nova user guide, embeddings-schema. What is said about purposes follows that
 * page too: documents of every kind are indexed by one purpose and looked for by another. Its count of
 * tokens stands in a header alone (recorded).
 */
export const nova2: Embedder = {
  ids: ['amazon.nova-2-multimodal-embeddings'],
  input: ['text', 'image', 'audio', 'video'],
  contextWindow: 8192,
  dimensions: [3072, 1024, 384, 256],
  truncates: ['none', 'start', 'end'],
  takesPurpose: true,
  traits: { ...VECTORS, s3: ['image', 'audio', 'video'] },
  // The caller asks for it: only so is a video longer than half a minute taken.
  isJob: (_, wishes) => isSegmented(wishes),
  laid,
  encode([input], wishes): Body {
    const { extras = {}, dimensions, purpose } = wishes
    const { schemaVersion, taskType: _, segmentationConfig, ...given } = extras
    const part = pieceOf(input!)
    const { fields, rest } = contentOf(part, { ...wishes, extras: given }, segmentationConfig)
    const params = {
      embeddingPurpose: purposeOf(purpose),
      ...(dimensions && { embeddingDimension: dimensions }),
      ...rest,
      ...fields,
    }
    return {
      ...(schemaVersion !== undefined && { schemaVersion }),
      ...(isSegmented(wishes)
        ? { taskType: SEGMENTED, segmentedEmbeddingParams: params }
        : { taskType: 'SINGLE_EMBEDDING', singleEmbeddingParams: params }),
    }
  },
  decode: (answer) => [decodeOne(answer)],
  jobFiles: novaJobFiles,
  decodeJob: novaJobVectors,
}

const SEGMENTED = 'SEGMENTED_EMBEDDING'

const isSegmented = ({ extras = {} }: Wishes) =>
  extras['segmentationConfig'] !== undefined || extras['taskType'] === SEGMENTED

const pieceOf = (input: EmbeddingInput): EmbeddingPiece => partsOf(input)[0]!

/** Letters of a text in a request; a longer one it reads from S3. */
const LONGEST_TEXT = 8192

/** Jobs read from S3 alone (Nova user guide, embeddings-schema). */
function laid(input: EmbeddingInput, wishes: Wishes): LaidInput | undefined {
  const part = pieceOf(input)
  if (part.type === 'text') {
    if (!isSegmented(wishes) && part.text.length <= LONGEST_TEXT) return undefined
    const bytes = new TextEncoder().encode(part.text)
    return { file: 'input.txt', mediaType: 'text/plain; charset=utf-8', bytes }
  }
  const { source, mediaType = '' } = part
  if (!isSegmented(wishes) || source.kind !== 'base64') return undefined
  return { file: `input.${formatOf(part)}`, mediaType, bytes: decodeBase64(source.data) }
}

const PURPOSES: Readonly<Record<string, string>> = {
  search_document: 'GENERIC_INDEX',
  search_query: 'GENERIC_RETRIEVAL',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
  image: 'GENERIC_INDEX',
}

/** Nova's own words pass as they are. */
const purposeOf = (purpose = 'search_document') => entryOf(PURPOSES, purpose) ?? purpose

const FORMATS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  image: { 'image/png': 'png', 'image/jpeg': 'jpeg', 'image/gif': 'gif', 'image/webp': 'webp' },
  audio: { 'audio/mpeg': 'mp3', 'audio/wav': 'wav', 'audio/ogg': 'ogg', 'audio/opus': 'ogg' },
  // The page writes `3gp` where Converse has `three_gp`: the page is followed.
  video: {
    'video/mp4': 'mp4',
    'video/quicktime': 'mov',
    'video/x-matroska': 'mkv',
    'video/webm': 'webm',
    'video/x-flv': 'flv',
    'video/mpeg': 'mpeg',
    'video/x-ms-wmv': 'wmv',
    'video/3gpp': '3gp',
  },
}

/** Fields of the model's own that belong beside the content they are about. */
const WITHIN: Readonly<Record<string, readonly string[]>> = {
  text: ['truncationMode'],
  image: ['detailLevel'],
  audio: [],
  video: ['embeddingMode'],
}

function contentOf(
  part: EmbeddingPiece,
  { extras = {}, truncate = 'none', lies }: Wishes,
  segmentationConfig: unknown,
): { fields: Fields; rest: Fields } {
  const own = entryOf(WITHIN, part.type) ?? []
  const within = Object.fromEntries(Object.entries(extras).filter(([name]) => own.includes(name)))
  const all = Object.values(WITHIN).flat()
  const rest = Object.fromEntries(Object.entries(extras).filter(([name]) => !all.includes(name)))
  const content =
    part.type === 'text'
      ? { truncationMode: truncate.toUpperCase(), ...textSource(part.text, lies) }
      : mediaContent(part, lies)
  const segmentation = segmentationConfig !== undefined && { segmentationConfig }
  return { fields: { [part.type]: { ...content, ...within, ...segmentation } }, rest }
}

const inS3 = (uri: string) => ({ s3Location: { uri } })

const textSource = (value: string, lies: string | undefined): Fields =>
  lies === undefined ? { value } : { source: inS3(lies) }

function formatOf({ type, mediaType, param }: MediaPart): string {
  const formats = entryOf(FORMATS, type) ?? {}
  const format = formats[normaliseMediaType(mediaType) ?? '']
  if (format !== undefined) return format
  const known = [...new Set(Object.values(formats))].join(', ')
  throw new GatewayError(
    'invalid-request',
    `The model does not read ${mediaType ?? `this ${type}`}. Supported formats are: ${known}.`,
    { param, reason: 'invalid_value' },
  )
}

function mediaContent(part: MediaPart, lies: string | undefined): Fields {
  const { type, source } = part
  const uri = lies ?? (source.kind === 's3' ? source.uri : undefined)
  const data = source.kind === 'base64' ? source.data : ''
  return {
    format: formatOf(part),
    source: uri === undefined ? { bytes: data } : inS3(uri),
    ...(type === 'video' && { embeddingMode: 'AUDIO_VIDEO_COMBINED' }),
  }
}

/** A video whose sound was asked for apart has two vectors; the input's own is their mean. */
function decodeOne(answer: unknown): EmbeddedInput {
  const { embeddings } = fieldsOf(answer)
  const told = Array.isArray(embeddings) ? embeddings.map(fieldsOf) : []
  const found = told.flatMap(({ embedding, ...about }) =>
    isVector(embedding) ? [{ vector: embedding, about }] : [],
  )
  const [first] = found
  if (!first) throw new GatewayError('upstream', 'The model gave no vector.')
  if (found.length === 1) return { vector: first.vector }
  return { vector: meanDirection(found.map(({ vector }) => vector)), segments: found }
}
