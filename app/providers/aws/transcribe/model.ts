import type { Usage } from '../../../conversation/events.ts'
import { GatewayError } from '../../../errors.ts'
import type { Call, Served } from '../../../ports/call.ts'
import type { ModelCard } from '../../../ports/models.ts'
import type {
  Transcript,
  TranscriptionModel,
  TranscriptionRequest,
  TranscriptStream,
} from '../../../ports/transcription.ts'
import { readTranscribeFields, TRANSLATION_FIELDS, type TranscribeFields } from './fields.ts'
import { type JobDependencies, transcribeByJob } from './job.ts'
import { codeOf, STREAMING_LANGUAGES } from './languages.ts'
import { openTranscriptStream, type StreamDependencies } from './stream.ts'
import { streamHeaders } from './stream-headers.ts'
import { openStreamedAudio, type StreamedAudio } from './streamed-audio.ts'
import { streamedJob } from './streamed-job.ts'
import { translated } from './translate.ts'

interface TranscribeDependencies extends JobDependencies {
  /** Absent where no client of HTTP/2 is at hand. */
  streams?: StreamDependencies
  /** The runtime, for sentences about what it lacks. */
  runtime: string
  /** Where jobs and streams may be asked, in order of preference; never empty. */
  regions: readonly string[]
  translateRegion?: string
  /** Languages that streams tell apart where a request names none. */
  streamLanguages: readonly string[]
}

/** Amazon Transcribe: streams where they are wanted and can be had, jobs over S3 otherwise. */
export function createTranscribeModel(
  dependencies: TranscribeDependencies,
  card: ModelCard,
): TranscriptionModel {
  const { regions, folders } = dependencies
  const withBucket = regions.find((region) => folders.hasBucket(region))
  const servedIn = (region: string, ignored: string[]): Served => ({
    provider: 'aws',
    model: card.id,
    region,
    attempts: 1,
    ignored,
  })

  const byJob = async ({ request, fields }: Order, call: Call, onStarted?: () => void) => {
    if (withBucket === undefined) {
      await request.audio.cancel().catch(() => {})
      throw noWay(dependencies, request)
    }
    const order = { request, fields, region: withBucket, onStarted }
    return transcribeByJob(dependencies, order, call)
  }

  return {
    async transcribe(request, call) {
      const fields = readTranscribeFields(request)
      const region = withBucket ?? regions[0]!
      const streamed =
        withBucket === undefined
          ? await tryStream(dependencies, { request, fields }, call)
          : undefined
      const transcript =
        streamed && 'events' in streamed
          ? await gathered(streamed.events)
          : await byJob({ request: streamed?.request ?? request, fields }, call)
      const finished = await inLanguage({ transcript, request }, { ...dependencies, region }, call)
      return { ...finished, served: servedIn(region, fields.ignored) }
    },

    async stream(request, call) {
      const fields = readTranscribeFields(request)
      const streamed = await tryStream(dependencies, { request, fields }, call)
      if ('events' in streamed) {
        return { events: streamed.events, served: servedIn(regions[0]!, fields.ignored) }
      }
      const { request: rest } = streamed
      const events = await streamedJob(
        (asked, onStarted) => byJob({ request: rest, fields }, { ...call, ...asked }, onStarted),
        { call, speakers: request.speakers === true },
      )
      return { events, served: servedIn(withBucket!, fields.ignored) }
    },
  }
}

interface Order {
  request: TranscriptionRequest
  fields: TranscribeFields
}

/** A stream where one can be had; else the request with its audio as it was. */
async function tryStream(
  { streams, regions, streamLanguages }: TranscribeDependencies,
  { request, fields }: Order,
  call: Call,
): Promise<{ events: TranscriptStream } | { request: TranscriptionRequest }> {
  const languages = languagesOf(fields, streamLanguages)
  const headers = languages && streamHeaders(fields, languages)
  // A role's credentials are its signer's alone; jobs can be asked for as anybody.
  if (!streams || !headers || call.as?.roleArn !== undefined) return { request }
  const opened = await openStreamedAudio(request.audio, request.mediaType)
  if ('audio' in opened) return { request: { ...request, audio: opened.audio } }
  const { streams: audio } = opened
  if (isTooLong(audio, request.size)) {
    return { request: { ...request, audio: asWhole(audio) } }
  }
  const [only, ...others] = languages
  const events = await openTranscriptStream(
    streams,
    {
      region: regions[0]!,
      audio,
      headers,
      speakers: request.speakers === true,
      redacts: fields.members['ContentRedaction'] !== undefined,
      ...(others.length === 0 && only && { language: only }),
    },
    call.signal,
  )
  return { events }
}

/** Bytes of encoded audio whose length nobody knows, so that it cannot be sent at the pace of speech. */
const UNPACED = 4 * 1024 * 1024

const isTooLong = ({ pieceSeconds }: StreamedAudio, size = Number.POSITIVE_INFINITY) =>
  pieceSeconds === undefined && size > UNPACED

function asWhole(audio: StreamedAudio): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pieces = audio.pieces()
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await pieces.next()
        if (done) controller.close()
        else controller.enqueue(new Uint8Array(value))
      },
      cancel: async () => void (await pieces.return(undefined)),
    },
    { highWaterMark: 0 },
  )
}

/** The languages a stream is told: one, or some to choose from; undefined where it cannot know them. */
function languagesOf(
  { language }: TranscribeFields,
  configured: readonly string[],
): readonly string[] | undefined {
  const { LanguageCode: one, LanguageOptions: some } = language
  const said = one === undefined ? ((some as string[] | undefined) ?? configured) : [String(one)]
  const codes = said.map((code) => codeOf(code, STREAMING_LANGUAGES))
  if (codes.length === 0 || (codes.length === 1 && one === undefined)) return undefined
  return codes.every((code) => code !== undefined) ? codes : undefined
}

async function gathered(events: TranscriptStream): Promise<Transcript> {
  while ((await events.read()) !== undefined);
  return events.transcript().transcript
}

interface Translating extends TranscribeDependencies {
  region: string
}

async function inLanguage(
  { transcript, request }: { transcript: Transcript; request: TranscriptionRequest },
  { call: ask, translateRegion, region }: Translating,
  call: Call,
): Promise<{ transcript: Transcript; usage: Usage }> {
  const { translateTo, extras = {} } = request
  const usage: Usage = { input: 0, output: 0, audioSeconds: transcript.duration ?? 0 }
  if (translateTo === undefined) return { transcript, usage }
  const own = Object.fromEntries(
    Object.entries(extras).filter(([name]) => TRANSLATION_FIELDS.has(name)),
  )
  const dependencies = {
    call: ask,
    region: translateRegion ?? region,
    extras: own,
    target: translateTo,
  }
  const said = await translated(transcript, dependencies, call)
  return {
    transcript: said.transcript,
    usage: { ...usage, ...(said.characters > 0 && { characters: said.characters }) },
  }
}

/** Why neither a job nor a stream can be had, and what would change that. */
function noWay(
  { streams, runtime, regions }: TranscribeDependencies,
  { mediaType }: TranscriptionRequest,
): GatewayError {
  const bucket = `Set AWS_S3_BUCKET, or AWS_TRANSCRIBE_S3_BUCKET, to a bucket in ${regions.join(' or ')}.`
  const stream = streams
    ? `Without one only WAV of 16 bits, and FLAC and Ogg Opus of up to 4 MiB, are transcribed, where 'language' or AWS_TRANSCRIBE_STREAM_LANGUAGES tells the language and no field asks for what only jobs do (this is ${mediaType}).`
    : `Without one recordings are streamed, which needs a client of HTTP/2 that this runtime (${runtime}) does not have; Node, Bun, Deno and Lambda do.`
  return new GatewayError(
    'feature-unavailable',
    `Amazon Transcribe works through a bucket of S3. ${bucket} ${stream}`,
    { param: 'file' },
  )
}
