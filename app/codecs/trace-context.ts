/** Where a request stands in a trace that spans several servers. Ids in lower-case hex. */
export interface TraceContext {
  /** 32 digits. */
  traceId: string
  /** Of the span that asks, 16 digits; absent where only the trace is known. */
  spanId?: string
  /** Whether whoever asks records it; absent where that was not said. */
  sampled?: boolean
  /** What vendors keep in a trace, handed on as it came. */
  state?: string
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** The header `traceparent` (https://www.w3.org/TR/trace-context/). Undefined for what is none. */
export function readTraceparent(text: string, state?: string): TraceContext | undefined {
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(text.trim()) ?? []
  if (traceId === undefined || version === 'ff' || isNone(traceId) || isNone(spanId!)) {
    return undefined
  }
  // Later versions may say more behind the flags, this one may not.
  if (version === '00' && more !== undefined) return undefined
  const sampled = (Number.parseInt(flags!, 16) & 1) === 1
  return { traceId, spanId: spanId!, sampled, ...(isState(state) && { state }) }
}

const isNone = (id: string) => /^0+$/.test(id)

/** Vendors may drop what is long, and nobody can read what is no text. */
const isState = (state: string | undefined): state is string =>
  state !== undefined && /^[\x20-\x7e\t]{1,512}$/.test(state) && state.includes('=')

const AMAZON_ROOT = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/
const AMAZON_SPAN = /^[0-9a-f]{16}$/

/**
 * The header `X-Amzn-Trace-Id` (https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html): load
 * balancers name the trace alone, Lambda and X-Ray the span as well. Undefined for what is none.
 */
export function readAmazonTrace(text: string): TraceContext | undefined {
  const fields: Record<string, string> = {}
  for (const field of text.split(';')) {
    const at = field.indexOf('=')
    if (at > 0) fields[field.slice(0, at).trim()] = field.slice(at + 1).trim()
  }
  const { Root: root = '', Parent: parent = '', Sampled: sampled } = fields
  const [, seconds, rest] = AMAZON_ROOT.exec(root) ?? []
  if (seconds === undefined || isNone(seconds + rest)) return undefined
  return {
    traceId: seconds + rest,
    ...(AMAZON_SPAN.test(parent) && !isNone(parent) && { spanId: parent }),
    ...((sampled === '0' || sampled === '1') && { sampled: sampled === '1' }),
  }
}

/** The headers that hand a trace on; `spanId` is that of whoever asks now. */
export function traceHeaders(
  { traceId, sampled, state }: TraceContext,
  spanId: string,
): Record<string, string> {
  const traceparent = `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`
  return state === undefined ? { traceparent } : { traceparent, tracestate: state }
}

// Not cryptographic: an id must be unlike all others, and secret from nobody.
export const newTraceId = (): string => hex32() + hex32() + hex32() + hex32Not0()

export const newSpanId = (): string => hex32() + hex32Not0()

const hex32 = () => hex16(0) + hex16(0)
const hex32Not0 = () => hex16(0) + hex16(1)

/** Four digits of at least `least`. Small numbers are written many times faster than large ones. */
const hex16 = (least: number) =>
  (least + ((Math.random() * (0x10000 - least)) | 0)).toString(16).padStart(4, '0')
