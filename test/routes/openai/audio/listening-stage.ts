import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type FakeTranscribe, startFakeTranscribe } from '../../../fakes/fake-transcribe.ts'
import {
  type FakeTranscriptStream,
  startFakeTranscriptStream,
} from '../../../fakes/fake-transcript-stream.ts'
import { LINES } from '../../../fakes/spoken.ts'
import { useSpeech } from './stage.ts'

interface ListeningStage {
  transcribe: FakeTranscribe
  streams: FakeTranscriptStream
}

/** Everything that listens, beside everything that speaks. */
export function useListening() {
  const speech = useSpeech()
  const stand = {} as ListeningStage
  beforeAll(async () => {
    stand.transcribe = await startFakeTranscribe(speech.s3)
    stand.streams = await startFakeTranscriptStream()
  })
  beforeEach(async () => {
    stand.transcribe.forget()
    stand.transcribe.requests.length = 0
    const { streams } = stand
    streams.opened.length = 0
    streams.heard.length = 0
    streams.faults.length = 0
    streams.manners.lines = LINES
    delete streams.manners.exception
    delete streams.manners.refusal
    delete streams.manners.finish
    await speech.s3.empty()
  })
  afterAll(async () => {
    await stand.transcribe.close()
    await stand.streams.close()
  })
  /** With a bucket, unless told otherwise. */
  const open = (more: Record<string, string> = {}, brings: object = {}) =>
    speech.open(
      {
        AWS_ENDPOINT_URL_TRANSCRIBE: stand.transcribe.url,
        AWS_ENDPOINT_URL_TRANSLATE: stand.transcribe.url,
        AWS_ENDPOINT_URL_TRANSCRIBE_STREAMING: stand.streams.url,
        AWS_S3_BUCKET: speech.s3.bucket,
        ...more,
      },
      brings,
    )
  return Object.assign(stand, { open, speech })
}

/** The events of an answer. */
export const eventsIn = (text: string): Record<string, unknown>[] =>
  text
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: '))
    .map((frame) => JSON.parse(frame.slice(6)))

export function formOf(file: File, fields: Record<string, string | string[]>): FormData {
  const form = new FormData()
  form.append('file', file)
  for (const [name, value] of Object.entries({ model: 'whisper-1', ...fields })) {
    for (const one of [value].flat()) form.append(name, one)
  }
  return form
}

export const errorOf = async (response: Response) => ({
  status: response.status,
  ...((await response.json()) as { error: { message: string; param: string; code: string } }).error,
})
