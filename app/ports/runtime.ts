import type { AddressPolicy } from '../codecs/address-policy.ts'
import type { Config } from '../config.ts'
import type { GatewayError } from '../errors.ts'
import type { AwsPrincipal } from './access.ts'
import type { AudioEncoding } from './audio-encoding.ts'
import type { CredentialSource, Digest } from './aws-credentials.ts'
import type { Duplex } from './duplex.ts'
import type { LocalBuckets } from './local-buckets.ts'
import type { LogSink } from './log.ts'
import type { ObjectStore } from './object-store.ts'
import type { StateStore } from './state-store.ts'
import type { BytesOut, StreamOut } from './stream-out.ts'
import type { ByteSource, Transport } from './transport.ts'
import type { WebFetch } from './web-fetch.ts'

/**
 * Calls `ring` after so many milliseconds, unless it is called off before by what is returned. It rings earlier,
 * and is told why, when everything has to end.
 */
export type Alarm = (milliseconds: number, ring: (why?: GatewayError) => void) => () => void

/**
 * Keeps the platform from stopping work before it is done that began with the request whose turn it is. Absent where
 * we live on after an answer.
 */
export type Linger = (work: Promise<unknown>) => void

/** Everything a runtime brings. Differences between runtimes live behind these members and nowhere else. */
export interface Runtime {
  /** `node`, `bun`, `deno`, `lambda`, `workers`: for the banner and the log. */
  name: string
  env: Record<string, string | undefined>
  /** What tells this process from others that run the same: host and process. */
  instance?: string
  /** Strangers can reach us without our binding an address, so a key is asked for at start: Lambda, Workers. */
  public?: boolean
  /** Work does not go on when the answer is out: Lambda, Workers. */
  transient?: boolean
  transport: Transport
  /** Requests whose body goes on while the answer comes; absent where the platform has no client of HTTP/2. */
  duplex?: Duplex
  /** Makes MP3, FLAC and AAC of samples; absent where the encoders do not run. */
  audioEncoding?: AudioEncoding
  streamOut: StreamOut
  /** Absent where a stream in a `Response` is as fast as it gets. */
  bytesOut?: BytesOut
  /** Bytes of the largest answer the platform sends. Absent where it sends any (all but Lambda). */
  largestAnswer?: number
  log: LogSink
  /** Opens URLs that callers wrote, within the policy. */
  webFetch?(policy: AddressPolicy): WebFetch
  /** Opens what keeps state across restarts. Absent where the platform has no disk (Lambda, Workers). */
  openState?(config: Config): StateStore | Promise<StateStore>
  /**
   * Opens what keeps files where no S3 bucket is configured, and clears up what a crash left behind. Absent
   * where the platform has neither a disk nor a bucket of its own (Lambda).
   */
  openObjects?(config: Config): ObjectStore | Promise<ObjectStore>
  /** Opens what stands in for S3 buckets where there is no AWS. Absent where the platform has no disk (Lambda, Workers). */
  openBuckets?(config: Config): LocalBuckets
  /** The body of a request where there is a faster way to it than its Web stream. It is read once. */
  requestBody?(env: unknown, request: Request): ByteSource
  /** A header by its lower-case name, where there is a faster way to it than the request's `headers`. */
  requestHeader?(env: unknown, name: string): string | undefined
  /** The address at the other end of the connection, `env` and `request` being what Hono was handed. */
  peerAddress?(env: unknown, request: Request): string | undefined
  /** Whom the platform has let in, where it asked for an AWS signature itself (Lambda). */
  verifiedIdentity?(env: unknown): AwsPrincipal | undefined
  /** Reads a file of the operator's at start. Throws where it cannot. Absent where there are none. */
  readTextFile?(path: string): string
  /** Absent where credentials can only come from `env` (Workers). */
  credentials?: CredentialSource
  /** Absent where only WebCrypto can sign. */
  digest?: Digest
  linger?: Linger
  /** A timer that costs less than the platform's. Absent where a timer must be that of its request. */
  alarm?: Alarm
  /**
   * Calls `leave` when the caller goes before the answer is out; it may be called after a whole answer too.
   * `env` and `request` are what Hono was handed. Absent where the platform does not tell.
   */
  onCallerLeft?(env: unknown, request: Request, leave: () => void): void
}
