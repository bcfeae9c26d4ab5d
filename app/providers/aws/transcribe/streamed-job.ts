import type { Call } from '../../../ports/call.ts'
import type { Transcript, TranscriptStream } from '../../../ports/transcription.ts'
import { pause } from '../bedrock/embeddings/fan-out.ts'

/** Milliseconds between two signs that the job is still at work. */
const SIGN_OF_LIFE = 15_000

type Run = (asked: { signal: AbortSignal }, onStarted: () => void) => Promise<Transcript>

/**
 * A job as a stream: it begins when AWS has taken the job, tells nothing while that works, and then every
 * segment. Rejects when the job cannot begin.
 */
export async function streamedJob(
  run: Run,
  { call, speakers }: { call: Call; speakers: boolean },
): Promise<TranscriptStream> {
  // The signal of the call ends with its head; who leaves later cancels the stream.
  const left = new AbortController()
  const signal = AbortSignal.any([call.signal, left.signal])
  const started = Promise.withResolvers<void>()
  const whole = run({ signal }, started.resolve)
  whole.catch(() => {})
  await Promise.race([started.promise, whole])
  let told: TranscriptStream | undefined
  let isFirst = true
  return {
    async read() {
      if (isFirst) {
        isFirst = false
        return { delta: '' }
      }
      if (told) return told.read()
      const sign = new AbortController()
      const alive = pause(SIGN_OF_LIFE, sign.signal).then(() => undefined)
      const transcript = await Promise.race([whole, alive]).finally(() => sign.abort())
      if (!transcript) return { delta: '' }
      told = replayed(transcript, speakers)
      return told.read()
    },
    transcript: () =>
      told?.transcript() ?? { transcript: { text: '' }, usage: { input: 0, output: 0 } },
    cancel: () => left.abort(),
  }
}

/** A transcript that came whole, told segment by segment. */
function replayed(transcript: Transcript, speakers: boolean): TranscriptStream {
  const { segments = [], text } = transcript
  const waiting = [...segments]
  let rest = text
  return {
    async read() {
      const segment = waiting.shift()
      if (!segment) {
        const delta = rest
        rest = ''
        return delta === '' ? undefined : { delta }
      }
      // The words of the whole are told, with the spaces it has between them.
      const at = rest.indexOf(segment.text)
      const end = at < 0 ? 0 : at + segment.text.length
      const delta = rest.slice(0, end)
      rest = rest.slice(end)
      return { delta, ...(speakers && { segment }) }
    },
    transcript: () => ({
      transcript,
      usage: { input: 0, output: 0, audioSeconds: transcript.duration ?? 0 },
    }),
    cancel() {
      rest = ''
      waiting.length = 0
    },
  }
}
