import { createRoute, z } from '@hono/zod-openapi'
import { encodeBase64 } from '../../../codecs/bytes/base64.ts'
import type { Usage } from '../../../conversation/events.ts'
import { unknownFields } from '../../../dialects/extras.ts'
import { encodeError } from '../../../dialects/openai-error.ts'
import { GatewayError } from '../../../errors.ts'
import { byteFrames } from '../../../gateway/answers/byte-events.ts'
import { type SpeechOrder, type Spoken, speak } from '../../../gateway/operations/speak.ts'
import { respond } from '../../../http/answers/respond.ts'
import { sendAudio } from '../../../http/bodies/audio-body.ts'
import { caller } from '../../../http/caller.ts'
import { endpoint } from '../../../http/endpoint.ts'
import { answerHeaders } from '../../answer-contract.ts'
import { jsonRequest } from '../../json-contract.ts'
import { modelErrors } from '../error-contract.ts'

const request = z
  .looseObject({
    model: z.string().min(1).describe('`amazon.polly-neural`, `tts-1`, or any other that speaks.'),
    input: z
      .string()
      .min(1)
      .describe('The text. SSML, which begins with `<speak>`, goes to Amazon Polly as it is.'),
    voice: z
      .union([z.string().min(1), z.looseObject({ id: z.string().min(1) })], {
        error: 'one of a string or an object with an id',
      })
      .describe("A voice of the model, in any case, or one of OpenAI's: `alloy`, `onyx`."),
    response_format: z
      .string()
      .min(1)
      .nullish()
      .describe(
        '`mp3` (default), `opus`, `aac`, `flac`, `wav`, `pcm` (24 kHz, mono, 16 bit); of Amazon Polly also `ogg`, `mulaw`, `alaw`, and `json` for speech marks.',
      ),
    speed: z.number().min(0.2).max(4).nullish().describe('1 is usual; Amazon Polly goes to 2.'),
    stream_format: z
      .enum(['audio', 'sse'])
      .nullish()
      .describe('The audio itself as it is spoken (default), or as events.'),
    instructions: z.string().nullish().describe('How to speak; ignored where the model cannot.'),
    language: z
      .string()
      .regex(/^[A-Za-z]{2,3}([-_][\w-]+)?$/, 'a language like `de` or `de-DE`')
      .nullish()
      .describe("What the text is in, for OpenAI's voices. Default: told from the text."),
    SampleRate: z
      .union([z.string(), z.number()])
      .nullish()
      .describe('Amazon Polly: samples a second.'),
    LexiconNames: z.array(z.string()).nullish().describe('Amazon Polly: pronunciation lexicons.'),
    LanguageCode: z.string().nullish().describe('Amazon Polly: another word for `language`.'),
    SpeechMarkTypes: z
      .array(z.string())
      .nullish()
      .describe('Amazon Polly: when what is said, as JSON lines: sentence, ssml, viseme, word.'),
  })
  .openapi('SpeechRequest')

type Wire = z.infer<typeof request>

const KNOWN = new Set(Object.keys(request.shape))
const OWN = [
  'instructions',
  'SampleRate',
  'LexiconNames',
  'LanguageCode',
  'SpeechMarkTypes',
] as const

const binary = { schema: z.string().openapi({ format: 'binary' }) }

export const createSpeech = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/audio/speech',
    operationId: 'create_speech',
    summary: 'Convert text to speech',
    description:
      'The audio leaves as it comes from the speaker. With `stream_format: "sse"` it comes as `speech.audio.delta` events and one `speech.audio.done`.',
    tags: ['Audio'],
    request: { body: jsonRequest(request) },
    responses: {
      200: {
        description: 'The audio.',
        headers: answerHeaders,
        content: {
          'audio/mpeg': binary,
          'audio/ogg': binary,
          'audio/aac': binary,
          'audio/flac': binary,
          'audio/wav': binary,
          'audio/pcm': binary,
          'application/x-json-stream': binary,
          'text/event-stream': { schema: z.string() },
        },
      },
      ...modelErrors,
    },
  }),
  async (c) => {
    const body = c.req.valid('json')
    const isEvents = body.stream_format === 'sse'
    if (isEvents && (body.SpeechMarkTypes || body.response_format === 'json')) throw noMarkEvents()
    const { result, record, headers } = await speak(orderOf(body), caller(c), c.get('services'))
    if (!isEvents) {
      c.get('entry').record = record
      return sendAudio(c, result.audio, { type: result.mediaType, headers })
    }
    record.stream = true
    return respond(c, { kind: 'stream', frames: eventsOf(result), headers, record })
  },
)

function orderOf(body: Wire): SpeechOrder {
  const { model, input, voice, response_format, speed, language } = body
  const own = OWN.filter((name) => body[name] !== undefined && body[name] !== null)
  const fields = unknownFields(body, KNOWN)
  return {
    model,
    text: input,
    voice: typeof voice === 'string' ? voice : voice.id,
    format: response_format ?? 'mp3',
    ...(!response_format && { anyFormat: true }),
    ...(typeof speed === 'number' && { speed }),
    ...(language && { language }),
    ...(own.length > 0 && { own: Object.fromEntries(own.map((name) => [name, body[name]])) }),
    ...(fields && { fields }),
  }
}

const noMarkEvents = () =>
  new GatewayError(
    'unsupported-parameter',
    "Unsupported parameter: 'stream_format' beside speech marks, which are lines of JSON already.",
    { param: 'stream_format' },
  )

/** `speech.audio.delta`, `speech.audio.done` (OpenAI's specification, CreateSpeechResponseStreamEvent). */
function eventsOf({ audio, usage }: Spoken) {
  return byteFrames(audio, {
    piece: (bytes) =>
      `data: {"type":"speech.audio.delta","audio":${JSON.stringify(encodeBase64(bytes))}}\n\n`,
    end: () =>
      `data: ${JSON.stringify({ type: 'speech.audio.done', usage: wireUsage(usage) })}\n\n`,
    encodeError,
  })
}

/** Speakers are paid by the character; tokens are told where there are any. */
const wireUsage = ({ input, output, characters }: Usage) => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: input + output,
  ...(characters !== undefined && { characters }),
})
