import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import {
  type FakeService,
  fault,
  type ServiceAnswer,
  type ServiceRequest,
  startFakeService,
} from './fake-aws-service.ts'
import type { S3Server } from './s3-server.ts'
import { jobResult, LINES, type SpokenLine } from './spoken.ts'

type Fields = Record<string, unknown>

interface Job {
  input: Fields
  looks: number
  created: number
  /** Of its media. */
  size: number
}

interface TranscribeManners {
  lines: SpokenLine[]
  language: string
  /** Looks before a job has ended. */
  looks: number
  fails?: string
  refusals: ServiceAnswer[]
  /** Answers of GetTranscriptionJob before the true ones. */
  lookFaults: ServiceAnswer[]
  /** What happens when a job was taken, before that is told; where it throws, the connection breaks. */
  taken?(): Promise<void> | void
  /** Answers of TranslateText before the true ones. */
  translateFaults: ServiceAnswer[]
  /** Says a text in another language, line by line; nothing where it is undefined. */
  translate(text: string): string | undefined
  /** Jobs on one page of a listing. */
  pageSize?: number
  /** What a job writes in place of its transcript; nothing where it is empty. */
  result?: string
}

export interface FakeTranscribe extends FakeService {
  manners: TranscribeManners
  /** Jobs that have not been deleted. */
  jobs: Map<string, Job>
  /** Every job that was ever begun. */
  begun: Job[]
  forget(): void
}

/** Amazon Transcribe's jobs and Amazon Translate by their service models, over a real S3. */
export async function startFakeTranscribe(s3: S3Server): Promise<FakeTranscribe> {
  const jobs = new Map<string, Job>()
  const begun: Job[] = []
  const manners = {} as TranscribeManners
  const forget = () => {
    jobs.clear()
    begun.length = 0
    delete manners.fails
    delete manners.taken
    delete manners.result
    delete manners.pageSize
    Object.assign(manners, {
      lines: LINES,
      language: 'en-US',
      looks: 1,
      refusals: [],
      lookFaults: [],
      translateFaults: [],
      translate: (text: string) => text.toUpperCase(),
    })
  }
  forget()
  const known = { s3, jobs, begun, manners }
  const service = await startFakeService((request) => {
    const [, operation = ''] = (request.headers['x-amz-target'] ?? '').split('.')
    // Others may ask at any time: servers sweep behind one another.
    const refusal = operation === 'StartTranscriptionJob' ? manners.refusals.shift() : undefined
    return (
      refusal ??
      OPERATIONS[operation]?.(request, known) ??
      fault(400, 'UnknownOperationException', '')
    )
  })
  return { ...service, manners, jobs, begun, forget }
}

interface Known {
  s3: S3Server
  jobs: Map<string, Job>
  begun: Job[]
  manners: TranscribeManners
}

type Operation = (request: ServiceRequest, known: Known) => ServiceAnswer | Promise<ServiceAnswer>

const OPERATIONS: Record<string, Operation> = {
  async StartTranscriptionJob({ json }, known) {
    const { TranscriptionJobName: name, Media, OutputBucketName, OutputKey } = json
    const refusal = checkJob(json)
    if (refusal) return refusal
    if (known.jobs.has(String(name))) return fault(400, 'ConflictException', 'The name is taken.')
    const { MediaFileUri } = Media as { MediaFileUri: string }
    const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(MediaFileUri) ?? []
    const head = await known.s3.client
      .send(new HeadObjectCommand({ Bucket, Key }))
      .catch(() => undefined)
    if (!head || !OutputBucketName || !OutputKey) {
      return fault(400, 'BadRequestException', "The S3 URI that you provided can't be accessed.")
    }
    const job: Job = {
      input: json,
      looks: known.manners.looks,
      created: Date.now() / 1000,
      size: head.ContentLength ?? 0,
    }
    known.jobs.set(String(name), job)
    known.begun.push(job)
    await known.manners.taken?.()
    return { json: { TranscriptionJob: told(job, 'IN_PROGRESS') } }
  },

  async GetTranscriptionJob({ json }, known) {
    const trouble = known.manners.lookFaults.shift()
    if (trouble) return trouble
    const job = known.jobs.get(String(json['TranscriptionJobName']))
    if (!job) return fault(400, 'NotFoundException', "The requested job couldn't be found.")
    if (job.looks > 0) {
      job.looks -= 1
      return { json: { TranscriptionJob: told(job, 'IN_PROGRESS') } }
    }
    const { fails, lines, language } = known.manners
    if (fails) {
      const failed = { ...told(job, 'FAILED'), FailureReason: fails }
      return { json: { TranscriptionJob: failed } }
    }
    await writeResult(job, known, { lines, language })
    const LanguageCode = job.input['LanguageCode'] ?? language
    return { json: { TranscriptionJob: { ...told(job, 'COMPLETED'), LanguageCode } } }
  },

  DeleteTranscriptionJob({ json }, { jobs }) {
    const name = String(json['TranscriptionJobName'])
    const job = jobs.get(name)
    // The service model knows one exception for both.
    if (!job) return fault(400, 'BadRequestException', "The requested job couldn't be found.")
    if (job.looks > 0) return fault(400, 'BadRequestException', 'The job is IN_PROGRESS.')
    jobs.delete(name)
    return { json: {} }
  },

  ListTranscriptionJobs({ json }, { jobs, manners: { pageSize = 100 } }) {
    const part = String(json['JobNameContains'] ?? '')
    const found = [...jobs].filter(([name]) => name.includes(part))
    const start = Number(json['NextToken'] ?? 0)
    const end = start + pageSize
    const summaries = found.slice(start, end).map(([TranscriptionJobName, { created }]) => ({
      TranscriptionJobName,
      CreationTime: created,
    }))
    const next = end < found.length && { NextToken: String(end) }
    return { json: { TranscriptionJobSummaries: summaries, ...next } }
  },

  TranslateText({ json }, { manners }) {
    const trouble = manners.translateFaults.shift()
    if (trouble) return trouble
    const { Text, SourceLanguageCode, TargetLanguageCode } = json
    const text = String(Text)
    if (Buffer.byteLength(text) > 10_000) {
      return fault(400, 'TextSizeLimitExceededException', 'Input text size exceeds limit.')
    }
    if (!/^([a-z]{2,3}(-[A-Z]{2})?|auto)$/.test(String(SourceLanguageCode))) {
      return fault(
        400,
        'UnsupportedLanguagePairException',
        `${SourceLanguageCode} to ${TargetLanguageCode}`,
      )
    }
    return {
      json: { TranslatedText: manners.translate(text), SourceLanguageCode, TargetLanguageCode },
    }
  },
}

const FORMATS = ['mp3', 'mp4', 'wav', 'flac', 'ogg', 'amr', 'webm', 'm4a']

function checkJob(json: Fields): ServiceAnswer | undefined {
  const { TranscriptionJobName: name, MediaFormat, Settings = {}, LanguageOptions } = json
  const ways = ['LanguageCode', 'IdentifyLanguage', 'IdentifyMultipleLanguages'].filter(
    (way) => json[way],
  )
  const settings = Settings as Fields
  if (!/^[0-9a-zA-Z._-]{1,200}$/.test(String(name))) return bad('TranscriptionJobName')
  if (!FORMATS.includes(String(MediaFormat))) return bad('MediaFormat')
  if (ways.length !== 1) return bad('exactly one of LanguageCode, IdentifyLanguage ...')
  if (LanguageOptions && (LanguageOptions as unknown[]).length < 2) return bad('LanguageOptions')
  if (settings['ShowSpeakerLabels'] && !settings['MaxSpeakerLabels']) return bad('MaxSpeakerLabels')
  return undefined
}

const bad = (what: string) => fault(400, 'BadRequestException', `Not valid: ${what}`)

const told = ({ input, created }: Job, status: string) => ({
  TranscriptionJobName: input['TranscriptionJobName'],
  TranscriptionJobStatus: status,
  CreationTime: created,
})

async function writeResult(
  { input }: Job,
  { s3, manners: { result: instead } }: Known,
  { lines, language }: { lines: SpokenLine[]; language: string },
): Promise<void> {
  const { OutputBucketName: Bucket, OutputKey, Settings = {}, LanguageCode } = input
  const speakers = (Settings as Fields)['ShowSpeakerLabels'] === true
  const alternatives = (Settings as Fields)['ShowAlternatives'] === true
  const identified = LanguageCode === undefined ? { language } : {}
  const result = jobResult(lines, { speakers, alternatives, ...identified })
  const folder = String(OutputKey).replace(/[^/]+$/, '')
  const file = String(OutputKey).slice(folder.length)
  const Key = input['ContentRedaction'] ? `${folder}redacted-${file}` : String(OutputKey)
  const put = (key: string, Body: string) =>
    s3.client.send(new PutObjectCommand({ Bucket: String(Bucket), Key: key, Body }))
  // Transcribe tries whether it may write before it does.
  await put(`${folder}.write_access_check_file.temp`, 'x')
  const written = instead ?? JSON.stringify(result)
  if (written) await put(Key, written)
}
