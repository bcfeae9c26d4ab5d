import { createRoute, z } from '@hono/zod-openapi'
import { unknownFields } from '../../../dialects/extras.ts'
import { GatewayError } from '../../../errors.ts'
import { type TranscriptionOrder, transcribe } from '../../../gateway/operations/transcribe.ts'
import { reply } from '../../../http/answers/reply.ts'
import { caller } from '../../../http/caller.ts'
import { endpoint } from '../../../http/endpoint.ts'
import { answerHeaders } from '../../answer-contract.ts'
import { modelErrors } from '../error-contract.ts'
import { audioBody, transcriptAnswer, translationFields } from './audio-contract.ts'
import { type AudioInput, readAudio } from './audio-input.ts'
import { type TranscriptForm, writeTranscript } from './transcript-answer.ts'

type Fields = z.infer<typeof translationFields>

export const createTranslation = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/audio/translations',
    operationId: 'create_translation',
    summary: 'Translate audio into English',
    description:
      'As transcriptions, in English. With Amazon Transcribe it is Amazon Translate that translates, and `Formality`, `Profanity`, `Brevity` and `TerminologyNames` are its.',
    tags: ['Audio'],
    request: { body: audioBody(translationFields, 'Translation') },
    responses: {
      200: {
        description: 'The translation.',
        headers: answerHeaders,
        content: {
          'application/json': { schema: transcriptAnswer },
          'text/plain': { schema: z.string() },
          'text/vtt': { schema: z.string() },
        },
      },
      ...modelErrors,
    },
  }),
  async (c) => {
    const input = await readAudio(c, translationFields)
    try {
      const { fields } = input
      refuseStream(fields)
      const format = fields.response_format ?? 'json'
      const form: TranscriptForm = { format, task: 'translate', granularities: ['segment'] }
      const order = orderOf(input, form)
      const { result, record, headers } = await transcribe(order, caller(c), c.get('services'))
      c.get('entry').record = record
      const { body, type } = writeTranscript(result.transcript!, result.usage!, form)
      return reply(c, body, { type, headers })
    } finally {
      await input.audio.discard()
    }
  },
)

function refuseStream({ stream }: Fields): void {
  if (stream !== true && stream !== 'true') return
  throw new GatewayError('unsupported-parameter', 'Translations are not streamed.', {
    param: 'stream',
  })
}

const KNOWN = new Set([...Object.keys(translationFields.shape), 'stream'])

function orderOf(
  { fields, audio, labels }: AudioInput<Fields>,
  { format }: TranscriptForm,
): TranscriptionOrder {
  const { model, language, prompt, temperature } = fields
  const own = unknownFields(fields, KNOWN)
  return {
    model,
    audio,
    labels,
    format,
    stream: false,
    translateTo: 'en',
    needs: format === 'json' || format === 'text' ? [] : ['segments'],
    ...(language && { language }),
    ...(prompt && { prompt }),
    ...(temperature !== undefined && { temperature }),
    ...(own && { fields: own }),
  }
}
