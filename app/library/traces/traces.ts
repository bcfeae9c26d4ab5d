import type { Config } from '../../config.ts'
import { messageOf } from '../../errors.ts'
import type { Runtime } from '../../ports/runtime.ts'
import type { SpanAttributes, Traces } from '../../ports/traces.ts'
import { logEvent } from '../event-log.ts'
import { createExporter, type Sent } from './exporter.ts'
import { otlpRequest } from './otlp-json.ts'
import { createSampler } from './sampler.ts'

interface TracesOptions {
  config: Config
  runtime: Pick<Runtime, 'transport' | 'log' | 'linger'>
  version: string
  /** The name of this server among many. */
  serverId(): string
}

/** Milliseconds between two lines about a receiver that takes nothing. */
const QUIET = 60_000
/** Answers after which another try makes sense (https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes). */
const PASSING = new Set([429, 502, 503, 504])

/** Traces over OTLP/HTTP; undefined where the configuration names no receiver or wants none. */
export function createTraces(options: TracesOptions): Traces | undefined {
  const { config, version, runtime } = options
  const url = receiverOf(config)
  if (!url || config.OTEL_SDK_DISABLED || config.OTEL_TRACES_EXPORTER === 'none') return undefined
  const post = createPost(options, url)
  const exporter = createExporter({
    send: (spans) => post(otlpRequest(spans, { resource: resourceOf(config, options), version })),
    delay: config.OTEL_BSP_SCHEDULE_DELAY,
    most: config.OTEL_BSP_MAX_QUEUE_SIZE,
    batch: Math.min(config.OTEL_BSP_MAX_EXPORT_BATCH_SIZE, config.OTEL_BSP_MAX_QUEUE_SIZE),
    isolated: runtime.linger !== undefined,
  })
  return {
    samples: createSampler(config.OTEL_TRACES_SAMPLER, config.OTEL_TRACES_SAMPLER_ARG),
    add: exporter.add,
    counts: exporter.counts,
    flush: exporter.flush,
  }
}

/** The general URL gets the signal's path, the traces' own is taken as it stands. */
function receiverOf(config: Config): URL | undefined {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own, OTEL_EXPORTER_OTLP_ENDPOINT: general } = config
  if (own !== undefined) return new URL(own)
  if (general === undefined) return undefined
  const url = new URL(general)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`
  return url
}

function resourceOf(config: Config, { version, serverId }: TracesOptions): SpanAttributes {
  const { OTEL_SERVICE_NAME: name, OTEL_RESOURCE_ATTRIBUTES: attributes } = config
  return {
    'service.name': 'outcrop',
    'service.version': version,
    'service.instance.id': serverId(),
    ...attributes,
    ...(name !== undefined && { 'service.name': name }),
  }
}

function createPost(options: TracesOptions, url: URL): (body: string) => Promise<Sent> {
  const { config, runtime } = options
  const tell = createTell(options)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'outcrop',
    ...lowerCase(config.OTEL_EXPORTER_OTLP_HEADERS),
    ...lowerCase(config.OTEL_EXPORTER_OTLP_TRACES_HEADERS),
  }
  const timeout = config.OTEL_EXPORTER_OTLP_TIMEOUT
  return async (body) => {
    try {
      const response = await runtime.transport.send(
        { method: 'POST', origin: url.origin, path: url.pathname + url.search, headers, body },
        { signal: AbortSignal.timeout(timeout), connectTimeout: timeout },
      )
      await response.text()
      const { status } = response
      if (status >= 200 && status < 300) return 'taken'
      // Neither what it says nor where it is goes into the log: both may hold a key.
      tell(`the receiver answered ${status}`)
      if (!PASSING.has(status)) return 'refused'
      const seconds = Number(response.header('retry-after') ?? Number.NaN)
      return seconds >= 0 ? { retryAfter: seconds * 1000 } : {}
    } catch (thrown) {
      tell(messageOf(thrown))
      return {}
    }
  }
}

const lowerCase = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** Once a minute at most. */
function createTell(options: TracesOptions): (message: string) => void {
  let toldAt = Number.NEGATIVE_INFINITY
  return (message) => {
    const now = Date.now()
    if (now < toldAt + QUIET) return
    toldAt = now
    logEvent(options, { level: 'warning', event: 'traces_not_sent', message })
  }
}
