import type { TraceContext } from '../../codecs/trace-context.ts'
import type { GatewayError } from '../../errors.ts'
import type { ExchangeRecord } from '../../gateway/answer.ts'
import type { Metered } from '../../gateway/metered.ts'
import type { CallerIdentity } from '../../ports/caller.ts'
import type { Linger } from '../../ports/runtime.ts'
import type { Surface } from '../surface.ts'

/** A request's place in its trace. */
export interface RequestTrace extends Omit<TraceContext, 'spanId'> {
  /** Of the request. */
  spanId: string
  /** Of whoever made it. */
  parentSpanId?: string
  /** Of the question to an upstream, where one is asked. */
  askingSpanId?: string
}

/** What is known of a request while it runs. One entry makes one line. */
export interface AccessEntry {
  id: string
  method: string
  /** Without the query, which may carry keys. */
  path: string
  /** Milliseconds of `performance.now`. */
  startedAt: number
  /** A header of the request by its lower-case name, until it has ended. */
  header?(name: string): string | undefined
  /** The IP address of the caller, where it may be told. */
  address?: string
  /** `http` or `https`, as the caller came; present where traces are made. */
  scheme?: string
  /** Whose path it is. */
  surface?: Pick<Surface, 'name' | 'voice' | 'answerHeaders' | 'signed'>
  /** The route that answers, known when it is found; for whoever asks. */
  route?(): string
  /** Where it stands in a trace; present where traces are made. */
  trace?: RequestTrace
  /** Who asked, once it is proven. */
  caller?: CallerIdentity
  /** The model the caller named, known before anybody has answered. */
  model?: string
  /** The body of the request, where it may be logged. */
  params?: unknown
  /** What the gateway wrote down. */
  record?: ExchangeRecord
  /** What went wrong; in a stream also after its headers were sent. */
  error?: GatewayError
  /** The answer goes on after its headers: whoever sends it writes the line. */
  streaming?: boolean
  /** Observers know that it streams. */
  openStream?: boolean
  /** Milliseconds until the first text of a stream. */
  firstTextAfter?: number
  /** Of a download. */
  bytesSent?: number
  /** What it was let in with. */
  metered?: Metered
  /** A line of it is written. */
  closed?: boolean
  /** Keeps the platform waiting for work that begins when the request has ended. */
  linger?: Linger
  /** The caller's limits as they stand now, as headers of the answer. */
  limitHeaders?(): Record<string, string>
}

/** What is known only when the answer is out. */
export interface Ending {
  /** As it is logged: 499 for a caller who left, whatever was sent. */
  status: number
  level: Level
  outcome: Outcome
  /** Unix milliseconds. */
  at: number
  /** Milliseconds of `performance.now`. */
  after: number
  /** It has ended before: its work went on when it had been answered. */
  again: boolean
}

export type Level = 'debug' | 'info' | 'warning' | 'error'

export type Outcome = 'answered' | 'refused' | 'failed' | 'caller-left'

/** Told of every request. Must not throw: the answer may be out. */
export interface AccessObserver {
  opened?(entry: AccessEntry): void
  /** Its answer streams. */
  streaming?(entry: AccessEntry): void
  closed(entry: AccessEntry, end: Ending): void
}
