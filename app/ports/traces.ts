export type SpanValue = string | number | boolean | readonly string[]

/** By the names of OpenTelemetry's semantic conventions; what is undefined is left out. */
export type SpanAttributes = Readonly<Record<string, SpanValue | undefined>>

/** A piece of work that has ended. Times in Unix milliseconds. */
export interface Span {
  /** 32 hex digits. */
  traceId: string
  /** 16 hex digits. */
  spanId: string
  parentSpanId?: string
  /** The vendors' part of the trace's context. */
  state?: string
  name: string
  /** Whether we were asked or asked somebody. */
  kind: 'server' | 'client'
  startedAt: number
  endedAt: number
  attributes: SpanAttributes
  events?: readonly SpanEvent[]
  /** It went wrong, by fault of whoever did the work. */
  failed?: boolean
}

export interface SpanEvent {
  name: string
  at: number
  attributes: SpanAttributes
}

/** Who is told of requests as traces. */
export interface Traces {
  /** Whether a request is recorded; `parent` is what its caller does, where that was said. */
  samples(traceId: string, parent: boolean | undefined): boolean
  /** Never throws; what finds no room is dropped and counted. */
  add(span: Span): void
  counts(): { sent: number; dropped: number }
  /** Resolves when everything added so far is sent, or could not be. Never rejects. */
  flush(): Promise<void>
}
