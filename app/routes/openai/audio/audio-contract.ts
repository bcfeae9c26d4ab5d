import { z } from '@hono/zod-openapi'
import { fileField } from './audio-input.ts'
import { FORMATS } from './transcript-answer.ts'

/** Forms write everything as text, and leave what is not meant empty. */
const blank = (value: unknown) => (value === '' || value === null ? undefined : value)
const number = z.preprocess((value) => {
  const given = blank(value)
  return typeof given === 'string' && Number.isFinite(Number(given)) ? Number(given) : given
}, z.number().min(0).max(1).optional())
const flag = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : blank(value)),
  z.boolean().optional(),
)
const words = z.preprocess(blank, z.string().optional())
/** One may stand for a list of one. */
const list = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => {
    const given = blank(value)
    return given === undefined || Array.isArray(given) ? given : [given]
  }, z.array(item).optional())

const language = z.string().regex(/^[A-Za-z]{2,3}([-_][\w-]+)?$/, 'a language like `de` or `de-DE`')

const shared = {
  language: z
    .preprocess(blank, language.optional())
    .describe('The language that is spoken, `de` or `de-DE`. Default: the model tells.'),
  model: z
    .string()
    .min(1)
    .describe('`amazon.transcribe`, `whisper-1`, or a chat model that hears: Voxtral.'),
  prompt: words.describe('Words that may be said; ignored by Amazon Transcribe.'),
  temperature: number.describe('Ignored by Amazon Transcribe.'),
  user: words.describe('The end user, for the labels of what is done on AWS.'),
}

/** What a transcription takes beside its file. Unknown fields go to the model. */
export const transcriptionFields = z.looseObject({
  ...shared,
  languages: list(language).describe('Languages of which one is spoken.'),
  response_format: z
    .preprocess(blank, z.enum(FORMATS).optional())
    .describe('Default `json`. `diarized_json` tells who speaks.'),
  timestamp_granularities: list(z.enum(['word', 'segment'])).describe(
    'For `verbose_json`. Default: segments.',
  ),
  stream: flag.describe(
    'Events while the recording is heard: for `json`, `text`, `diarized_json`.',
  ),
})

export const translationFields = z.looseObject({
  ...shared,
  response_format: z
    .preprocess(blank, z.enum(['json', 'text', 'srt', 'verbose_json', 'vtt']).optional())
    .describe('Default `json`.'),
})

const binary = z.string().openapi({ format: 'binary' }).describe('The recording.')

/** A body in both its forms. */
export const audioBody = (fields: z.ZodObject, name: string) => ({
  required: true,
  content: {
    'multipart/form-data': { schema: fields.extend({ file: binary }).openapi(`${name}Form`) },
    'application/json': { schema: fields.extend(fileField).openapi(`${name}Request`) },
  },
})

const segment = z.object({
  id: z.union([z.int(), z.string()]),
  start: z.number(),
  end: z.number(),
  text: z.string(),
})

/** JSON answers, as far as all formats share them. */
export const transcriptAnswer = z
  .looseObject({
    text: z.string(),
    language: z.string().optional(),
    duration: z.number().optional().describe('Seconds.'),
    segments: z.array(z.looseObject(segment.shape)).optional(),
    words: z.array(z.object({ word: z.string(), start: z.number(), end: z.number() })).optional(),
    usage: z.looseObject({ type: z.string() }).optional(),
  })
  .openapi('Transcript')
