import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../app/config.ts'
import type { FoundModel, Provider } from '../../app/ports/models.ts'
import { createAwsProvider } from '../../app/providers/aws/index.ts'
import { createEmbeddedProvider } from '../../app/providers/embedded/index.ts'
import { createMemoryStateStore } from '../../app/providers/embedded/memory-state-store.ts'
import { audioEncoding } from '../../runtimes/audio-encoding.ts'
import { http2Duplex } from '../../runtimes/calling/http2-duplex.ts'
import { createUndiciTransport } from '../../runtimes/calling/undici-transport.ts'
import { speechContract } from '../contracts/speech.ts'
import { transcriptionContract } from '../contracts/transcription.ts'
import { type FakePolly, startFakePolly } from '../fakes/fake-polly.ts'
import { type FakeTranscribe, startFakeTranscribe } from '../fakes/fake-transcribe.ts'
import {
  type FakeTranscriptStream,
  startFakeTranscriptStream,
} from '../fakes/fake-transcript-stream.ts'
import { toneWav } from '../fakes/recordings-of-speech.ts'
import { openS3Server, type S3Server } from '../fakes/s3-server.ts'

const stand = {} as {
  s3: S3Server
  polly: FakePolly
  transcribe: FakeTranscribe
  streams: FakeTranscriptStream
}
const LINES = [
  { speaker: 'spk_0', start: 0.2, text: 'Hello there.' },
  { speaker: 'spk_1', start: 1.5, text: 'It works.' },
]

beforeAll(async () => {
  stand.s3 = await openS3Server()
  stand.polly = await startFakePolly()
  stand.transcribe = await startFakeTranscribe(stand.s3)
  stand.transcribe.manners.lines = LINES
  stand.streams = await startFakeTranscriptStream()
  stand.streams.manners.lines = LINES
})
afterAll(async () => {
  await stand.polly.close()
  await stand.transcribe.close()
  await stand.streams.close()
  await stand.s3.close()
})

function aws(): Provider {
  const env = {
    ...stand.s3.env,
    AWS_ENDPOINT_URL_POLLY: stand.polly.url,
    AWS_ENDPOINT_URL_COMPREHEND: stand.polly.url,
    AWS_ENDPOINT_URL_TRANSCRIBE: stand.transcribe.url,
    AWS_ENDPOINT_URL_TRANSCRIBE_STREAMING: stand.streams.url,
    AWS_TRANSCRIBE_POLL_SECONDS: '0.005',
  }
  return createAwsProvider({
    config: readConfig(env),
    state: createMemoryStateStore(),
    runtime: {
      env,
      transport: createUndiciTransport(),
      duplex: http2Duplex,
      audioEncoding,
      log: { write: () => {} },
    },
  })
}

const embedded = () =>
  createEmbeddedProvider({ config: { EMBEDDED_TOKENS_PER_SECOND: 0 }, runtime: { audioEncoding } })

const found = (provider: Provider, name: string) => provider.find(name) as FoundModel

speechContract('Amazon Polly', async () => ({
  model: found(aws(), 'amazon.polly-neural').speech!,
  voice: 'Joanna',
  formats: ['mp3', 'opus', 'ogg', 'pcm', 'wav', 'flac', 'aac'],
}))

speechContract('the embedded speech', async () => ({
  model: found(embedded(), 'embedded-speech').speech!,
  voice: 'alloy',
  formats: ['wav', 'pcm', 'mp3', 'flac', 'aac'],
}))

transcriptionContract('Amazon Transcribe', async () => ({
  model: found(aws(), 'amazon.transcribe').transcription!,
  recording: toneWav(),
  mediaType: 'audio/wav',
}))

transcriptionContract('the embedded transcription', async () => {
  const provider = embedded()
  const asked = { model: 'tts', text: 'Hello there. It works.', voice: 'alloy', format: 'wav' }
  const call = { requestId: 'req_1', signal: new AbortController().signal }
  const { audio } = await found(provider, 'tts-1').speech!.speak(asked, call)
  return {
    model: found(provider, 'whisper-1').transcription!,
    recording: new Uint8Array(await new Response(audio).arrayBuffer()),
    mediaType: 'audio/wav',
  }
})

describe('an account that has only a Bedrock API key', () => {
  it('has neither of Amazon’s speech services', () => {
    const env = { AWS_BEARER_TOKEN_BEDROCK: 'ABSK' }
    const provider = createAwsProvider({
      config: readConfig(env),
      state: createMemoryStateStore(),
      runtime: { env, transport: createUndiciTransport(), log: { write: () => {} } },
    })
    expect(found(provider, 'amazon.transcribe')?.transcription).toBeUndefined()
    expect(found(provider, 'amazon.polly-neural')?.speech).toBeUndefined()
  })
})
