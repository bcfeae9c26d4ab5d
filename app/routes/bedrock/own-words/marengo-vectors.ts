import { z } from '@hono/zod-openapi'
import { numbersOf } from '../../../codecs/vectors.ts'
import type { Embedded, WrittenInput, WrittenPiece } from '../../../gateway/operations/embed.ts'
import { plainText } from '../../embedding-input.ts'
import { checked, inlineMedia, mediaInS3, type OwnForm, refused } from './form.ts'

const place = {
  base64String: z.string().min(1).optional(),
  s3Location: z.strictObject({ uri: z.string(), bucketOwner: z.string().optional() }).optional(),
}
const mediaSource = z.strictObject(place)

type Place = z.infer<typeof mediaSource>

/** What is heard or seen for longer than a moment has a job over S3 alone. */
const BY_JOBS = 'audio and video are embedded by StartAsyncInvoke, which is not served here.'

const flat = z.strictObject({
  inputType: z.enum(['text', 'image', 'audio', 'video']),
  inputText: z.string().min(1).optional(),
  textTruncate: z.enum(['end', 'none']).optional(),
  mediaSource: mediaSource.optional(),
})

/** User guide, model-parameters-marengo. */
export const marengoVectors27: OwnForm = {
  operation: 'embedding',
  ids: /twelvelabs\.marengo-embed-2/,
  knows: (body) => 'inputType' in body && ('inputText' in body || 'mediaSource' in body),
  read(body, id) {
    const { inputType: type, inputText, mediaSource: media, textTruncate } = checked(flat, body)
    if (type === 'audio' || type === 'video') throw refused(`Of this model ${BY_JOBS}`, 'inputType')
    const input = type === 'text' ? textOf(inputText) : imageOf(media, 'mediaSource')
    const truncate = textTruncate && { truncate: textTruncate }
    return meant([input], { ...truncate, ...(this.ids.test(id) && { dimensions: 1024 }) })
  },
}

const content = z.strictObject({
  inputText: z.string().min(1).optional(),
  mediaSource: mediaSource.optional(),
  mediaSources: z
    .array(z.strictObject({ ...place, mediaType: z.enum(['image']), name: z.string().optional() }))
    .min(1)
    .optional(),
})

const nested = z.looseObject({
  inputType: z.enum(['text', 'image', 'text_image', 'multi_input', 'audio', 'video']),
  text: content.optional(),
  image: content.optional(),
  text_image: content.optional(),
  multi_input: content.optional(),
})

/** User guide, model-parameters-marengo-3: nested by type of input. */
export const marengoVectors3: OwnForm = {
  operation: 'embedding',
  ids: /twelvelabs\.marengo-embed-/,
  knows: (body) => 'inputType' in body,
  read(body, id) {
    const { inputType: type, ...given } = checked(nested, body)
    if (type === 'audio' || type === 'video') throw refused(`Of this model ${BY_JOBS}`, 'inputType')
    const asked = given[type]
    if (!asked) throw refused(`${type} is missing.`, type)
    const images = asked.mediaSources ?? (type === 'text' ? [] : [asked.mediaSource])
    const parts: WrittenPiece[] = [
      ...(asked.inputText === undefined && type !== 'text' ? [] : [textOf(asked.inputText)]),
      ...images.map((one, index) => imageOf(one, `${type}.mediaSource[${index}]`)),
    ]
    const input: WrittenInput =
      parts.length === 1 ? parts[0]! : { type: 'fused', parts, param: type }
    return meant([input], this.ids.test(id) ? { dimensions: 512 } : {})
  },
}

const PARAMS = { inputs: 'inputText', truncate: 'textTruncate' } as const

function meant(inputs: WrittenInput[], more: { dimensions?: number; truncate?: 'none' | 'end' }) {
  return {
    operation: 'embedding' as const,
    order: { inputs, params: PARAMS, ...more },
    write: ({ embeddings }: Embedded) => ({
      data: embeddings.map(({ vector }) => ({ embedding: numbersOf(vector) })),
    }),
  }
}

function textOf(text: string | undefined): WrittenPiece {
  if (text !== undefined) return plainText(text, 'inputText')
  throw refused('inputText is missing.', 'inputText')
}

function imageOf(media: Place | undefined, param: string): WrittenPiece {
  if (media?.base64String !== undefined) return inlineMedia('image', media.base64String, { param })
  if (media?.s3Location) return mediaInS3('image', media.s3Location.uri, { param })
  throw refused(`${param} holds neither base64String nor s3Location.`, param)
}
