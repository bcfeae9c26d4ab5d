import type { OpenAPIHono } from '@hono/zod-openapi'
import { VERSION } from './config/version.ts'
import { type Config, readConfig } from './config.ts'
import { createSpeaker } from './gateway/speaker.ts'
import type { HttpEnv } from './http/context.ts'
import { createHttp } from './http/create-http.ts'
import { createLifeLog, type LifeLog } from './http/life-log.ts'
import { type ListenPolicy, listenPolicy, publicPolicy } from './http/listen-policy.ts'
import { createObjectStaging } from './library/audio-staging.ts'
import { fileSources } from './library/file-source.ts'
import { fileWords } from './library/file-words.ts'
import { createIntake } from './library/intake.ts'
import { managedKeys } from './library/keys.ts'
import { createMetering } from './library/metering.ts'
import { createMetrics } from './library/metrics/gateway-metrics.ts'
import { sweptObjects } from './library/sweep.ts'
import { createTraces } from './library/traces/traces.ts'
import type { Metering } from './ports/metering.ts'
import type { Provider } from './ports/models.ts'
import type { Runtime } from './ports/runtime.ts'
import type { Speech } from './ports/speech.ts'
import { createAwsAccess } from './providers/access.ts'
import { createProviders } from './providers/index.ts'
import { createKnowledge } from './providers/knowledge.ts'
import { createMediaSources } from './providers/media-sources.ts'
import { createObjects } from './providers/objects.ts'
import { createServerId } from './providers/server-id.ts'
import { createState } from './providers/state.ts'
import { adminSurface } from './routes/admin/index.ts'
import { anthropicSurface } from './routes/anthropic/index.ts'
import { bedrockSurface } from './routes/bedrock/index.ts'
import { cohereSurface } from './routes/cohere/index.ts'
import { describeApi } from './routes/gateway/api-description.ts'
import { gatewaySurface } from './routes/gateway/index.ts'
import { knowledgeBaseSurface } from './routes/knowledge-bases/index.ts'
import { discoverySurface } from './routes/mcp/discovery.ts'
import { mcpSurface } from './routes/mcp/index.ts'
import { openaiSurface } from './routes/openai/index.ts'
import { usageSurface } from './routes/usage/index.ts'

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

export type App = OpenAPIHono<HttpEnv> & {
  facts: ServerFacts
  /** For whoever starts and stops it, to be told in the log. */
  life: LifeLog
  /** Resolves when nothing is left that would be lost with the process. Never rejects. */
  flush(): Promise<void>
}

/**
 * The one door. Throws an `Error` with a sentence for the operator when the environment holds a value
 * that cannot be used, or would let strangers in.
 */
export function createApp(runtime: Runtime, options: AppOptions = {}): App {
  const config = readConfig(runtime.env)
  const listen = runtime.public ? undefined : listenPolicy(config)
  const { warning } = listen ?? publicPolicy(config)
  const state = createState({ config, runtime })
  const providers = options.providers ?? createProviders({ config, runtime, state })
  const openai = openaiSurface(config)
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
    keys: managedKeys({ state, config, digest: runtime.digest }),
    ...createAwsAccess({ config, runtime }),
  }
  const metering = createMetering({ config, state, runtime })
  const seen = createObservation({ config, runtime, serverId, metering })
  const speech = options.speech ?? createSpeaker({ config, runtime, providers, media: {}, state })
  const services = {
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
    ...seen,
  }
  const app = createHttp(services, (all) => {
    const document = once(() => JSON.stringify(describeApi(all)))
    return [
      adminSurface(openai.voice),
      anthropicSurface(config),
      bedrockSurface,
      usageSurface(openai.voice),
      openai,
      knowledgeBaseSurface(openai.voice),
      cohereSurface,
      mcpSurface({ config, document, app: (request, env) => all.fetch(request, env) }),
      discoverySurface(openai.voice, config),
      gatewaySurface(openai.voice, document, config),
    ]
  })
  const names = providers.map((provider) => provider.name)
  const life = createLifeLog({
    config,
    log: runtime.log,
    serverId,
    facts: { runtime: runtime.name, providers: names, server_warnings: warning && [warning] },
  })
  return Object.assign(app, {
    facts: { config, providers: names, listen, warning },
    life,
    async flush() {
      await Promise.all([metering.flush(), seen.traces?.flush()])
    },
  })
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
          waitingUsage: () => metering.usage?.waiting?.(),
          spans: traces?.counts,
        })
  return { metrics, traces }
}

interface ObservationOptions {
  config: Config
  runtime: Runtime
  serverId(): string
  metering: Metering
}

/** The store of files, which is cleared of what nobody can ask for any more; the log says where that fails. */
function createKeptObjects(options: { config: Config; runtime: Runtime }) {
  const objects = createObjects(options)
  const { log } = options.runtime
  return (
    objects &&
    sweptObjects(objects, (thrown) => {
      const message = thrown instanceof Error ? thrown.message : String(thrown)
      const told = { type: 'event', level: 'warning', date: new Date().toISOString() }
      log.write(JSON.stringify({ ...told, event: 'files_not_swept', message }))
    })
  )
}

/** Asks when first needed, and keeps the answer. */
function once(ask: () => string): () => string {
  let answer: string | undefined
  return () => {
    answer ??= ask()
    return answer
  }
}
