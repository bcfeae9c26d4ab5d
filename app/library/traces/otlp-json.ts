import type { Span, SpanAttributes, SpanEvent, SpanValue } from '../../ports/traces.ts'

/** Who sends. */
interface SpanSource {
  /** Of the service: `service.name` and the like. */
  resource: SpanAttributes
  version: string
}

/** As the enumerations of trace.proto number them. */
const KINDS: Record<Span['kind'], number> = { server: 2, client: 3 }
const FAILED = 2

/** OTLP's ExportTraceServiceRequest in JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). */
export const otlpRequest = (spans: readonly Span[], { resource, version }: SpanSource): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [{ scope: { name: 'outcrop', version }, spans: spans.map(spanOf) }],
      },
    ],
  })

const spanOf = (span: Span) => ({
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  traceState: span.state,
  name: span.name,
  kind: KINDS[span.kind],
  startTimeUnixNano: nanoseconds(span.startedAt),
  endTimeUnixNano: nanoseconds(Math.max(span.startedAt, span.endedAt)),
  attributes: attributesOf(span.attributes),
  events: span.events?.map(eventOf),
  status: span.failed ? { code: FAILED } : {},
})

const eventOf = ({ name, at, attributes }: SpanEvent) => ({
  name,
  timeUnixNano: nanoseconds(at),
  attributes: attributesOf(attributes),
})

function attributesOf(attributes: SpanAttributes) {
  const written: { key: string; value: object }[] = []
  for (const key in attributes) {
    const value = attributes[key]
    if (value !== undefined) written.push({ key, value: otlpValue(value) })
  }
  return written
}

/** 64-bit numbers are text in this JSON. */
function otlpValue(value: SpanValue): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value !== 'number') return { arrayValue: { values: value.map(otlpValue) } }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}

/** Milliseconds as nanoseconds; they are more than a number holds exactly. */
function nanoseconds(milliseconds: number): string {
  const whole = Math.floor(milliseconds)
  const rest = Math.min(999_999, Math.round((milliseconds - whole) * 1e6))
  return whole + String(rest).padStart(6, '0')
}
