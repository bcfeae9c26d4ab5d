import { GatewayError, messageOf } from '../../../errors.ts'
import type { Call } from '../../../ports/call.ts'
import type { Transcript, TranscriptionRequest } from '../../../ports/transcription.ts'
import { isRefusal } from '../audio-faults.ts'
import type { AudioFolder, AudioFolders } from '../audio-work/folders.ts'
import { patientLook } from '../audio-work/patience.ts'
import { pause } from '../bedrock/embeddings/fan-out.ts'
import type { AwsCall } from '../call.ts'
import { askJson, type Fields, fieldsOf, objectsOf, textOf } from '../json-protocol.ts'
import { tagsOf } from '../tags.ts'
import type { Warn } from '../warn.ts'
import type { TranscribeFields } from './fields.ts'
import { mediaFormatOf } from './media.ts'
import { readResult } from './read-result.ts'

export interface JobDependencies {
  call: AwsCall
  folders: AudioFolders
  /** Milliseconds between two looks at a job; they get longer. */
  lookEvery: number
  /** The KMS key of transcripts in S3. */
  outputKey?: string
  warn: Warn
}

type Asked = Pick<Call, 'signal' | 'as'>

interface JobOrder {
  request: TranscriptionRequest
  fields: TranscribeFields
  region: string
  /** AWS has taken the job. */
  onStarted?(): void
}

/**
 * Has a job of Amazon Transcribe write down a recording (StartTranscriptionJob, GetTranscriptionJob): both
 * go through our bucket, tagged, and are gone with the job when it has ended, well or not. Throws `GatewayError`.
 */
export async function transcribeByJob(
  dependencies: JobDependencies,
  { request, fields, region, onStarted }: JobOrder,
  asked: Asked,
): Promise<Transcript> {
  const format = mediaFormatOf(request.mediaType)
  const { folder, address } = await placeOf(dependencies.folders, { request, region, format })
  const job: Job = { name: folder.name, region: folder.region, folder }
  // A start that broke off, by the caller or on the way, may have been taken all the same.
  let state: 'refused' | 'maybe-running' | 'ended' = 'maybe-running'
  try {
    await start(dependencies, { job, request, fields, address, format }, asked).catch((thrown) => {
      if (isRefusal(thrown)) state = 'refused'
      throw thrown
    })
    onStarted?.()
    const ended = await finish(dependencies, job, asked)
    state = 'ended'
    if (ended['TranscriptionJobStatus'] === 'FAILED') throw failureOf(ended)
    return await resultIn(folder, textOf(ended['LanguageCode']))
  } finally {
    if (state === 'maybe-running') void abandon(dependencies, job, asked)
    else if (state === 'ended') await clear(dependencies, job, asked)
    else await folder.close()
  }
}

interface Job {
  name: string
  region: string
  folder: AudioFolder
}

/** Where the recording lies for the job: where it was laid already, else a folder of its own. */
async function placeOf(
  folders: AudioFolders,
  { request, region, format }: { request: TranscriptionRequest; region: string; format: string },
): Promise<{ folder: AudioFolder; address: string }> {
  const { lies, audio, labels = {} } = request
  const known = lies && folders.at(lies.address)
  if (known) {
    known.taken = true
    await audio.cancel().catch(() => {})
    return { folder: known, address: lies.address }
  }
  const folder = await folders.open(region)
  const file = `audio.${format}`
  try {
    await folder.write(file, audio, labels)
  } catch (thrown) {
    await folder.close()
    throw thrown
  }
  return { folder, address: folder.address(file) }
}

interface Starting {
  job: Job
  request: TranscriptionRequest
  fields: TranscribeFields
  address: string
  format: string
}

const RESULT = 'transcript.json'

async function start(
  { call, outputKey }: JobDependencies,
  { job, request, fields, address, format }: Starting,
  { signal, as }: Asked,
): Promise<void> {
  const { name, region, folder } = job
  const { labels = {} } = request
  const tags = tagsOf(labels).map(([Key, Value]) => ({ Key, Value }))
  const input = {
    TranscriptionJobName: name,
    Media: { MediaFileUri: address },
    MediaFormat: format,
    ...fields.language,
    ...(Object.keys(fields.settings).length > 0 && { Settings: fields.settings }),
    ...fields.members,
    OutputBucketName: folder.bucket,
    OutputKey: folder.prefix + RESULT,
    ...(outputKey && { OutputEncryptionKMSKeyId: outputKey }),
    ...(tags.length > 0 && { Tags: tags }),
  }
  const target = 'Transcribe.StartTranscriptionJob'
  await askJson(call, { service: 'transcribe', region, target, input, as }, signal)
}

/** How much longer each pause is than the one before, and the longest of them beside the first. */
const GROWTH = 1.3
const LONGEST_PAUSE = 10

/** What AWS says of the job when it has ended, well or not. */
async function finish(
  { call, lookEvery }: Pick<JobDependencies, 'call' | 'lookEvery'>,
  { name, region }: Job,
  { signal, as }: Asked,
): Promise<Fields> {
  const target = 'Transcribe.GetTranscriptionJob'
  const input = { TranscriptionJobName: name }
  const asked = { service: 'transcribe', region, target, input, as } as const
  const look = patientLook(async () =>
    fieldsOf((await askJson(call, asked, signal))['TranscriptionJob']),
  )
  for (let wait = lookEvery; ; wait = Math.min(wait * GROWTH, lookEvery * LONGEST_PAUSE)) {
    await pause(wait, signal)
    if (signal.aborted) throw signal.reason
    const job = await look()
    if (ENDED.has(job['TranscriptionJobStatus'])) return job
  }
}

const ENDED: ReadonlySet<unknown> = new Set(['COMPLETED', 'FAILED'])

/** Reasons that are about the recording, in AWS's words (TranscriptionJob, FailureReason). */
const ABOUT_MEDIA =
  /media (file|format)|audio (file|format|codec)|file size|channels|sample rate|format|not valid|isn.t valid|too (long|short)|language/i

function failureOf(job: Fields): GatewayError {
  const reason = textOf(job['FailureReason']) ?? 'no reason was given'
  const cause = new Error(`the job failed: ${reason}`)
  if (/internal/i.test(reason) || !ABOUT_MEDIA.test(reason)) {
    return new GatewayError(
      'upstream',
      'The recording could not be transcribed. Retry the request.',
      {
        cause,
      },
    )
  }
  return new GatewayError('invalid-request', `The recording could not be transcribed: ${reason}`, {
    param: 'file',
    reason: 'invalid_audio',
    cause,
  })
}

/** A redacted transcript has another name, and is the only one there then. */
async function resultIn(folder: AudioFolder, language?: string): Promise<Transcript> {
  const files = (await folder.list()).filter((name) => name.endsWith('.json'))
  const file = files.find((name) => name.includes('redacted')) ?? files[0]
  const body = file === undefined ? undefined : await folder.read(file)
  if (!body) throw new GatewayError('upstream', 'The transcript is nowhere to be found.')
  return readResult(await new Response(body).text(), language)
}

/** What could not be deleted keeps the lease, by which a sweep finds it. */
async function clear(
  { call, warn }: Pick<JobDependencies, 'call' | 'warn'>,
  { name, region, folder }: Job,
  { as }: Pick<Call, 'as'>,
): Promise<void> {
  let isGone = true
  await deleteJob(call, { name, region, as }).catch((thrown: unknown) => {
    isGone = false
    const detail = messageOf(thrown)
    warn('A transcription job could not be deleted.', { region, job: name, detail })
  })
  await folder.close(isGone)
}

/** Milliseconds for the calls that clear up. */
const CLEARING = 10_000
/** Milliseconds for which a job that nobody waits for is still watched. */
const LONGEST_WATCH = 8 * 3_600_000
const RARELY = 5

/**
 * AWS cannot stop a job, nor delete one that runs. One that nobody waits for any more is watched to its end, for until
 * then it may write into the folder; then everything goes. Never rejects.
 */
async function abandon(dependencies: JobDependencies, job: Job, { as }: Asked): Promise<void> {
  const signal = AbortSignal.timeout(LONGEST_WATCH)
  const { call, lookEvery } = dependencies
  try {
    await finish({ call, lookEvery: lookEvery * RARELY }, job, { signal, as })
  } catch {
    // Whether it failed or cannot be seen any more: what it left goes.
  }
  await clear(dependencies, job, { as })
}

/** The jobs whose names hold this. */
export async function jobsNamed(call: AwsCall, part: string, region: string): Promise<string[]> {
  const names: string[] = []
  let NextToken: string | undefined
  do {
    const answer: Fields = await askJson(
      call,
      {
        service: 'transcribe',
        region,
        target: 'Transcribe.ListTranscriptionJobs',
        input: { JobNameContains: part, MaxResults: 100, ...(NextToken && { NextToken }) },
      },
      AbortSignal.timeout(CLEARING),
    )
    for (const wire of objectsOf(answer['TranscriptionJobSummaries'])) {
      const name = textOf(wire['TranscriptionJobName'])
      if (name) names.push(name)
    }
    NextToken = textOf(answer['NextToken'])
  } while (NextToken)
  return names
}

/** Deletes a job, if it is there. Throws for one that has not ended. */
export async function deleteJob(
  call: AwsCall,
  { name, region, as }: Pick<Job, 'name' | 'region'> & Pick<Call, 'as'>,
): Promise<void> {
  const input = { TranscriptionJobName: name }
  const target = 'Transcribe.DeleteTranscriptionJob'
  const asked = { service: 'transcribe', region, target, input, as } as const
  await askJson(call, asked, AbortSignal.timeout(CLEARING)).catch((thrown: unknown) => {
    if (!isUnknownJob(thrown)) throw thrown
  })
}

/** DeleteTranscriptionJob has one exception for a job that is not there and for one that runs (service model). */
const isUnknownJob = (thrown: unknown) =>
  thrown instanceof GatewayError &&
  (thrown.code === 'not-found' || /(be|not) found|not exist/i.test(thrown.message))
