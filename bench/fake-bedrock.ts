/**
 * A fake Bedrock on bare sockets, every byte of its answers made beforehand, so that it costs next to
 * nothing beside the gateway that is measured. Started alone: `PORT=9000 FAKE_TOKENS=64 node bench/fake-bedrock.ts`.
 * `POST /-/settings` changes how it answers, `GET /-/stats` tells what it saw.
 */
import { createServer, type Server, type Socket } from 'node:net'
import {
  chunkedAnswer,
  DEFAULTS,
  jsonAnswer,
  type Prepared,
  prepare,
  type Settings,
} from './fake-answers.ts'

export interface Stats {
  requests: number
  streams: number
  /** Requests that carried a SigV4 signature, and those that carried a bearer token. */
  signed: number
  bearer: number
  /** Streams whose reader went away before the end. */
  left: number
  /** Streams being written now. */
  running: number
  /** Connections open now. */
  open: number
}

interface Fake {
  settings: Settings
  prepared: Prepared
  stats: Stats
  /** How many streams `walk` has cut. */
  walked: number
}

const MODELS = [
  ['anthropic.claude-3-haiku-20240307-v1:0', 'Anthropic'],
  ['anthropic.claude-sonnet-4-20250514-v1:0', 'Anthropic'],
  ['amazon.nova-lite-v1:0', 'Amazon'],
  ['amazon.nova-pro-v1:0', 'Amazon'],
] as const

const modelArn = (id: string) => `arn:aws:bedrock:us-east-1::foundation-model/${id}`

const CONTROL: Record<string, Buffer> = {
  '/foundation-models': jsonAnswer({
    modelSummaries: MODELS.map(([id, provider]) => ({
      modelArn: modelArn(id),
      modelId: id,
      modelName: id,
      providerName: provider,
      inputModalities: ['TEXT', 'IMAGE'],
      outputModalities: ['TEXT'],
      responseStreamingSupported: true,
      customizationsSupported: [],
      inferenceTypesSupported: ['ON_DEMAND', 'INFERENCE_PROFILE'],
      modelLifecycle: { status: 'ACTIVE' },
    })),
  }),
  '/inference-profiles': jsonAnswer({
    inferenceProfileSummaries: MODELS.map(([id]) => ({
      inferenceProfileId: `us.${id}`,
      inferenceProfileName: `US ${id}`,
      inferenceProfileArn: `arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.${id}`,
      models: [{ modelArn: modelArn(id) }],
      status: 'ACTIVE',
      type: 'SYSTEM_DEFINED',
    })),
  }),
}

const THROTTLED = jsonAnswer(
  { __type: 'ThrottlingException', message: 'Too many requests, please wait.' },
  '429 Too Many Requests',
)

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'

/** One byte further with every stream, and round again at the end of the body. */
function walkingCut(body: Buffer, turn: number): Buffer[] {
  const at = 1 + (turn % (body.length - 1))
  return chunkedAnswer([body.subarray(0, at), body.subarray(at)])
}

function sendStream(fake: Fake, socket: Socket, writes: Buffer[]): void {
  const { firstMs, delayMs } = fake.settings
  let next = 0
  let timer: NodeJS.Timeout | undefined
  fake.stats.streams++
  fake.stats.running++
  const onClose = () => {
    clearTimeout(timer)
    next = writes.length
    fake.stats.left++
    fake.stats.running--
  }
  const step = () => {
    const piece = writes[next++]
    if (!piece) return
    if (next < writes.length) {
      socket.write(piece)
      if (delayMs > 0) timer = setTimeout(step, delayMs)
      else setImmediate(step)
      return
    }
    // Counted before the write: the next request may arrive before the write's own callback.
    socket.off('close', onClose)
    fake.stats.running--
    socket.write(piece)
  }
  socket.once('close', onClose)
  if (firstMs > 0) timer = setTimeout(step, firstMs)
  else step()
}

function answer(fake: Fake, socket: Socket, head: string, body: Buffer): void {
  const path = head.split(' ', 2)[1]?.split('?', 1)[0] ?? '/'
  if (path === '/-/settings') {
    Object.assign(fake.settings, JSON.parse(body.toString() || '{}'))
    fake.prepared = prepare(fake.settings)
    fake.walked = 0
    socket.write(
      jsonAnswer({ ...fake.settings, bytes: fake.prepared.bodies['converse-stream']?.length }),
    )
    return
  }
  if (path === '/-/stats') {
    socket.write(jsonAnswer(fake.stats))
    return
  }
  fake.stats.requests++
  if (head.includes('AWS4-HMAC-SHA256')) fake.stats.signed++
  else if (head.includes('earer ')) fake.stats.bearer++
  const { throttled } = fake.settings
  if (throttled !== '' && decodeURIComponent(path).includes(throttled)) {
    socket.write(THROTTLED)
    return
  }
  const operation = path.slice(path.lastIndexOf('/') + 1)
  const stream = fake.prepared.streams[operation]
  const whole = fake.prepared.whole[operation] ?? CONTROL[path]
  if (stream) {
    const all = fake.prepared.bodies[operation]
    const writes = fake.settings.walk && all ? walkingCut(all, fake.walked++) : stream
    sendStream(fake, socket, writes)
  } else if (!whole) {
    socket.write(jsonAnswer({ message: `The fake knows no ${path}` }, '404 Not Found'))
  } else if (fake.settings.firstMs > 0) {
    setTimeout(() => socket.write(whole), fake.settings.firstMs)
  } else {
    socket.write(whole)
  }
}

/** Where the request that starts `bytes` ends, or undefined while it is not all here. */
function endOfRequest(bytes: Buffer, headEnd: number, head: string): number | undefined {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (length) {
    const end = headEnd + 4 + Number(length[1])
    return bytes.length < end ? undefined : end
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return headEnd + 4
  const last = bytes.indexOf('\r\n0\r\n\r\n', headEnd, 'latin1')
  return last < 0 ? undefined : last + 7
}

function serve(fake: Fake, socket: Socket): void {
  let rest: Buffer | undefined
  let continued = false
  fake.stats.open++
  socket.on('close', () => fake.stats.open--)
  // A reader that resets its connection is part of what is measured; `close` follows and counts it.
  socket.on('error', () => undefined)
  socket.on('data', (data: Buffer) => {
    rest = rest ? Buffer.concat([rest, data]) : data
    while (rest) {
      const bytes: Buffer = rest
      const headEnd = bytes.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      const head = bytes.toString('latin1', 0, headEnd)
      if (!continued && /\r\nexpect: 100-continue/i.test(head)) socket.write(CONTINUE)
      continued = true
      const end = endOfRequest(bytes, headEnd, head)
      if (end === undefined) return
      continued = false
      rest = end < bytes.length ? bytes.subarray(end) : undefined
      answer(fake, socket, head, bytes.subarray(headEnd + 4, end))
    }
  })
}

/** Listens on loopback; port 0 takes a free one. */
export function startFake(port: number, changes: Partial<Settings> = {}): Promise<Server> {
  const settings = { ...DEFAULTS, ...changes }
  const stats = { requests: 0, streams: 0, signed: 0, bearer: 0, left: 0, running: 0, open: 0 }
  const fake: Fake = { settings, prepared: prepare(settings), stats, walked: 0 }
  const server = createServer({ noDelay: true }, (socket) => serve(fake, socket))
  return new Promise((resolve) =>
    server.listen({ port, host: '127.0.0.1', backlog: 4096 }, () => resolve(server)),
  )
}

function fromEnvironment(env: NodeJS.ProcessEnv): Partial<Settings> {
  const out: Record<string, unknown> = {}
  for (const [name, fallback] of Object.entries(DEFAULTS)) {
    const value = env[`FAKE_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`]
    if (value === undefined) continue
    if (typeof fallback === 'string') out[name] = value
    else out[name] = typeof fallback === 'boolean' ? value === '1' : +value
  }
  return out
}

if (import.meta.main) {
  const server = await startFake(Number(process.env['PORT'] ?? 0), fromEnvironment(process.env))
  const address = server.address()
  console.log(`fake bedrock on port ${typeof address === 'object' ? address?.port : address}`)
}
