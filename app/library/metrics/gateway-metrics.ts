import type { Usage } from '../../conversation/events.ts'
import type { AttemptFact, Metrics, RequestFacts } from '../../ports/metrics.ts'
import {
  createRegistry,
  type Distribution,
  observe,
  type Registry,
  type Series,
} from './registry.ts'

interface MetricsOptions {
  version: string
  /** `node`, `lambda`. */
  runtime: string
  /** Usage that is counted and not written yet. */
  waitingUsage?(): number | undefined
  /** Spans that were sent and dropped, where there are any. */
  spans?(): { sent: number; dropped: number }
  /** Unix milliseconds. */
  now?(): number
}

/** Seconds. An answer takes from a millisecond to minutes. */
const LONG = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640]
/** Of what the gateway itself takes, and of what lies between two tokens. */
const SHORT = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]

/** Combinations whose series are at hand; the series themselves are bounded by the registry. */
const MOST_REMEMBERED = 2000

/** What operators see of requests: rates, errors, durations, tokens. A request costs about a microsecond. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = createRegistry()
  const families = openFamilies(registry)
  const running = { requests: 0, streams: 0 }
  registry.gauge(
    { name: 'outcrop_requests_in_flight', help: 'Requests that have not ended.' },
    () => running.requests,
  )
  registry.gauge(
    { name: 'outcrop_open_streams', help: 'Streamed answers that have not ended.' },
    () => running.streams,
  )
  describeServer(registry, options)
  const known = new Map<string, Bundle>()

  // Requests that follow one another are mostly of one kind, and a key of their facts has to be written to be looked up.
  let last: { facts: RequestFacts; bundle: Bundle } | undefined
  const bundleFor = (facts: RequestFacts): Bundle => {
    if (!last || !isSameKind(last.facts, facts)) last = { facts, bundle: findBundle(facts) }
    return last.bundle
  }
  const findBundle = (facts: RequestFacts): Bundle => {
    const { surface, operation, status, outcome, model, provider } = facts
    const key = `${surface} ${operation} ${status} ${outcome} ${provider} ${model}`
    const kept = known.get(key)
    if (kept) return kept
    if (known.size >= MOST_REMEMBERED) known.clear()
    const made = openBundle(families, facts)
    known.set(key, made)
    return made
  }
  const attempts = new Map<string, Series>()
  let lastAttempt: { fact: AttemptFact; series: Series } | undefined
  const attemptFor = (fact: AttemptFact): Series => {
    if (!lastAttempt || !isSameAttempt(lastAttempt.fact, fact)) {
      lastAttempt = { fact, series: findAttempt(fact) }
    }
    return lastAttempt.series
  }
  const findAttempt = ({ provider, region, outcome }: AttemptFact): Series => {
    const key = `${provider} ${region} ${outcome}`
    const kept = attempts.get(key)
    if (kept) return kept
    if (attempts.size >= MOST_REMEMBERED) attempts.clear()
    const made = families.attempts.of(provider, region, outcome)
    attempts.set(key, made)
    return made
  }
  return {
    opened: () => void running.requests++,
    streaming: () => void running.streams++,
    closed(facts, streamed) {
      running.requests--
      if (streamed) running.streams--
      const bundle = bundleFor(facts)
      bundle.requests.value++
      observe(bundle.duration, LONG, facts.seconds)
      if (bundle.model) countModel(bundle.model, facts)
      if (facts.attempts) for (const attempt of facts.attempts) attemptFor(attempt).value++
      if (facts.lacking) families.refusals.of(facts.lacking).value++
    },
    text: registry.text,
  }
}

const isSameKind = (one: RequestFacts, other: RequestFacts) =>
  one.surface === other.surface &&
  one.operation === other.operation &&
  one.status === other.status &&
  one.outcome === other.outcome &&
  one.provider === other.provider &&
  one.model === other.model

const isSameAttempt = (one: AttemptFact, other: AttemptFact) =>
  one.provider === other.provider && one.region === other.region && one.outcome === other.outcome

/** The series one kind of request is counted in. */
interface Bundle {
  requests: Series
  duration: Distribution
  model?: ModelSeries
}

interface ModelSeries {
  requests: Series
  upstream: Distribution
  gateway: Distribution
  firstToken: Distribution
  betweenTokens: Distribution
  /** By kind, made when first needed. */
  units(kind: Unit): Series
}

/** What is billed, in the words of the series. */
const UNITS = {
  input: 'input',
  output: 'output',
  cacheRead: 'cache_read',
  cacheWrite: 'cache_write',
  reasoning: 'reasoning',
} as const satisfies Partial<Record<keyof Usage, string>>

const OTHER_UNITS = {
  images: 'images',
  audioSeconds: 'audio_seconds',
  characters: 'characters',
  searches: 'searches',
} as const satisfies Partial<Record<keyof Usage, string>>

type Token = keyof typeof UNITS
type Unit = Token | keyof typeof OTHER_UNITS
const TOKENS = Object.keys(UNITS) as Token[]
const OTHERS = Object.keys(OTHER_UNITS) as (keyof typeof OTHER_UNITS)[]

type Families = ReturnType<typeof openFamilies>

function openFamilies(registry: Registry) {
  const open = ['model', 'provider', 'region']
  const counter = (name: string, help: string, labels: string[]) =>
    registry.counter({ name: `outcrop_${name}`, help, labels, open })
  const seconds = (name: string, bounds: number[], [help, ...labels]: [string, ...string[]]) =>
    registry.distribution({ name: `outcrop_${name}_seconds`, help, labels, open, bounds })
  return {
    requests: counter('requests_total', 'Requests that have ended.', [
      'surface',
      'operation',
      'status',
      'outcome',
    ]),
    duration: seconds('request_duration', LONG, [
      'Until a request had ended, streams to their last byte.',
      'surface',
      'operation',
    ]),
    modelRequests: counter('model_requests_total', 'Requests to a model that was found.', [
      'provider',
      'model',
      'operation',
      'outcome',
    ]),
    upstream: seconds('upstream_duration', LONG, [
      'Until an upstream had answered; of a stream, until it had begun.',
      'provider',
      'model',
    ]),
    gateway: seconds('gateway_duration', SHORT, [
      'What a request took beside its upstream; not of streams.',
      'operation',
    ]),
    firstToken: seconds('time_to_first_token', LONG, [
      'From the arrival of a request to the first text of its stream.',
      'model',
    ]),
    betweenTokens: seconds('inter_token_delay', SHORT, [
      'The mean time between two tokens of a stream.',
      'model',
    ]),
    tokens: counter(
      'tokens_total',
      'Tokens as billed. input leaves out what the cache read and wrote, reasoning is a part of output.',
      ['model', 'kind'],
    ),
    units: counter('units_total', 'What is billed beside tokens.', ['model', 'kind']),
    attempts: counter('upstream_attempts_total', 'Questions to upstreams and how they ended.', [
      'provider',
      'region',
      'outcome',
    ]),
    refusals: counter('limit_refusals_total', 'Requests refused for want of something.', ['limit']),
  }
}

function openBundle(families: Families, facts: RequestFacts): Bundle {
  const { surface, operation, status, outcome, model, provider = '' } = facts
  return {
    requests: families.requests.of(surface, operation, String(status), outcome),
    duration: families.duration.of(surface, operation),
    ...(model !== undefined && {
      model: {
        requests: families.modelRequests.of(provider, model, operation, outcome),
        upstream: families.upstream.of(provider, model),
        gateway: families.gateway.of(operation),
        firstToken: families.firstToken.of(model),
        betweenTokens: families.betweenTokens.of(model),
        units: openUnits(families, model),
      },
    }),
  }
}

function openUnits({ tokens, units }: Families, model: string): (kind: Unit) => Series {
  const known: Partial<Record<Unit, Series>> = {}
  return (kind) => {
    known[kind] ??=
      kind in UNITS
        ? tokens.of(model, UNITS[kind as Token])
        : units.of(model, OTHER_UNITS[kind as keyof typeof OTHER_UNITS])
    return known[kind]
  }
}

function countModel(series: ModelSeries, facts: RequestFacts): void {
  const { usage, seconds, upstreamSeconds, firstTokenSeconds, stream } = facts
  series.requests.value++
  if (upstreamSeconds !== undefined) {
    observe(series.upstream, LONG, upstreamSeconds)
    if (!stream) observe(series.gateway, SHORT, Math.max(0, seconds - upstreamSeconds))
  }
  if (firstTokenSeconds !== undefined) {
    observe(series.firstToken, LONG, firstTokenSeconds)
    const gaps = (usage?.output ?? 0) - 1
    if (gaps > 0) observe(series.betweenTokens, SHORT, (seconds - firstTokenSeconds) / gaps)
  }
  if (!usage) return
  for (const kind of TOKENS) if (usage[kind]) series.units(kind).value += usage[kind]
  for (const kind of OTHERS) if (usage[kind]) series.units(kind).value += usage[kind]
}

function describeServer(registry: Registry, options: MetricsOptions): void {
  const { version, runtime, waitingUsage, spans, now = Date.now } = options
  const startedAt = now() / 1000
  registry.gauge(
    { name: 'outcrop_usage_queue_depth', help: 'Requests whose usage is not written yet.' },
    () => waitingUsage?.(),
  )
  registry.total(
    { name: 'outcrop_spans_sent_total', help: 'Spans an OpenTelemetry receiver took.' },
    () => spans?.().sent,
  )
  registry.total(
    { name: 'outcrop_spans_dropped_total', help: 'Spans that nobody got.' },
    () => spans?.().dropped,
  )
  registry.gauge(
    { name: 'process_start_time_seconds', help: 'When the server started, in Unix seconds.' },
    () => startedAt,
  )
  const labels = ['version', 'runtime']
  const info = { name: 'outcrop_info', help: 'What runs here: always 1.', labels }
  registry.gauge({ ...info, values: [version, runtime] }, () => 1)
}
