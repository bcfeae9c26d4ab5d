import type { ServerResponse } from 'node:http'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { shippedVoices } from '../../app/providers/aws/polly/data/voices.ts'
import {
  type FakeService,
  fault,
  type ServiceAnswer,
  type ServiceRequest,
  startFakeService,
} from './fake-aws-service.ts'
import type { S3Server } from './s3-server.ts'

/** What the fake does beside answering well. */
interface PollyManners {
  /** Comprehend's answer; it refuses where absent. */
  language?: string
  /** Answers of SynthesizeSpeech before the good ones; a good one where there is none. */
  refusals: (ServiceAnswer | undefined)[]
  /** Writes the audio itself. */
  speak?(response: ServerResponse, request: ServiceRequest): void | Promise<void>
  /** Looks at a task before it has ended. */
  looks: number
  taskFails?: string
  /** What happens when a task was taken, before that is told; where it throws, the connection breaks. */
  taken?(): Promise<void> | void
  /** Answers of GetSpeechSynthesisTask before the true ones. */
  lookFaults: ServiceAnswer[]
  /** Pages of DescribeVoices in place of one with all of them; it is refused where there is none. */
  voicePages?: unknown[][]
}

export interface FakePolly extends FakeService {
  manners: PollyManners
  /** Have tasks that `taken` kept from being told spoken all the same. */
  late: (() => Promise<unknown>)[]
  /** Bodies of SynthesizeSpeech so far. */
  spoken(): Record<string, unknown>[]
}

const RATES: Record<string, string[]> = {
  mp3: ['8000', '16000', '22050', '24000', '44100', '48000'],
  ogg_vorbis: ['8000', '16000', '22050', '24000', '44100', '48000'],
  ogg_opus: ['48000'],
  pcm: ['8000', '16000'],
  mulaw: ['8000'],
  alaw: ['8000'],
}

const TYPES: Record<string, string> = {
  mp3: 'audio/mpeg',
  ogg_vorbis: 'audio/ogg',
  ogg_opus: 'audio/ogg',
  pcm: 'audio/pcm',
  mulaw: 'audio/mulaw',
  alaw: 'audio/alaw',
  json: 'application/x-json-stream',
}

const VOICES = shippedVoices().map(({ id, female, languages, engines }) => ({
  Id: id,
  Name: id,
  Gender: female ? 'Female' : 'Male',
  LanguageCode: languages[0],
  AdditionalLanguageCodes: languages.slice(1),
  SupportedEngines: [...engines],
}))

/** Amazon Polly and Comprehend's DetectDominantLanguage by their service models; tasks write into `s3`. */
export async function startFakePolly(s3?: S3Server): Promise<FakePolly> {
  const manners: PollyManners = { refusals: [], lookFaults: [], looks: 1 }
  const tasks = new Map<string, { fields: Record<string, unknown>; looks: number }>()
  const late: FakePolly['late'] = []
  const service = await startFakeService(async (request) => {
    const { path, method, headers, json } = request
    if (headers['x-amz-target']) return languages(request, manners)
    if (path.startsWith('/v1/voices')) return voicesAt(path, manners)
    if (path === '/v1/synthesisTasks' && method === 'POST') {
      const TaskId = crypto.randomUUID()
      const task = { fields: json, looks: manners.looks }
      tasks.set(TaskId, task)
      if (manners.taken) {
        late.push(() => look(TaskId, { ...task, looks: 0 }, { manners, s3 }))
        await manners.taken()
      }
      return { json: { SynthesisTask: { ...json, TaskId, TaskStatus: 'scheduled' } } }
    }
    if (path.startsWith('/v1/synthesisTasks/')) {
      const trouble = manners.lookFaults.shift()
      if (trouble) return trouble
      const TaskId = path.split('/')[3]!
      const task = tasks.get(TaskId)
      if (!task) return fault(404, 'SynthesisTaskNotFoundException', 'No such task.')
      return { json: { SynthesisTask: await look(TaskId, task, { manners, s3 }) } }
    }
    const refusal = manners.refusals.shift() ?? check(json)
    if (refusal) return refusal
    return { write: (response) => speak(response, request, manners) }
  })
  return {
    ...service,
    manners,
    late,
    spoken: () =>
      service.requests.filter(({ path }) => path === '/v1/speech').map(({ json }) => json),
  }
}

function voicesAt(path: string, { voicePages = [VOICES] }: PollyManners): ServiceAnswer {
  const page = Number(new URL(path, 'http://polly').searchParams.get('NextToken') ?? 0)
  const Voices = voicePages[page]
  if (!Voices) return fault(403, 'AccessDeniedException', 'User: x is not authorized to perform')
  const next = page + 1 < voicePages.length && { NextToken: String(page + 1) }
  return { json: { Voices, ...next } }
}

function languages({ headers, json }: ServiceRequest, { language }: PollyManners): ServiceAnswer {
  if (headers['x-amz-target'] !== 'Comprehend_20171127.DetectDominantLanguage' || !json['Text']) {
    return fault(400, 'InvalidRequestException', 'What?')
  }
  if (!language) return fault(400, 'AccessDeniedException', 'User: x is not authorized to perform')
  return { json: { Languages: [{ LanguageCode: language, Score: 0.99 }] } }
}

/** What the service model and the quotas let through. */
function check(fields: Record<string, unknown>): ServiceAnswer | undefined {
  const { Text, TextType = 'text', VoiceId, Engine = 'standard', OutputFormat, SampleRate } = fields
  const text = String(Text)
  const voice = VOICES.find(({ Id }) => Id === VoiceId)
  if (!voice) return fault(400, 'ValidationException', `1 validation error: voiceId ${VoiceId}`)
  if (!voice.SupportedEngines.includes(Engine as never)) {
    return fault(400, 'EngineNotSupportedException', `${VoiceId} does not support ${Engine}.`)
  }
  if (!TYPES[String(OutputFormat)]) return fault(400, 'ValidationException', 'outputFormat')
  if (SampleRate && !RATES[String(OutputFormat)]?.includes(String(SampleRate))) {
    return fault(400, 'InvalidSampleRateException', 'The specified sample rate is not valid.')
  }
  const isMarks = OutputFormat === 'json'
  if (isMarks !== (fields['SpeechMarkTypes'] !== undefined)) {
    return fault(400, 'MarksNotSupportedForFormatException', 'Speech marks are not supported.')
  }
  const words = TextType === 'ssml' ? text.replace(/<[^>]*>/g, '') : text
  if (words.length > 3000 || text.length > 6000) {
    return fault(400, 'TextLengthExceededException', 'Maximum text length has been exceeded')
  }
  if (TextType === 'ssml' && !/^<speak[\s\S]*<\/speak>$/.test(text)) {
    return fault(400, 'InvalidSsmlException', 'Invalid SSML request')
  }
  return undefined
}

/** Samples of a tone, or words that tell what would be heard: `mp3 of Joanna: Hello`. */
export function audioOf({ OutputFormat, SampleRate, VoiceId, Text }: Record<string, unknown>) {
  if (OutputFormat === 'json') {
    return Buffer.from(
      `{"time":0,"type":"sentence","start":0,"end":${Buffer.byteLength(String(Text))},"value":${JSON.stringify(Text)}}\n`,
    )
  }
  if (OutputFormat !== 'pcm') return Buffer.from(`${OutputFormat} of ${VoiceId}: ${Text}`)
  const rate = Number(SampleRate ?? 16000)
  const samples = new Int16Array(rate)
  for (let at = 0; at < rate; at += 1) {
    samples[at] = 8000 * Math.sin((2 * Math.PI * 440 * at) / rate)
  }
  return Buffer.from(samples.buffer)
}

async function speak(response: ServerResponse, request: ServiceRequest, manners: PollyManners) {
  const { json } = request
  const text = String(json['Text'])
  const words = json['TextType'] === 'ssml' ? text.replace(/<[^>]*>/g, '') : text
  response.writeHead(200, {
    'content-type': TYPES[String(json['OutputFormat'])],
    'x-amzn-requestcharacters': String(words.length),
  })
  if (manners.speak) return manners.speak(response, request)
  const audio = audioOf(json)
  // In pieces of an odd length, as networks cut them.
  for (let at = 0; at < audio.length; at += 1001) response.write(audio.subarray(at, at + 1001))
  response.end()
}

interface Writing {
  manners: PollyManners
  s3: S3Server | undefined
}

async function look(
  TaskId: string,
  task: { fields: Record<string, unknown>; looks: number },
  { manners, s3 }: Writing,
) {
  const { fields } = task
  if (task.looks > 0) {
    task.looks -= 1
    return { TaskId, TaskStatus: 'inProgress' }
  }
  if (manners.taskFails) {
    return { TaskId, TaskStatus: 'failed', TaskStatusReason: manners.taskFails }
  }
  const Bucket = String(fields['OutputS3BucketName'])
  const Key = `${fields['OutputS3KeyPrefix']}.${TaskId}.mp3`
  await s3?.client.send(new PutObjectCommand({ Bucket, Key, Body: audioOf(fields) }))
  return {
    TaskId,
    TaskStatus: 'completed',
    OutputUri: `https://s3.us-east-1.amazonaws.com/${Bucket}/${Key}`,
    RequestCharacters: String(fields['Text']).length,
  }
}
