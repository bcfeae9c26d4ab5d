import { z } from '@hono/zod-openapi'
import { AUDIO_FORMATS } from '../openai-audio-format.ts'

/** Marks that may stand on any content part. */
const marks = {
  prompt_cache_breakpoint: z
    .looseObject({ mode: z.string().optional() })
    .nullish()
    .describe('Everything up to here may be cached upstream.'),
}

const text = (type: string) => z.looseObject({ type: z.literal(type), text: z.string(), ...marks })

const inputText = text('input_text').openapi('ResponseInputText')

/** A model's own words that come back, and the names other servers have for text. */
const outputText = text('output_text').extend({
  annotations: z.array(z.looseObject({ type: z.string() })).nullish(),
  logprobs: z.array(z.unknown()).nullish(),
})

const refusal = z.looseObject({ type: z.literal('refusal'), refusal: z.string() })

const inputImage = z
  .looseObject({
    type: z.literal('input_image'),
    image_url: z
      .union([z.string(), z.looseObject({ url: z.string() })], { error: 'a string' })
      .nullish()
      .describe('https, s3://, file-id:, a data URL or bare base64; videos too.'),
    file_id: z.string().nullish(),
    detail: z.string().nullish().describe('How closely to look: auto, low, high.'),
    ...marks,
  })
  .openapi('ResponseInputImage')

const inputFile = z
  .looseObject({
    type: z.literal('input_file'),
    file_data: z.string().nullish().describe('A data URL or bare base64.'),
    file_id: z.string().nullish(),
    file_url: z.string().nullish(),
    filename: z.string().nullish(),
    detail: z.string().nullish(),
    ...marks,
  })
  .openapi('ResponseInputFile')

const inputAudio = z.looseObject({
  type: z.literal('input_audio'),
  input_audio: z.looseObject({
    data: z.string().describe('Base64; also a data URL, https, s3:// or file-id:.'),
    format: z.enum(AUDIO_FORMATS),
  }),
  ...marks,
})

const part = z.discriminatedUnion('type', [
  inputText,
  inputImage,
  inputFile,
  inputAudio,
  outputText,
  text('text'),
  text('summary_text'),
  text('reasoning_text'),
  refusal,
])

/** The content of a message, and the output of a tool. */
export const content = z.union([z.string(), z.array(part)], {
  error: 'one of a string or array of objects',
})

export type WirePart = z.infer<typeof part>
export type WireContent = z.infer<typeof content>
export type WireInputImage = z.infer<typeof inputImage>
export type WireInputFile = z.infer<typeof inputFile>
export type WireInputAudio = z.infer<typeof inputAudio>
