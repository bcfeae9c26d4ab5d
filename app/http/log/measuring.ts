import type { GatewayError } from '../../errors.ts'
import type { ExchangeRecord } from '../../gateway/answer.ts'
import type { AttemptFact, Metrics, RequestFacts } from '../../ports/metrics.ts'
import type { AccessEntry, AccessObserver, Ending } from './access-entry.ts'

/** Counts every request. */
export const metricsObserver = (metrics: Metrics): AccessObserver => ({
  opened: metrics.opened,
  streaming: metrics.streaming,
  closed(entry, end) {
    if (!end.again) metrics.closed(factsOf(entry, end), entry.openStream === true)
  },
})

function factsOf(entry: AccessEntry, { status, outcome, after }: Ending): RequestFacts {
  const { record, error, startedAt, firstTextAfter, surface } = entry
  const { askedAt, answeredAt } = record ?? {}
  return {
    surface: surface?.name ?? '',
    operation: record?.operation ?? '',
    status,
    outcome,
    seconds: (after - startedAt) / 1000,
    // Only what was found: callers make names up.
    model: record?.modelId,
    provider: record?.provider ?? '',
    stream: record?.stream,
    usage: record?.usage,
    upstreamSeconds: askedAt && answeredAt && (answeredAt - askedAt) / 1000,
    firstTokenSeconds: firstTextAfter && firstTextAfter / 1000,
    attempts: record && attemptsOf(record, error),
    lacking: error && lackingIn(error, record),
  }
}

function attemptsOf(
  record: ExchangeRecord,
  error: GatewayError | undefined,
): AttemptFact[] | undefined {
  const { provider = '', region = '', tried = error?.tried, askedAt, answeredAt } = record
  if (tried) return tried.map((one) => ({ provider, region: one.region, outcome: one.outcome }))
  if (askedAt === undefined) return undefined
  const outcome = answeredAt === undefined ? (error?.code ?? 'internal') : 'answered'
  return [{ provider, region, outcome }]
}

/** What an upstream has no more of is told by its status alone. */
function lackingIn(
  { lacking, status }: GatewayError,
  record: ExchangeRecord | undefined,
): string | undefined {
  return lacking ?? (status === 429 && record?.askedAt !== undefined ? 'upstream' : undefined)
}
