import { createRoute, z } from '@hono/zod-openapi'
import type { Usage } from '../../../conversation/events.ts'
import { unknownFields } from '../../../dialects/extras.ts'
import { encodeError } from '../../../dialects/openai-error.ts'
import { GatewayError } from '../../../errors.ts'
import { transcriptFrames } from '../../../gateway/answers/transcript-events.ts'
import { type TranscriptionOrder, transcribe } from '../../../gateway/operations/transcribe.ts'
import { reply } from '../../../http/answers/reply.ts'
import { respond } from '../../../http/answers/respond.ts'
import { caller } from '../../../http/caller.ts'
import type { HttpContext } from '../../../http/context.ts'
import { endpoint } from '../../../http/endpoint.ts'
import { answerHeaders } from '../../answer-contract.ts'
import { modelErrors } from '../error-contract.ts'
import { audioBody, transcriptAnswer, transcriptionFields } from './audio-contract.ts'
import { type AudioInput, readAudio } from './audio-input.ts'
import {
  diarizedSegment,
  type Format,
  type TranscriptForm,
  wireUsage,
  writeTranscript,
} from './transcript-answer.ts'

type Fields = z.infer<typeof transcriptionFields>

export const createTranscription = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/audio/transcriptions',
    operationId: 'create_transcription',
    summary: 'Transcribe audio',
    description:
      'Takes a form as OpenAI’s clients send it, or JSON. What a recording is, its content tells. Fields of Amazon Transcribe (`VocabularyName`, `ContentRedaction`) may stand beside.',
    tags: ['Audio'],
    request: { body: audioBody(transcriptionFields, 'Transcription') },
    responses: {
      200: {
        description: 'The transcript.',
        headers: answerHeaders,
        content: {
          'application/json': { schema: transcriptAnswer },
          'text/plain': { schema: z.string() },
          'text/vtt': { schema: z.string() },
          'text/event-stream': { schema: z.string() },
        },
      },
      ...modelErrors,
    },
  }),
  async (c) => {
    const input = await readAudio(c, transcriptionFields)
    let isGoingOn = false
    try {
      const { fields } = input
      const form = formOf(fields)
      if (fields.stream) {
        const answer = await streamed(c, input, form)
        isGoingOn = true
        return answer
      }
      return await whole(c, input, form)
    } finally {
      if (!isGoingOn) await input.audio.discard()
    }
  },
)

const SUBTITLES: ReadonlySet<Format> = new Set(['srt', 'vtt', 'verbose_json'])

/** Throws 400 for what contradicts itself. */
function formOf({
  response_format: format = 'json',
  timestamp_granularities,
  stream,
}: Fields): TranscriptForm {
  if (stream && SUBTITLES.has(format)) {
    throw new GatewayError(
      'invalid-request',
      `Invalid 'stream': '${format}' is only there when all has been heard. These are streamed: json, text, diarized_json.`,
      { param: 'stream', reason: 'invalid_value' },
    )
  }
  if (timestamp_granularities?.length && format !== 'verbose_json') {
    throw new GatewayError(
      'invalid-request',
      "Invalid 'timestamp_granularities': times are told in 'verbose_json'.",
      { param: 'timestamp_granularities', reason: 'invalid_value' },
    )
  }
  return { format, task: 'transcribe', granularities: timestamp_granularities ?? ['segment'] }
}

const NEEDS: Readonly<Record<Format, TranscriptionOrder['needs']>> = {
  json: [],
  text: [],
  srt: ['segments'],
  vtt: ['segments'],
  verbose_json: ['segments'],
  diarized_json: ['segments', 'speakers'],
}

const KNOWN = new Set(Object.keys(transcriptionFields.shape))

function orderOf(
  { fields, audio, labels }: AudioInput<Fields>,
  form: TranscriptForm,
): TranscriptionOrder {
  const { model, language, languages, prompt, temperature, stream = false } = fields
  const { format, granularities } = form
  const speakers = format === 'diarized_json'
  const own = unknownFields(fields, KNOWN)
  return {
    model,
    audio,
    labels,
    format,
    stream,
    needs: NEEDS[format],
    ...(language && { language }),
    ...(languages && { languages }),
    ...(prompt && { prompt }),
    ...(temperature !== undefined && { temperature }),
    ...(speakers && { speakers }),
    ...(format === 'verbose_json' && { timestamps: granularities }),
    ...(own && { fields: own }),
  }
}

async function whole(
  c: HttpContext,
  input: AudioInput<Fields>,
  form: TranscriptForm,
): Promise<Response> {
  const order = orderOf(input, form)
  const { result, record, headers } = await transcribe(order, caller(c), c.get('services'))
  c.get('entry').record = record
  const { body, type } = writeTranscript(result.transcript!, result.usage!, form)
  return reply(c, body, { type, headers })
}

/** The last event knows of tokens alone; SDKs that check refuse it with seconds. */
function tokensUsed(usage: Usage) {
  const told = wireUsage(usage)
  return told.type === 'tokens' ? { usage: told } : {}
}

/** `transcript.text.delta`, `.segment`, `.done` (specification, CreateTranscriptionResponseStreamEvent). */
async function streamed(
  c: HttpContext,
  input: AudioInput<Fields>,
  form: TranscriptForm,
): Promise<Response> {
  const order = orderOf(input, form)
  const { result, record, headers } = await transcribe(order, caller(c), c.get('services'))
  record.stream = true
  const frames = transcriptFrames(result.events!, {
    record,
    ended: () => void input.audio.discard(),
    words: {
      encodeError,
      delta: (delta, extras) => ({ type: 'transcript.text.delta', delta, ...extras }),
      segment: diarizedSegment,
      done: ({ text, extras }, usage) => ({
        type: 'transcript.text.done',
        text,
        ...extras,
        ...tokensUsed(usage),
      }),
    },
  })
  return respond(c, { kind: 'stream', frames, headers, record })
}
