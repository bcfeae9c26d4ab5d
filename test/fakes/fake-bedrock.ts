import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { AwsCredentials } from '../../app/ports/aws-credentials.ts'
import { createControlPlane, type FakeCatalogue } from './fake-bedrock-catalogue.ts'
import { encodeFrame, type FakeFrame, textFrames, textReply } from './fake-bedrock-frames.ts'
import { type Verdict, verifySignature } from './fake-bedrock-signature.ts'
import { createCounter } from './fake-bedrock-waiting.ts'
import type { Recording } from './shared.ts'

/** A request the fake got, whole. */
export interface SeenRequest {
  method: string
  /** Path and query as they stood on the wire. */
  path: string
  headers: Record<string, string>
  text: string
  /** The body, where it is JSON. */
  json: unknown
  /** Only judged where the fake knows the secret. */
  signature?: Verdict
}

/** How one call to a model is answered. Whatever is absent is done well. */
export interface Script {
  status?: number
  headers?: Record<string, string>
  /** Sent as `x-amzn-errortype`, with the address AWS appends. */
  errorType?: string
  /** A JSON answer; a string is sent as it is. */
  body?: unknown
  /** A streamed answer. */
  frames?: FakeFrame[]
  /** Bytes, for recorded streams. */
  bytes?: Uint8Array
  /** Cuts what is streamed into writes of so many bytes, without regard to frames. */
  cutEvery?: number
  /** Milliseconds between two writes. */
  delayBetween?: number
  /** The connection is reset after so many writes. */
  resetAfter?: number
  /** Nothing more is sent after so many writes, and the connection stays open. */
  stallAfter?: number
  /** The head of the answer is held back until this resolves. */
  until?: Promise<void>
}

export interface FakeBedrock {
  /** `http://127.0.0.1:port`, for `AWS_ENDPOINT_URL`. */
  url: string
  /** Every call to a model so far. */
  requests: SeenRequest[]
  /** Every call to the control plane so far. */
  listings: SeenRequest[]
  /** Connections the caller closed before its answer was complete. */
  aborted(): number
  /** Answers the next call with the bytes of a recording. */
  respond(recording: Recording): void
  /** Answers the next call as told. The last answer told is given again when none is left. */
  script(script: Script): void
  /** Drops every answer told and not yet given. */
  forget(): void
  /** What the control plane lists from now on. */
  catalogue(catalogue: FakeCatalogue): void
  /** Resolves with the call of this number, counted from 1, as soon as it is in. */
  waitForRequest(number?: number): Promise<SeenRequest>
  /** Resolves once so many connections were closed early. */
  waitForAbort(count?: number): Promise<void>
  close(): Promise<void>
}

interface FakeBedrockOptions {
  /** Signatures made with other credentials are answered as AWS does. */
  credentials?: AwsCredentials
  /** The only API key taken. */
  bearer?: string
  port?: number
}

/** An AWS of its own on a free port: Bedrock Runtime and the listings of the control plane. */
export async function startFakeBedrock(options: FakeBedrockOptions = {}): Promise<FakeBedrock> {
  const requests: SeenRequest[] = []
  const listings: SeenRequest[] = []
  const scripts: Script[] = []
  const arrivals = createCounter()
  const aborts = createCounter()
  const controlPlane = createControlPlane()

  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    response.on('close', () => {
      if (!response.writableFinished && !response.destroyedByFake) aborts.add()
    })
    const seen = await readRequest(incoming, options)
    // Other services of AWS are called at their own time (audio is swept soon after the start): not by a test.
    if ('x-amz-target' in seen.headers) return play(UNKNOWN_OPERATION, response)
    const isListing = controlPlane.knows(seen)
    ;(isListing ? listings : requests).push(seen)
    if (!isListing) arrivals.add()
    const refused = refuse(seen, options)
    if (refused) return play(refused, response)
    if (isListing) return play(controlPlane.answer(seen), response)
    return play((scripts.length > 1 ? scripts.shift() : scripts[0]) ?? fallback(seen), response)
  }
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error) => response.destroy(error))
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    listings,
    aborted: aborts.count,
    respond: (recording) => void scripts.push(replay(recording)),
    script: (script) => void scripts.push(script),
    forget: () => void scripts.splice(0),
    catalogue: controlPlane.set,
    waitForRequest: async (number = 1) => {
      await arrivals.reach(number)
      return requests[number - 1]!
    },
    waitForAbort: (count = 1) => aborts.reach(count),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

declare module 'node:http' {
  interface ServerResponse {
    /** The fake itself cut the connection, so nobody left. */
    destroyedByFake?: boolean
  }
}

async function readRequest(
  incoming: IncomingMessage,
  { credentials }: FakeBedrockOptions,
): Promise<SeenRequest> {
  const body = await buffer(incoming)
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = String(value)
  const { method = '', url: path = '' } = incoming
  return {
    method,
    path,
    headers,
    text: body.toString(),
    json: parse(body.toString()),
    ...(credentials
      ? { signature: await verifySignature({ method, path, headers, body }, credentials) }
      : {}),
  }
}

function refuse(seen: SeenRequest, { credentials, bearer }: FakeBedrockOptions) {
  const authorization = seen.headers['authorization']
  if (bearer && authorization !== `Bearer ${bearer}`) {
    return failure(403, 'AccessDeniedException', 'Authentication failed')
  }
  if (!credentials || bearer || seen.signature === 'valid') return undefined
  return failure(
    403,
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided.',
  )
}

const failure = (status: number, errorType: string, message: string): Script => ({
  status,
  errorType,
  body: { message },
})

const UNKNOWN_OPERATION = failure(
  404,
  'UnknownOperationException',
  'The fake was not told how to answer this.',
)

function fallback({ path }: SeenRequest): Script {
  if (path.endsWith('/converse-stream')) return { frames: textFrames(['Hello', ' there', '.']) }
  if (path.endsWith('/converse')) return { body: textReply('Hello there.') }
  return UNKNOWN_OPERATION
}

/** A recorded exchange as a script. */
export function replay({ response }: Recording): Script {
  const { status, headers, body, bodyText, bodyBase64 } = response
  if (bodyBase64 !== undefined) {
    return { status, headers, bytes: new Uint8Array(Buffer.from(bodyBase64, 'base64')) }
  }
  return { status, headers, body: bodyText ?? body }
}

async function play(script: Script, response: ServerResponse): Promise<void> {
  await script.until
  const streams = script.frames !== undefined || script.bytes !== undefined
  response.writeHead(script.status ?? 200, {
    'content-type': streams ? 'application/vnd.amazon.eventstream' : 'application/json',
    'x-amzn-requestid': 'c0ffee00-0000-4000-8000-000000000001',
    ...(script.errorType && {
      'x-amzn-errortype': `${script.errorType}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
    }),
    ...script.headers,
  })
  response.socket?.setNoDelay(true)
  response.flushHeaders()
  const pieces = streams ? cut(script) : [bodyOf(script)]
  for (const [index, piece] of pieces.entries()) {
    if (index === script.stallAfter) return
    if (index === script.resetAfter) return reset(response)
    if (response.destroyed) return
    if (!response.write(piece)) await drained(response)
    if (script.delayBetween) await pause(script.delayBetween)
  }
  if (script.stallAfter !== undefined && script.stallAfter >= pieces.length) return
  if (script.resetAfter !== undefined && script.resetAfter >= pieces.length) return reset(response)
  response.end()
}

const bodyOf = ({ body }: Script) => (typeof body === 'string' ? body : JSON.stringify(body ?? {}))

function cut({ frames = [], bytes, cutEvery }: Script): Uint8Array[] {
  const whole = bytes ? [bytes] : frames.map(encodeFrame)
  if (!cutEvery) return whole
  const all = Buffer.concat(whole)
  const pieces: Uint8Array[] = []
  for (let at = 0; at < all.length; at += cutEvery) pieces.push(all.subarray(at, at + cutEvery))
  return pieces
}

/** Cuts the connection, after what was written has left: the reader shall see it break off, not never begin. */
function reset(response: ServerResponse): void {
  response.destroyedByFake = true
  const { socket } = response
  if (!socket) return
  socket.write('', () => socket.resetAndDestroy())
}

const drained = (response: ServerResponse) =>
  new Promise<void>((resolve) => {
    response.once('drain', resolve)
    response.once('close', resolve)
  })

const pause = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds))

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
