import type { Config } from '../../config.ts'
import type { AudioStaging } from '../../ports/audio-staging.ts'
import type { FoundModel, ModelCard, Provider } from '../../ports/models.ts'
import type { StateStore } from '../../ports/state-store.ts'
import { aboutAudio } from './audio-faults.ts'
import { createAudioFolders } from './audio-work/folders.ts'
import { keepSwept } from './audio-work/keep-swept.ts'
import { createLeases } from './audio-work/leases.ts'
import { createAudioStaging } from './audio-work/staging.ts'
import type { AwsRuntime } from './aws-runtime.ts'
import type { Routing } from './bedrock/routed.ts'
import { type AwsCallDependencies, createAwsCall } from './call.ts'
import type { Endpoints } from './endpoints.ts'
import { createPollyModels } from './polly/models.ts'
import { createVoiceBook } from './polly/voice-book.ts'
import { regionsOf } from './regions-of.ts'
import { sigV4Signer } from './sign.ts'
import { staticCredentials } from './static-credentials.ts'
import { createTranscribeModel } from './transcribe/model.ts'

interface AwsAudioOptions {
  config: Config
  runtime: AwsRuntime
  routing: Routing
  endpoints: Endpoints
  signAs: AwsCallDependencies['signAs']
  state?: StateStore
}

/** Amazon's services that speak and listen, as models. */
interface AwsAudio {
  /** Where a bucket is configured for recordings. */
  staging?: AudioStaging
  list(): ModelCard[]
  find(name: string): FoundModel | undefined
}

/** The same provider, whose models speak and listen as well. */
export function withAudio(provider: Provider, audio: AwsAudio | undefined): Provider {
  if (!audio) return provider
  return {
    ...provider,
    ...(audio.staging && { staging: audio.staging }),
    async list() {
      const cards = await provider.list()
      // An empty list says that nothing can be known of Bedrock's models; a few others would belie it.
      return cards.length === 0 ? cards : [...cards, ...audio.list()]
    },
    find: (name, options) => audio.find(name) ?? provider.find(name, options),
  }
}

/** Undefined where only a Bedrock API key is configured, which opens neither Polly nor Transcribe. */
export function createAwsAudio(options: AwsAudioOptions): AwsAudio | undefined {
  const { config, runtime, endpoints, signAs, state } = options
  // A text that is spoken twice is paid twice.
  const routing = { ...options.routing, hedgeAfter: 0 }
  const credentials = runtime.credentials ?? staticCredentials(runtime.env)
  if (!credentials || !state) return undefined
  const call = aboutAudio(
    createAwsCall({
      transport: runtime.transport,
      endpoints,
      sign: sigV4Signer({ credentials, digest: runtime.digest }),
      signAs,
      connectTimeout: config.CONNECT_TIMEOUT * 1000,
    }),
  )
  const leases = createLeases({ state })
  const { warn } = routing
  const plain = createAudioFolders({ config, runtime, leases, warn })
  const pollyRegions = config.AWS_POLLY_REGION ? [config.AWS_POLLY_REGION] : regionsOf(config)
  const regions = config.AWS_TRANSCRIBE_REGION ? [config.AWS_TRANSCRIBE_REGION] : regionsOf(config)
  const work = [...new Set([...regions, ...pollyRegions])].filter((one) => plain.hasBucket(one))
  const folders = keepSwept({ leases, folders: plain, regions: work, call, warn }, runtime)
  const lookEvery = config.AWS_TRANSCRIBE_POLL_SECONDS * 1000
  const polly = createPollyModels({
    ...routing,
    call,
    voices: createVoiceBook(call, runtime.linger),
    folders,
    encoding: runtime.audioEncoding,
    comprehendRegion: config.AWS_COMPREHEND_REGION,
    language: config.DEFAULT_TTS_LANGUAGE,
    lookEvery,
    regions: pollyRegions,
    isChosen: config.AWS_POLLY_REGION !== undefined,
  })
  const listener: FoundModel = {
    card: LISTENER,
    transcription: createTranscribeModel(
      {
        call,
        folders,
        lookEvery,
        outputKey: config.AWS_TRANSCRIBE_OUTPUT_ENCRYPTION_KEY_ARN,
        warn,
        streams: runtime.duplex && {
          duplex: runtime.duplex,
          endpoints,
          credentials,
          digest: runtime.digest,
          connectTimeout: config.CONNECT_TIMEOUT * 1000,
        },
        runtime: runtime.name ?? 'unknown',
        regions,
        translateRegion: config.AWS_TRANSLATE_REGION,
        streamLanguages: config.AWS_TRANSCRIBE_STREAM_LANGUAGES,
      },
      LISTENER,
    ),
  }
  const home = regions.find((region) => folders.hasBucket(region))
  return {
    ...(home && { staging: createAudioStaging(folders, home) }),
    list: () => [...polly.list(), { ...LISTENER, listing: { regions } }],
    find: (name) => (name === LISTENER.id ? listener : polly.find(name)),
  }
}

const LISTENER: ModelCard = {
  id: 'amazon.transcribe',
  name: 'Amazon Transcribe',
  provider: 'aws',
  owner: 'Amazon',
  created: 0,
  input: ['audio'],
  output: ['text'],
  streaming: true,
  traits: {},
}
