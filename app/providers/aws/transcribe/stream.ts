import {
  createEventStreamDecoder,
  encodeEventStreamMessage,
} from '../../../codecs/event-stream/event-stream.ts'
import { entryOf } from '../../../codecs/table.ts'
import { awsError } from '../../../dialects/bedrock-converse/decode-error.ts'
import { GatewayError } from '../../../errors.ts'
import type { CredentialSource, Digest } from '../../../ports/aws-credentials.ts'
import type { Duplex, DuplexExchange } from '../../../ports/duplex.ts'
import type { TranscriptStream } from '../../../ports/transcription.ts'
import type { UpstreamResponse } from '../../../ports/transport.ts'
import { asAudioFault } from '../audio-faults.ts'
import { pause } from '../bedrock/embeddings/fan-out.ts'
import type { Endpoints } from '../endpoints.ts'
import { fieldsOf, textOf } from '../json-protocol.ts'
import { sigV4Signer } from '../sign.ts'
import { createEventSigner, SIGNED_EVENTS } from '../sign-events.ts'
import { createTranscriptReader, type Heard } from './stream-transcript.ts'
import type { StreamedAudio } from './streamed-audio.ts'

export interface StreamDependencies {
  duplex: Duplex
  endpoints: Endpoints
  credentials: CredentialSource
  digest?: Digest
  /** Milliseconds. */
  connectTimeout: number
}

interface StreamOrder {
  region: string
  audio: StreamedAudio
  /** `x-amzn-transcribe-...` beside those of the audio. */
  headers: Readonly<Record<string, string>>
  language?: string
  speakers: boolean
  redacts: boolean
}

/**
 * Seconds of audio that may be ahead of the clock. AWS wants recordings sent about as fast as they were
 * spoken; clients of its own send files of up to five minutes as fast as they can.
 */
const AHEAD = 240
const MEDIA_TYPE = 'application/vnd.amazon.eventstream'

/**
 * Streams a recording to Amazon Transcribe and its transcript back (StartStreamTranscription, an event
 * stream in each direction of one HTTP/2 request). Resolves when AWS has taken it. Throws `GatewayError`.
 */
export async function openTranscriptStream(
  dependencies: StreamDependencies,
  order: StreamOrder,
  signal: AbortSignal,
): Promise<TranscriptStream> {
  const { exchange, sign } = await open(dependencies, order, signal)
  const left = new AbortController()
  const sending = send(exchange, { audio: order.audio, sign, signal: left.signal })
  // Who reads the answer learns more of what went wrong than who writes the question.
  sending.catch(() => {})
  const stop = () => {
    left.abort()
    exchange.cancel()
  }
  try {
    const response = await exchange.response
    if (response.status !== 200) throw await refusalOf(response)
    return transcriptOf(response, order, stop)
  } catch (thrown) {
    stop()
    throw thrown
  }
}

async function open(
  { duplex, endpoints, credentials, digest, connectTimeout }: StreamDependencies,
  { region, audio, headers: asked }: StreamOrder,
  signal: AbortSignal,
) {
  const { origin, host, prefix, service } = endpoints('transcribestreaming', region)
  const current = await credentials.current()
  // One pair of keys for the request and its events, however long they take.
  const source = { describe: credentials.describe, current: () => current }
  const path = `${prefix}/stream-transcription`
  const headers: Record<string, string> = {
    'content-type': MEDIA_TYPE,
    'x-amz-content-sha256': SIGNED_EVENTS,
    'x-amzn-transcribe-sample-rate': String(audio.sampleRate),
    'x-amzn-transcribe-media-encoding': audio.encoding,
    ...asked,
  }
  const signable = { method: 'POST', host, path, headers }
  const scope = { region, service }
  const proof = await sigV4Signer({ credentials: source, digest })(signable, scope)
  const sent = { method: 'POST', origin, path, headers: { ...headers, ...proof } }
  const exchange = await duplex(sent, { signal, connectTimeout })
  const authorization = proof['authorization'] ?? ''
  return {
    exchange,
    sign: createEventSigner({ credentials: current, scope, authorization, digest }),
  }
}

interface Sending {
  audio: StreamedAudio
  sign(message: Uint8Array): Promise<Uint8Array>
  signal: AbortSignal
}

const AUDIO_EVENT = {
  ':event-type': 'AudioEvent',
  ':message-type': 'event',
  ':content-type': 'application/octet-stream',
}

async function send(exchange: DuplexExchange, { audio, sign, signal }: Sending): Promise<void> {
  const began = performance.now()
  let seconds = 0
  for await (const piece of audio.pieces()) {
    if (signal.aborted) return
    await exchange.write(await sign(encodeEventStreamMessage(AUDIO_EVENT, piece)))
    seconds += audio.pieceSeconds ?? 0
    const ahead = seconds - (performance.now() - began) / 1000
    if (ahead > AHEAD) await pause((ahead - AHEAD) * 1000, signal)
  }
  // An empty event ends the audio, an empty message the stream of signatures.
  await exchange.write(await sign(encodeEventStreamMessage(AUDIO_EVENT, new Uint8Array(0))))
  await exchange.write(await sign(new Uint8Array(0)))
  exchange.end()
}

function transcriptOf(
  { body }: UpstreamResponse,
  { language, speakers, redacts }: StreamOrder,
  stop: () => void,
): TranscriptStream {
  const decoder = createEventStreamDecoder()
  const reader = createTranscriptReader({ speakers, redacts, ...(language && { language }) })
  const waiting: Heard[] = []
  let isOver = false
  return {
    async read() {
      while (waiting.length === 0 && !isOver) {
        const bytes = await body.read()
        if (bytes === undefined) {
          decoder.end()
          isOver = true
          break
        }
        for (const { messageType, type, payload } of decoder.read(bytes)) {
          if (messageType !== 'event') {
            stop()
            throw faultOf(type, payload)
          }
          waiting.push(...reader.read(payload))
        }
      }
      return waiting.shift()
    },
    transcript: () => reader.transcript(),
    cancel() {
      isOver = true
      stop()
    },
  }
}

async function refusalOf(response: UpstreamResponse): Promise<unknown> {
  const text = await response.text()
  const type = response.header('x-amzn-errortype')?.split(':', 1)[0] ?? ''
  return faultOf(type, text, response.status)
}

const STATUSES: Readonly<Record<string, number>> = {
  BadRequestException: 400,
  LimitExceededException: 429,
  InternalFailureException: 500,
  ConflictException: 409,
  ServiceUnavailableException: 503,
}

function faultOf(type: string, payload: string, status = entryOf(STATUSES, type) ?? 500): unknown {
  const said = messageIn(payload)
  const error = awsError(status, type, said)
  const words = `Transcribe answered ${status} ${type}: ${said}`
  const cause = Object.assign(new Error(words), { type, status })
  const isOurs = type === 'BadRequestException'
  return asAudioFault(
    new GatewayError(error.code, error.message, {
      ...error,
      ...(isOurs && { param: 'file' }),
      cause,
    }),
  )
}

function messageIn(payload: string): string {
  try {
    const fields = fieldsOf(JSON.parse(payload))
    return textOf(fields['Message']) ?? textOf(fields['message']) ?? ''
  } catch {
    return payload.slice(0, 500)
  }
}
