import { z } from '@hono/zod-openapi'
import { region } from './model-settings.ts'
import { blankIsAbsent, list, number, seconds, text } from './values.ts'

const own = (service: string, fallback = 'the Bedrock regions that have it, in their order') =>
  z
    .preprocess(blankIsAbsent, region.optional())
    .describe(`The AWS region of ${service}. Default: ${fallback}.`)

/** Who speaks, who listens, and where. */
export const audioVariables = {
  DEFAULT_TTS_MODEL: z
    .preprocess(blankIsAbsent, z.string().default('tts-1'))
    .describe('The model that speaks answers of chat whose own model does not speak.'),
  DEFAULT_TTS_LANGUAGE: text().describe(
    "The language of OpenAI's voices, like `de-DE`, where a request names none. Default: told from the text.",
  ),
  MAX_AUDIO_BYTES: number(2 * 1024 ** 3, 1).describe(
    'The largest recording in bytes that is transcribed; 2 GiB is what Amazon Transcribe takes.',
  ),
  AWS_POLLY_REGION: own('Amazon Polly'),
  AWS_COMPREHEND_REGION: own('Amazon Comprehend', 'the region that speaks'),
  AWS_TRANSCRIBE_REGION: own('Amazon Transcribe', 'the first Bedrock region that has a bucket'),
  AWS_TRANSLATE_REGION: own('Amazon Translate', 'the region that transcribes'),
  AWS_TRANSCRIBE_S3_BUCKET: z
    .preprocess(
      blankIsAbsent,
      z
        .string()
        .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'not the name of an S3 bucket')
        .optional(),
    )
    .describe(
      'The bucket, in the region of Transcribe, through which recordings and transcripts go. Default: AWS_S3_REGIONAL_BUCKETS, AWS_S3_BUCKET.',
    ),
  AWS_TRANSCRIBE_OUTPUT_ENCRYPTION_KEY_ARN: text().describe(
    'The KMS key by which Transcribe encrypts the transcripts it writes there.',
  ),
  AWS_TRANSCRIBE_STREAM_LANGUAGES: list().describe(
    'Languages that streaming transcription tells apart where a request names none: two or more like `en-US`, one of each language; comma separated.',
  ),
  AWS_TRANSCRIBE_POLL_SECONDS: seconds(1, 0.001).describe(
    'Seconds between two looks at a job of Transcribe or a long text that Polly speaks.',
  ),
  AUDIO_JOB_TIMEOUT: seconds(3600, 0.001).describe(
    'Seconds a transcription or a long text that is spoken may take.',
  ),
  AWS_ENDPOINT_URL_POLLY: text().describe('The endpoint of Amazon Polly.'),
  AWS_ENDPOINT_URL_COMPREHEND: text().describe('The endpoint of Amazon Comprehend.'),
  AWS_ENDPOINT_URL_TRANSCRIBE: text().describe('The endpoint of Amazon Transcribe.'),
  AWS_ENDPOINT_URL_TRANSCRIBESTREAMING: text().describe(
    "The endpoint of Amazon Transcribe's streams, which speak HTTP/2.",
  ),
  AWS_ENDPOINT_URL_TRANSLATE: text().describe('The endpoint of Amazon Translate.'),
} as const
