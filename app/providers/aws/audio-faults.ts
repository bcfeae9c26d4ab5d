import { entryOf } from '../../codecs/table.ts'
import { type ErrorCode, GatewayError } from '../../errors.ts'
import { type AwsCall, type AwsFault, UNSIGNED } from './call.ts'

interface Meaning {
  code: ErrorCode
  param?: string
  say?: string
}

const refusal = (param: string): Meaning => ({ code: 'invalid-request', param })
const BUSY: Meaning = { code: 'rate-limit' }

/** What the exceptions of Polly, Transcribe, Translate and Comprehend mean, by the fields of our callers. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  TextLengthExceededException: refusal('input'),
  InvalidSsmlException: refusal('input'),
  InvalidSampleRateException: refusal('SampleRate'),
  LexiconNotFoundException: refusal('LexiconNames'),
  MarksNotSupportedForFormatException: refusal('SpeechMarkTypes'),
  SsmlMarksNotSupportedForTextTypeException: refusal('SpeechMarkTypes'),
  LanguageNotSupportedException: refusal('language'),
  EngineNotSupportedException: refusal('voice'),
  UnsupportedLanguagePairException: refusal('language'),
  DetectedLanguageLowConfidenceException: refusal('language'),
  LimitExceededException: BUSY,
  ConflictException: { code: 'conflict' },
  NotFoundException: { code: 'not-found' },
  InternalFailureException: {
    code: 'upstream',
    say: 'The request could not be completed. Retry the request.',
  },
  AccessDeniedException: {
    code: 'permission',
    say: 'AWS does not let this server use the service that speaks and listens.',
  },
}

/** The same call, whose refusals speak of speech rather than of models. */
export const aboutAudio =
  (call: AwsCall): AwsCall =>
  (request, signal) =>
    call(request, signal).catch((thrown: unknown) => {
      throw asAudioFault(thrown)
    })

export function asAudioFault(thrown: unknown): unknown {
  if (!(thrown instanceof GatewayError) || thrown.code === 'upstream') return thrown
  const { type } = (thrown.cause ?? {}) as { type?: unknown }
  const meaning = typeof type === 'string' ? entryOf(MEANINGS, type) : undefined
  if (!meaning) return thrown
  const { code, param, say = thrown.message } = meaning
  return new GatewayError(code, say, {
    ...thrown,
    ...(param && { param, reason: 'invalid_value' }),
    cause: thrown.cause,
  })
}

/** Whether AWS said no, or was not asked at all. After any other failure it may have begun the work all the same. */
export function isRefusal(thrown: unknown): boolean {
  const { status, type } = ((thrown as GatewayError | undefined)?.cause ?? {}) as Partial<AwsFault>
  return type === UNSIGNED || (status !== undefined && status < 500)
}
