import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

interface SeenSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  traceState?: string
  name: string
  /** 2 is a server's, 3 a client's. */
  kind: number
  /** Milliseconds it took. */
  took: number
  attributes: Record<string, unknown>
  events: { name: string; attributes: Record<string, unknown> }[]
  status: { code?: number }
}

interface Seen {
  headers: Record<string, string | string[] | undefined>
  path: string
  text: string
  resource: Record<string, unknown>
  spans: SeenSpan[]
}

export interface OtlpCollector {
  url: string
  exports: Seen[]
  spans(): SeenSpan[]
  /** How the next exports are answered; 200 when none is told. */
  answer(...statuses: number[]): void
  close(): Promise<void>
}

type Value = Record<string, unknown>
interface WireSpan extends Omit<SeenSpan, 'attributes' | 'events' | 'took'> {
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: { key: string; value: Value }[]
  events?: { name: string; timeUnixNano: string; attributes: { key: string; value: Value }[] }[]
}

/** A receiver of OTLP over HTTP that reads as strictly as the protocol's JSON asks for. */
export async function startOtlpCollector(): Promise<OtlpCollector> {
  const exports: Seen[] = []
  const statuses: number[] = []
  const server = createServer(async (incoming, response) => {
    const text = (await buffer(incoming)).toString()
    const status = statuses.shift() ?? 200
    const { headers, url: path = '' } = incoming
    if (status === 200) exports.push({ headers, path, text, ...readExport(text) })
    answer(response, status)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exports,
    spans: () => exports.flatMap((one) => one.spans),
    answer: (...told) => void statuses.push(...told),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(status === 429 && { 'retry-after': '0' }),
  })
  response.end('{"partialSuccess":{}}')
}

function readExport(text: string): Pick<Seen, 'resource' | 'spans'> {
  const { resourceSpans } = JSON.parse(text)
  const [only] = resourceSpans
  if (resourceSpans.length !== 1) throw new Error('One resource was expected.')
  return {
    resource: readAttributes(only.resource.attributes),
    spans: only.scopeSpans.flatMap((scope: { spans: WireSpan[] }) => scope.spans.map(readSpan)),
  }
}

function readSpan({
  attributes,
  events = [],
  startTimeUnixNano,
  endTimeUnixNano,
  ...span
}: WireSpan): SeenSpan {
  if (!/^[0-9a-f]{32}$/.test(span.traceId) || !/^[0-9a-f]{16}$/.test(span.spanId))
    throw new Error(`Not ids: ${span.traceId} ${span.spanId}`)
  for (const time of [startTimeUnixNano, endTimeUnixNano])
    if (!/^1\d{18}$/.test(time)) throw new Error(`Not nanoseconds: ${time}`)
  return {
    ...span,
    took: Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6,
    attributes: readAttributes(attributes),
    events: events.map((one) => ({ name: one.name, attributes: readAttributes(one.attributes) })),
  }
}

function readAttributes(attributes: { key: string; value: Value }[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, readValue(value)]))
}

function readValue(value: Value): unknown {
  const [kind] = Object.keys(value)
  if (kind === 'intValue') {
    if (typeof value[kind] !== 'string') throw new Error('64-bit numbers are text in this JSON.')
    return Number(value[kind])
  }
  if (kind === 'arrayValue') return (value[kind] as { values: Value[] }).values.map(readValue)
  if (!['stringValue', 'boolValue', 'doubleValue'].includes(kind!))
    throw new Error(`What is ${kind}?`)
  return value[kind!]
}
