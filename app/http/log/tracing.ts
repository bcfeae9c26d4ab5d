import {
  newSpanId,
  newTraceId,
  readAmazonTrace,
  readTraceparent,
  type TraceContext,
  traceHeaders,
} from '../../codecs/trace-context.ts'
import type { Services } from '../../ports/services.ts'
import type { Traces } from '../../ports/traces.ts'
import type { AccessEntry, AccessObserver, RequestTrace } from './access-entry.ts'
import { type OriginOf, requestSpans } from './request-spans.ts'

type Header = NonNullable<AccessEntry['header']>

/** Begins the trace of a request, or goes on with its caller's. */
export function beginTrace(traces: Traces, header: Header): RequestTrace {
  const heard = heardTrace(header)
  const traceId = heard?.traceId ?? newTraceId()
  return {
    traceId,
    spanId: newSpanId(),
    parentSpanId: heard?.spanId,
    state: heard?.state,
    sampled: traces.samples(traceId, heard?.sampled),
  }
}

function heardTrace(header: Header): TraceContext | undefined {
  const parent = header('traceparent')
  const heard = parent === undefined ? undefined : readTraceparent(parent, header('tracestate'))
  if (heard) return heard
  const amazon = header('x-amzn-trace-id')
  return amazon === undefined ? undefined : readAmazonTrace(amazon)
}

/** Headers for the upstream: of our own trace, or of the caller's where we make none. */
export function outgoingTrace({ trace, header }: AccessEntry): Record<string, string> | undefined {
  if (trace) {
    trace.askingSpanId ??= newSpanId()
    return traceHeaders(trace, trace.askingSpanId)
  }
  const parent = header?.('traceparent')
  if (parent === undefined) return undefined
  const heard = readTraceparent(parent, header?.('tracestate'))
  return heard?.spanId === undefined ? undefined : traceHeaders(heard, heard.spanId)
}

/** Headers for a request of ours that this one makes. */
export const traceWithin = ({ trace }: AccessEntry): Record<string, string> =>
  trace ? traceHeaders(trace, trace.spanId) : {}

/** Tells of every recorded request that has ended; probes are not traced. */
export const traceObserver = (
  traces: Traces,
  { providers }: Pick<Services, 'providers'>,
): AccessObserver => ({
  closed(entry, end) {
    const { trace } = entry
    if (!trace?.sampled || end.again || end.level === 'debug') return
    const originOf: OriginOf = (name, region) =>
      providers.find((one) => one.name === name)?.originIn?.(region)
    for (const span of requestSpans(entry, { trace, end, originOf })) traces.add(span)
    entry.linger?.(traces.flush())
  },
})
