import { z } from '@hono/zod-openapi'
import { region } from './model-settings.ts'
import { blankIsAbsent, list, number, seconds, text } from './values.ts'

const own = (service: string, fallback = 'the Bedrock regions that have it, in order') =>
  z
    .preprocess(blankIsAbsent, region.optional())
    .describe(`The AWS region of ${service}. Default: ${fallback}.`)

/** Who speaks, who listens, and where. */
export const audioVariables = {
  DEFAULT_TTS_MODEL: z
    .preprocess(blankIsAbsent, z.string().default('tts-1'))
    .describe('The model that speaks chat answers when the chat model itself has no audio output.'),
  DEFAULT_TTS_LANGUAGE: text().describe(
    "The language of OpenAI's voices, like `de-DE`, when a request names none. Default: detected from the text.",
  ),
  MAX_AUDIO_BYTES: number(2 * 1024 ** 3, 1).describe(
    'The largest recording in bytes to transcribe. Amazon Transcribe accepts up to 2 GiB.',
  ),
  AWS_POLLY_REGION: own('Amazon Polly'),
  AWS_COMPREHEND_REGION: own('Amazon Comprehend', 'the region used for Polly'),
  AWS_TRANSCRIBE_REGION: own('Amazon Transcribe', 'the first Bedrock region that has a bucket'),
  AWS_TRANSLATE_REGION: own('Amazon Translate', 'the region used for Transcribe'),
  AWS_TRANSCRIBE_S3_BUCKET: z
    .preprocess(
      blankIsAbsent,
      z
        .string()
        .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'not the name of an S3 bucket')
        .optional(),
    )
    .describe(
      'The bucket for recordings and transcripts, in the region of Transcribe. Default: AWS_S3_REGIONAL_BUCKETS, then AWS_S3_BUCKET.',
    ),
  AWS_TRANSCRIBE_OUTPUT_ENCRYPTION_KEY_ARN: text().describe(
    'The KMS key with which Transcribe encrypts those transcripts.',
  ),
  AWS_TRANSCRIBE_STREAM_LANGUAGES: list().describe(
    'Languages that streaming transcription detects when a request names none: two or more like `en-US`, one per language; comma separated.',
  ),
  AWS_TRANSCRIBE_POLL_SECONDS: seconds(1, 0.001).describe(
    'Seconds between two polls of a Transcribe job or of a Polly job for a long text.',
  ),
  AUDIO_JOB_TIMEOUT: seconds(3600, 0.001).describe(
    'Seconds a transcription, or speech for a long text, may take.',
  ),
  AWS_ENDPOINT_URL_POLLY: text().describe('The endpoint of Amazon Polly.'),
  AWS_ENDPOINT_URL_COMPREHEND: text().describe('The endpoint of Amazon Comprehend.'),
  AWS_ENDPOINT_URL_TRANSCRIBE: text().describe('The endpoint of Amazon Transcribe.'),
  AWS_ENDPOINT_URL_TRANSCRIBE_STREAMING: text().describe(
    'The endpoint of Amazon Transcribe streaming, which uses HTTP/2.',
  ),
  AWS_ENDPOINT_URL_TRANSLATE: text().describe('The endpoint of Amazon Translate.'),
} as const
