import { meanDirection } from '../../../../codecs/vectors.ts'
import type { MediaPart } from '../../../../conversation/conversation.ts'
import { GatewayError } from '../../../../errors.ts'
import type { EmbeddedInput, EmbeddingInput, EmbeddingPiece } from '../../../../ports/embeddings.ts'
import { parseReply } from '../answers.ts'
import {
  type Body,
  type Embedder,
  fieldsOf,
  isVector,
  MOST_INLINE,
  partsOf,
  VECTORS,
  type Wishes,
} from './embedder.ts'

/**
 * TwelveLabs' Marengo. Texts and images are answered by InvokeModel, audio and video by a job over S3. No
 * exchange is recorded; the pages print an object in `data`, clients that ran it read a list: both are read.
 */
const MARENGO = {
  input: ['text', 'image', 'audio', 'video'],
  isJob: (input: EmbeddingInput) => input.type === 'audio' || input.type === 'video',
  traits: {
    ...VECTORS,
    s3: ['image', 'audio', 'video'],
    inlineLimits: { image: 5_000_000, audio: MOST_INLINE, video: MOST_INLINE },
  },
  decode: (answer: unknown) => [decode(answer)],
  jobFiles: (names: readonly string[]) => names.filter((name) => /(^|\/)output\.json$/.test(name)),
  decodeJob: ([file = '']: readonly string[]) => decode(parseReply(file)),
} as const

/** User guide, model-parameters-marengo: one flat body. */
export const marengo27: Embedder = {
  ...MARENGO,
  ids: ['twelvelabs.marengo-embed-2'],
  contextWindow: 77,
  dimensions: [1024],
  truncates: ['none', 'end'],
  encode([input], wishes): Body {
    const part = partsOf(input!)[0]!
    const { extras, truncate } = wishes
    if (part.type !== 'text') {
      return { ...extras, inputType: part.type, mediaSource: mediaSource(part, wishes) }
    }
    return {
      ...extras,
      inputType: 'text',
      inputText: part.text,
      ...(truncate && { textTruncate: truncate }),
    }
  },
}

/** User guide, model-parameters-marengo-3: the body is nested by type of input. */
export const marengo3: Embedder = {
  ...MARENGO,
  ids: ['twelvelabs.marengo-embed-3'],
  contextWindow: 500,
  dimensions: [512],
  fuses: (parts) =>
    parts.every(({ type }) => type === 'text' || type === 'image') &&
    parts.filter(({ type }) => type === 'text').length <= 1,
  encode([input], wishes): Body {
    const parts = partsOf(input!)
    const { type, content } = parts.length > 1 ? fused(parts, wishes) : single(parts[0]!, wishes)
    return { inputType: type, [type]: { ...content, ...wishes.extras } }
  },
}

interface Typed {
  type: string
  content: Body
}

function single(part: EmbeddingPiece, wishes: Wishes): Typed {
  if (part.type === 'text') return { type: 'text', content: { inputText: part.text } }
  const { type } = part
  // The vector of the whole is wanted as well as those of its clips.
  const scope = type === 'image' ? {} : { embeddingScope: ['clip', 'asset'] }
  return { type, content: { mediaSource: mediaSource(part, wishes), ...scope } }
}

function fused(parts: readonly EmbeddingPiece[], wishes: Wishes): Typed {
  const text = parts.find((part) => part.type === 'text')
  const inputText = text?.type === 'text' ? { inputText: text.text } : {}
  const images = parts.filter((part) => part.type !== 'text')
  if (text && images.length === 1) {
    const content = { ...inputText, mediaSource: mediaSource(images[0]!, wishes) }
    return { type: 'text_image', content }
  }
  const mediaSources = images.map((image) => ({
    mediaType: 'image',
    ...mediaSource(image, wishes),
  }))
  return { type: 'multi_input', content: { ...inputText, mediaSources } }
}

function mediaSource({ source }: MediaPart, { accountId }: Wishes): Body {
  if (source.kind !== 's3') return { base64String: source.kind === 'base64' ? source.data : '' }
  const bucketOwner = source.bucketOwner ?? accountId
  return { s3Location: { uri: source.uri, ...(bucketOwner && { bucketOwner }) } }
}

/** The vector of the whole where the model gives it, else the mean of its parts, told beside it. */
function decode(answer: unknown): EmbeddedInput {
  const { data = answer } = fieldsOf(answer)
  const items = (Array.isArray(data) ? data : [data]).map(fieldsOf)
  const found = items.flatMap(({ embedding, ...about }) =>
    isVector(embedding) ? [{ vector: embedding, about }] : [],
  )
  const [first] = found
  if (!first) throw new GatewayError('upstream', 'The model gave no vector.')
  if (found.length === 1) return { vector: first.vector }
  const ofAsset = found.filter(({ about }) => about['embeddingScope'] === 'asset')
  const whole = ofAsset.length > 0 ? ofAsset : found
  const vector =
    whole.length === 1 ? whole[0]!.vector : meanDirection(whole.map((one) => one.vector))
  return { vector, segments: found }
}
