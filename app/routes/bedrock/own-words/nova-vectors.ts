import { z } from '@hono/zod-openapi'
import { numbersOf } from '../../../codecs/vectors.ts'
import type { WrittenPiece } from '../../../gateway/operations/embed.ts'
import { plainText } from '../../embedding-input.ts'
import { checked, inlineMedia, mediaInS3, type OwnForm, refused } from './form.ts'

const source = z.strictObject({
  bytes: z.string().min(1).optional(),
  s3Location: z.strictObject({ uri: z.string(), bucketOwner: z.string().optional() }).optional(),
})
const media = { format: z.string().min(1), source }

const params = z.strictObject({
  embeddingPurpose: z.enum([
    'GENERIC_INDEX',
    'GENERIC_RETRIEVAL',
    'TEXT_RETRIEVAL',
    'IMAGE_RETRIEVAL',
    'VIDEO_RETRIEVAL',
    'DOCUMENT_RETRIEVAL',
    'AUDIO_RETRIEVAL',
    'CLASSIFICATION',
    'CLUSTERING',
  ]),
  embeddingDimension: z.literal([256, 384, 1024, 3072]).optional(),
  text: z
    .strictObject({
      truncationMode: z.enum(['START', 'END', 'NONE']),
      value: z.string().min(1),
    })
    .optional(),
  image: z
    .strictObject({
      ...media,
      detailLevel: z.enum(['STANDARD_IMAGE', 'DOCUMENT_IMAGE']).optional(),
    })
    .optional(),
  audio: z.strictObject(media).optional(),
  video: z
    .strictObject({
      ...media,
      embeddingMode: z.enum(['AUDIO_VIDEO_COMBINED', 'AUDIO_VIDEO_SEPARATE']),
    })
    .optional(),
})

const request = z.strictObject({
  schemaVersion: z.string().optional(),
  taskType: z.enum(['SINGLE_EMBEDDING']),
  singleEmbeddingParams: params,
})

type Params = z.infer<typeof params>

const PARAMS = { inputs: 'singleEmbeddingParams' } as const
const TRUNCATIONS = { NONE: 'none', START: 'start', END: 'end' } as const

/** Nova user guide, embeddings-schema: one content a call; its answers as recorded. */
export const novaVectors: OwnForm = {
  operation: 'embedding',
  ids: /amazon\.nova-2-multimodal-embeddings/,
  knows: (body) => 'singleEmbeddingParams' in body || 'segmentedEmbeddingParams' in body,
  read(body, id) {
    const { singleEmbeddingParams: asked } = checked(request, body)
    const { embeddingDimension: wanted, embeddingPurpose: purpose, text, video } = asked
    const dimensions = wanted ?? (this.ids.test(id) ? 3072 : undefined)
    if (video?.embeddingMode === 'AUDIO_VIDEO_SEPARATE') {
      throw refused('Nothing here tells the sound of a video from its pictures.', 'embeddingMode')
    }
    const { piece, type } = contentOf(asked)
    return {
      operation: 'embedding',
      order: {
        inputs: [piece],
        purpose,
        params: { ...PARAMS, purpose: 'embeddingPurpose' },
        ...(text && { truncate: TRUNCATIONS[text.truncationMode] }),
        ...(dimensions && { dimensions }),
      },
      write: ({ embeddings }) => ({
        embeddings: [{ embeddingType: type, embedding: numbersOf(embeddings[0]!.vector) }],
      }),
    }
  },
}

function contentOf(asked: Params): { piece: WrittenPiece; type: string } {
  const { text, image, audio, video } = asked
  const given = Object.entries({ text, image, audio, video }).filter(([, one]) => one)
  if (given.length !== 1) {
    throw refused('Exactly one of text, image, audio and video is needed.', 'singleEmbeddingParams')
  }
  if (text) return { piece: plainText(text.value, 'text.value'), type: 'TEXT' }
  if (image) return { piece: pieceOf('image', image), type: 'IMAGE' }
  if (audio) return { piece: pieceOf('audio', audio), type: 'AUDIO' }
  return { piece: pieceOf('video', video!), type: 'AUDIO_VIDEO_COMBINED' }
}

type Medium = z.infer<z.ZodObject<typeof media>>

function pieceOf(type: 'image' | 'audio' | 'video', { source: { bytes, s3Location } }: Medium) {
  const param = `${type}.source`
  if (bytes !== undefined) return inlineMedia(type, bytes, { param })
  if (s3Location) return mediaInS3(type, s3Location.uri, { param })
  throw refused(`${param} holds neither bytes nor an s3Location.`, param)
}
