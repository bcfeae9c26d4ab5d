import { VERSION } from './config/version.ts'
import { type Config, readConfig } from './config.ts'
import { messageOf } from './errors.ts'
import { createSpeaker } from './gateway/operations/speaker.ts'
import { type ListenPolicy, listenPolicy, publicPolicy } from './http/entrance/listen-policy.ts'
import { createLifeLog, type LifeLog } from './http/log/life-log.ts'
import { createAfterwork } from './library/afterwork.ts'
import { logEvent } from './library/event-log.ts'
import { createObjectStaging } from './library/files/audio-staging.ts'
import { fileSources } from './library/files/file-source.ts'
import { fileWords } from './library/files/file-words.ts'
import { createIntake } from './library/files/intake.ts'
import { sweptObjects } from './library/files/sweep.ts'
import { managedKeys } from './library/keys/keys.ts'
import { createMetering } from './library/metering.ts'
import { createMetrics } from './library/metrics/gateway-metrics.ts'
import { createTraces } from './library/traces/traces.ts'
import type { Metering } from './ports/metering.ts'
import type { Provider } from './ports/models.ts'
import type { Runtime } from './ports/runtime.ts'
import type { Services } from './ports/services.ts'
import type { Speech } from './ports/speech.ts'
import { createAwsAccess } from './providers/access.ts'
import { createProviders } from './providers/index.ts'
import { createKnowledge } from './providers/knowledge.ts'
import { createMediaSources } from './providers/media-sources.ts'
import { createObjects } from './providers/objects.ts'
import { createServerId } from './providers/server-id.ts'
import { createState } from './providers/state.ts'

export interface AppOptions {
  /** Instead of those the configuration asks for. */
  providers?: Provider[]
  /** Who speaks answers. */
  speech?: Speech
}

/** What whoever starts the server may tell about it. */
export interface ServerFacts {
  config: Config
  /** Names of those who answer, in the order they are asked. */
  providers: string[]
  /** Absent on a runtime that has no address to bind. */
  listen?: ListenPolicy
  /** A sentence for the operator about who can call. */
  warning?: string
}

/** A server's services, and what they are to whoever starts and stops it. */
export interface House {
  services: Services
  facts: ServerFacts
  /** For whoever starts and stops it, to be told in the log. */
  life: LifeLog
  /** Resolves when all work has come to its end that nobody waits for. Never rejects. */
  rest(): Promise<void>
  /** Resolves when nothing is left that would be lost with the process. Never rejects. */
  flush(): Promise<void>
}

/**
 * Everything that routes stand on, as configured. Throws an `Error` with a sentence for the operator when the
 * environment holds a value that cannot be used, or would let strangers in.
 */
export function createHouse(runtime: Runtime, options: AppOptions = {}): House {
  const config = readConfig(runtime.env)
  const listen = runtime.public ? undefined : listenPolicy(config)
  const { warning } = listen ?? publicPolicy(config)
  const services = createServices({ config, runtime }, options)
  const names = services.providers.map((provider) => provider.name)
  const life = createLifeLog({
    config,
    log: runtime.log,
    serverId: services.serverId,
    facts: { runtime: runtime.name, providers: names, server_warnings: warning && [warning] },
    unwritten: () => services.metering.usage?.waiting(),
  })
  return {
    services,
    facts: { config, providers: names, listen, warning },
    life,
    rest: () => services.afterwork.rest(),
    async flush() {
      await Promise.all([services.metering.flush(), services.traces?.flush()])
    },
  }
}

function createServices({ config, runtime }: Place, options: AppOptions) {
  const state = createState({ config, runtime })
  const providers = options.providers ?? createProviders({ config, runtime, state })
  const objects = createKeptObjects({ config, runtime })
  const media = {
    ...createMediaSources({ config, runtime }),
    ...(objects && fileSources({ objects })),
  }
  const serverId = createServerId({ config, runtime })
  const staged = providers.find((provider) => provider.staging)?.staging
  const staging = staged ?? (objects && createObjectStaging(objects))
  const knowledge = createKnowledge({ config, runtime, state, read: fileWords(media, config) })
  const access = {
    keys: managedKeys({ state, config, digest: runtime.digest, linger: runtime.linger }),
    ...createAwsAccess({ config, runtime }),
  }
  const metering = createMetering({ config, state, runtime })
  const seen = createObservation({ config, runtime, serverId, metering })
  const speech =
    options.speech ?? createSpeaker({ config, runtime, providers, media: {}, state, metering })
  return {
    config,
    runtime,
    providers,
    media,
    state,
    objects,
    intake: createIntake({ atOnce: 32, patience: 250 }),
    serverId,
    speech,
    staging,
    access,
    knowledge,
    metering,
    afterwork: createAfterwork(runtime.linger),
    ...seen,
  }
}

interface Place {
  config: Config
  runtime: Runtime
}

/** Who is told what happens. */
function createObservation({ metering, ...options }: ObservationOptions) {
  const { config, runtime } = options
  const traces = createTraces({ ...options, version: VERSION })
  const metrics =
    config.METRICS === 'off'
      ? undefined
      : createMetrics({
          version: VERSION,
          runtime: runtime.name,
          waitingUsage: () => metering.usage?.waiting(),
          spans: traces?.counts,
        })
  return { metrics, traces }
}

interface ObservationOptions extends Place {
  serverId(): string
  metering: Metering
}

/** The store of files, which is cleared of what nobody can ask for any more; the log says where that fails. */
function createKeptObjects(options: Place) {
  const objects = createObjects(options)
  return (
    objects &&
    sweptObjects(objects, {
      linger: options.runtime.linger,
      onFailure(thrown) {
        const message = messageOf(thrown)
        logEvent(options, { level: 'warning', event: 'files_not_swept', message })
      },
    })
  )
}
