import type { Usage } from '../../conversation/events.ts'
import { GatewayError } from '../../errors.ts'
import type { Served } from '../../ports/call.ts'
import type { FoundModel, ModelCard } from '../../ports/models.ts'
import type { Services } from '../../ports/services.ts'
import type {
  Transcript,
  TranscriptionModel,
  TranscriptionRequest,
  TranscriptStream,
} from '../../ports/transcription.ts'
import type { Asking } from '../answer.ts'
import { governFields } from '../extra-fields.ts'
import { requireGuardrail } from '../guarded.ts'
import type { HeldAudio } from './held-audio.ts'
import { listeningChat } from './listening-chat.ts'
import { type Operated, operate } from './operate.ts'

type Needs = 'segments' | 'words' | 'speakers'

type Wanted = Omit<
  TranscriptionRequest,
  'audio' | 'size' | 'mediaType' | 'fileName' | 'lies' | 'extras' | 'labels'
>

/** What a caller wants written down. */
export interface TranscriptionOrder extends Wanted {
  audio: HeldAudio
  /** What the answer cannot do without, and the caller's word for it. */
  needs: readonly Needs[]
  format: string
  stream: boolean
  /** Fields nobody knows, for models that do. */
  fields?: Record<string, unknown>
  labels: Readonly<Record<string, string>>
}

interface Transcribed {
  served: Served
  usage?: Usage
  transcript?: Transcript
  events?: TranscriptStream
}

/** Whether a model writes down what it hears. */
export const hears = ({ input, output }: ModelCard): boolean =>
  input.includes('audio') && output.includes('text')

/** Has a recording written down by the model that is named, whole or as it is heard. Throws `GatewayError`. */
export function transcribe(
  { audio, needs, format, stream, fields, labels, ...wanted }: TranscriptionOrder,
  asking: Asking,
  services: Services,
): Promise<Operated<Transcribed>> {
  const { model: name } = wanted
  const { extras, ignored } = governFields({ extraFields: fields }, services.config)
  return operate(
    {
      operation: 'transcription',
      model: name,
      suits: hears,
      pick: (found) => listenerOf(found, { services, owner: asking.owner }),
      kind: 'a model that transcribes',
      tokens: () => 0,
      units: audio.seconds === undefined ? {} : { audioSeconds: audio.seconds },
      seconds: services.config.AUDIO_JOB_TIMEOUT,
      async work(model, call, { card, alias }) {
        requireGuardrail(card, services, alias?.guardrail)
        requireKnown(model, { needs, format, card })
        const request: TranscriptionRequest = {
          ...wanted,
          audio: await audio.open(),
          size: audio.size,
          mediaType: audio.mediaType,
          labels,
          ...(audio.name && { fileName: audio.name }),
          ...(audio.lies && { lies: audio.lies }),
          ...(extras && { extras }),
        }
        const done = lasting(
          audio.seconds,
          await (stream ? streamOf(model, request, call) : model.transcribe(request, call)),
        )
        const served = { ...done.served, ignored: [...ignored, ...done.served.ignored] }
        return { ...done, served }
      },
    },
    asking,
    services,
  )
}

function listenerOf(
  { transcription, chat, card }: FoundModel,
  { services, owner }: { services: Services; owner: string },
): TranscriptionModel | undefined {
  if (transcription || !chat || !hears(card)) return transcription
  return listeningChat(chat, { card, services, owner })
}

function requireKnown(
  { knows }: TranscriptionModel,
  { needs, format, card }: { needs: readonly Needs[]; format: string; card: ModelCard },
): void {
  const missing = knows && needs.find((one) => !knows.includes(one))
  if (missing === undefined) return
  throw new GatewayError(
    'invalid-request',
    `Invalid 'response_format': the model ${card.id} tells no ${missing}, so '${format}' cannot be had of it. These are had: json, text.`,
    { param: 'response_format', reason: 'invalid_value' },
  )
}

/** The same of the whole recording: models may tell no more than when the last word ends. */
function lasting(seconds: number | undefined, done: Transcribed): Transcribed {
  if (seconds === undefined) return done
  const { transcript, usage, events } = done
  return {
    ...done,
    ...(transcript && usage && lengthened({ transcript, usage }, seconds)),
    ...(events && {
      events: { ...events, transcript: () => lengthened(events.transcript(), seconds) },
    }),
  }
}

function lengthened(
  { transcript, usage }: { transcript: Transcript; usage: Usage },
  seconds: number,
) {
  const { duration = 0 } = transcript
  // Whoever counts no tokens is paid by the second.
  const { input, output, audioSeconds = input + output === 0 ? 0 : undefined } = usage
  return {
    transcript: { ...transcript, duration: Math.max(duration, seconds) },
    usage: {
      ...usage,
      ...(audioSeconds !== undefined && { audioSeconds: Math.max(audioSeconds, seconds) }),
    },
  }
}

type Call = Parameters<TranscriptionModel['transcribe']>[1]

/** A model that only gives whole transcripts is heard to its end first. */
async function streamOf(
  model: TranscriptionModel,
  request: TranscriptionRequest,
  call: Call,
): Promise<Transcribed> {
  if (model.stream) return model.stream(request, call)
  const { transcript, usage, served } = await model.transcribe(request, call)
  let isTold = false
  return {
    served,
    events: {
      async read() {
        if (isTold || transcript.text === '') return undefined
        isTold = true
        return { delta: transcript.text }
      },
      transcript: () => ({ transcript, usage }),
      cancel() {},
    },
  }
}
