import type { Config } from '../../config.ts'
import type { FoundModel, ModelCard, Provider } from '../../ports/models.ts'
import type { Runtime } from '../../ports/runtime.ts'
import type { StateStore } from '../../ports/state-store.ts'
import { aboutAudio } from './audio-faults.ts'
import { createAudioFolders } from './audio-work/folders.ts'
import { createLeases } from './audio-work/leases.ts'
import type { Routing } from './bedrock/routed.ts'
import { type AwsCallDependencies, createAwsCall } from './call.ts'
import type { Endpoints } from './endpoints.ts'
import { createPollyModels } from './polly/models.ts'
import { createVoiceBook } from './polly/voice-book.ts'
import { regionsOf } from './regions-of.ts'
import { sigV4Signer } from './sign.ts'
import { staticCredentials } from './static-credentials.ts'

export interface AwsAudioOptions {
  config: Config
  runtime: Pick<
    Runtime,
    'env' | 'transport' | 'log' | 'credentials' | 'digest' | 'duplex' | 'audioEncoding' | 'transient'
  >
  routing: Routing
  endpoints: Endpoints
  signAs: AwsCallDependencies['signAs']
  state?: StateStore
}

/** Amazon's services that speak and listen, as models. */
export interface AwsAudio {
  list(): ModelCard[]
  find(name: string): FoundModel | undefined
}

/** The same provider, whose models speak and listen as well. */
export function withAudio(provider: Provider, audio: AwsAudio | undefined): Provider {
  if (!audio) return provider
  return {
    ...provider,
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
  const folders = createAudioFolders({ config, runtime, leases, warn: routing.warn })
  const lookEvery = config.AWS_TRANSCRIBE_POLL_SECONDS * 1000
  const polly = createPollyModels({
    ...routing,
    call,
    voices: createVoiceBook(call),
    folders,
    encoding: runtime.audioEncoding,
    comprehendRegion: config.AWS_COMPREHEND_REGION,
    language: config.DEFAULT_TTS_LANGUAGE,
    lookEvery,
    regions: config.AWS_POLLY_REGION ? [config.AWS_POLLY_REGION] : regionsOf(config),
    isChosen: config.AWS_POLLY_REGION !== undefined,
  })
  return {
    list: () => polly.list(),
    find: (name) => polly.find(name),
  }
}
