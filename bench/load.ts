/**
 * A closed-loop load generator on bare sockets: so many connections, one request on each at a time, every
 * answer checked. Alone: `node bench/load.ts --port 8000 --kind chat-stream --connections 32 --seconds 3`.
 */
import { connect, type Socket } from 'node:net'
import { parseArgs } from 'node:util'
import { type AnswerReader, answerReader } from './answer-reader.ts'
import { words } from './fake-answers.ts'
import { faultOf, isStream, type Kind, requestBytes } from './questions.ts'

export interface LoadOrder {
  port: number
  kind: Kind
  headers?: Record<string, string>
  connections: number
  /** Nothing new is asked after so many seconds, or so many requests. */
  seconds: number
  maximum?: number
  /** What the fake was set to. */
  tokens: number
  wide?: boolean
  /** Every how many answers one is parsed whole; 1 parses all. */
  deepEvery?: number
  /** Readers hang up as soon as the first token is in. */
  leave?: boolean
  /** Milliseconds of silence after which a connection counts as dead. */
  patience?: number
}

export interface LoadResult {
  /** Right answers; with `leave`, streams that had begun when their reader left. */
  answers: number
  damaged: number
  /** What was wrong, and how often. */
  faults: Record<string, number>
  seconds: number
  /** Milliseconds. */
  p50: number
  p99: number
  firstTokenP50: number
}

interface Load {
  order: LoadOrder
  request: Buffer
  tokens: string[]
  stopAt: number
  started: number
  lastAnswer: number
  latencies: number[]
  firstTokens: number[]
  faults: Map<string, number>
}

interface Asking {
  since: number
  firstToken: number
}

function mayAsk(load: Load): boolean {
  return load.started < (load.order.maximum ?? Infinity) && performance.now() < load.stopAt
}

function blame(load: Load, fault: string): void {
  load.faults.set(fault, (load.faults.get(fault) ?? 0) + 1)
}

function judge(load: Load, asking: Asking, answer: { status: number; body: Buffer }): void {
  const now = performance.now()
  load.lastAnswer = now
  const text = answer.body.toString()
  const deep = load.latencies.length % (load.order.deepEvery ?? 16) === 0
  const fault =
    answer.status === 200
      ? faultOf(load.order.kind, text, { tokens: load.tokens, deep })
      : `status ${answer.status}: ${text.slice(0, 120)}`
  if (fault) {
    blame(load, fault)
    return
  }
  load.latencies.push(now - asking.since)
  if (asking.firstToken) load.firstTokens.push(asking.firstToken - asking.since)
}

/** Asks on one connection until the load is over or the connection is; true when it failed. */
function useConnection(load: Load): Promise<boolean> {
  const { port, kind, leave, patience = 30_000 } = load.order
  const watchesToken = isStream(kind)
  return new Promise((resolve) => {
    let asking: Asking | undefined
    let failed = false
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const reader: AnswerReader = answerReader((bytes) => {
      if (!watchesToken || !asking || asking.firstToken || !bytes.includes('w0')) return
      asking.firstToken = performance.now()
    })
    const ask = () => {
      if (!mayAsk(load)) return socket.destroy()
      load.started++
      asking = { since: performance.now(), firstToken: 0 }
      socket.write(load.request)
    }
    const take = (answer: ReturnType<AnswerReader['push']>) => {
      if (!answer || !asking) return
      judge(load, asking, answer)
      asking = undefined
      if (answer.keepAlive) ask()
      else socket.destroy()
    }
    socket.on('connect', ask)
    socket.on('data', (bytes: Buffer) => {
      take(reader.push(bytes))
      if (!leave || !asking?.firstToken) return
      load.latencies.push(asking.firstToken - asking.since)
      load.lastAnswer = asking.firstToken
      asking = undefined
      socket.destroy()
    })
    socket.setTimeout(patience, () => socket.destroy(new Error('no sign of life')))
    socket.on('error', (error) => {
      failed = true
      blame(load, `connection: ${error.message}`)
      asking = undefined
    })
    socket.on('close', () => {
      take(reader.close())
      if (asking) blame(load, reader.begun() ? 'closed inside an answer' : 'closed unanswered')
      resolve(failed || asking !== undefined)
    })
  })
}

/** One connection after another until the load is over. */
async function keepAsking(load: Load): Promise<void> {
  for (let failures = 0; mayAsk(load) && failures <= 100; ) {
    if (await useConnection(load)) failures++
  }
}

/** The value below which `share` of the sorted numbers lie. */
function quantile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

export async function runLoad(order: LoadOrder): Promise<LoadResult> {
  const begin = performance.now()
  const load: Load = {
    order,
    request: requestBytes(order.kind, order.port, order.headers ?? {}),
    tokens: words(order.tokens, order.wide ?? false),
    stopAt: begin + order.seconds * 1000,
    started: 0,
    lastAnswer: begin,
    latencies: [],
    firstTokens: [],
    faults: new Map(),
  }
  const connections = Math.min(order.connections, order.maximum ?? order.connections)
  await Promise.all(Array.from({ length: connections }, () => keepAsking(load)))
  const latencies = load.latencies.sort((a, b) => a - b)
  const firstTokens = load.firstTokens.sort((a, b) => a - b)
  return {
    answers: latencies.length,
    damaged: [...load.faults.values()].reduce((sum, count) => sum + count, 0),
    faults: Object.fromEntries(load.faults),
    seconds: (load.lastAnswer - begin) / 1000,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    firstTokenP50: quantile(firstTokens, 0.5),
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8000' },
      kind: { type: 'string', default: 'chat' },
      key: { type: 'string', default: 'bench' },
      connections: { type: 'string', default: '32' },
      seconds: { type: 'string', default: '3' },
      maximum: { type: 'string', default: '1000000' },
      tokens: { type: 'string', default: '128' },
      leave: { type: 'boolean', default: false },
      wide: { type: 'boolean', default: false },
    },
  })
  const result = await runLoad({
    port: Number(values.port),
    kind: values.kind as Kind,
    headers: { authorization: `Bearer ${values.key}` },
    connections: Number(values.connections),
    seconds: Number(values.seconds),
    maximum: Number(values.maximum),
    tokens: Number(values.tokens),
    leave: values.leave,
    wide: values.wide,
  })
  console.log(result)
}
