import type { ClientHttp2Stream } from 'node:http2'
import { GatewayError } from '../../app/errors.ts'
import type { Duplex, DuplexExchange } from '../../app/ports/duplex.ts'
import type { ByteSource, UpstreamResponse } from '../../app/ports/transport.ts'
import { callerLeft } from '../serving/caller-left.ts'

const CONNECT_TIMEOUT = 10_000

/**
 * Exchanges over node:http2, which Bun and Deno have as well; each on a connection of its own, which is
 * closed with it: they last as long as somebody speaks. Loaded when first used.
 */
export const http2Duplex: Duplex = async ({ method, origin, path, headers }, options) => {
  const { signal, connectTimeout = CONNECT_TIMEOUT } = options
  if (signal.aborted) throw callerLeft(signal)
  const { connect } = await import('node:http2')
  const session = connect(origin)
  const timer = setTimeout(
    () => session.destroy(new GatewayError('timeout', 'The connection could not be made in time.')),
    connectTimeout,
  )
  session.once('connect', () => clearTimeout(timer))
  const stream = session.request(
    { ':method': method, ':path': path, ':authority': new URL(origin).host, ...headers },
    { endStream: false },
  )
  const close = () => {
    clearTimeout(timer)
    session.close()
  }
  let failure: unknown
  // Both may fail, and each hears of the other: the first to fail knows why.
  const fail = (thrown: unknown) => {
    failure ??= signal.aborted ? callerLeft(signal) : asTrouble(thrown)
  }
  const cancel = () => {
    if (!stream.destroyed) stream.destroy()
    session.destroy()
  }
  session.on('error', fail)
  stream.on('error', fail)
  stream.once('close', close)
  const leave = () => {
    failure ??= callerLeft(signal)
    cancel()
  }
  signal.addEventListener('abort', leave, { once: true })
  stream.once('close', () => signal.removeEventListener('abort', leave))
  const response = headOf(stream, () => failure)
  response.catch(() => {})
  return {
    write: (bytes) => written(stream, bytes, () => failure),
    end: () => void stream.end(),
    response,
    cancel,
  } satisfies DuplexExchange
}

const asTrouble = (thrown: unknown) => (thrown instanceof GatewayError ? thrown : broken(thrown))

const broken = (cause: unknown) =>
  new GatewayError('overloaded', 'The upstream could not be reached. Retry the request.', { cause })

type Failure = () => unknown

function written(stream: ClientHttp2Stream, bytes: Uint8Array, failure: Failure): Promise<void> {
  return new Promise((resolve, reject) => {
    if (stream.destroyed || stream.writableEnded) return reject(failure() ?? broken(undefined))
    const hasRoom = stream.write(bytes)
    if (hasRoom) return resolve()
    const done = () => {
      stream.off('drain', done)
      stream.off('close', done)
      if (stream.destroyed) reject(failure() ?? broken(undefined))
      else resolve()
    }
    stream.on('drain', done)
    stream.on('close', done)
  })
}

function headOf(stream: ClientHttp2Stream, failure: Failure): Promise<UpstreamResponse> {
  return new Promise((resolve, reject) => {
    stream.once('close', () => reject(failure() ?? broken(undefined)))
    stream.once('response', (headers) => {
      const body = bodyOf(stream, failure)
      resolve({
        status: Number(headers[':status']),
        header: (name) => {
          const value = headers[name]
          return value === undefined ? undefined : String(value)
        },
        body,
        text: async () => {
          const decoder = new TextDecoder()
          let text = ''
          for (let bytes = await body.read(); bytes; bytes = await body.read()) {
            text += decoder.decode(bytes, { stream: true })
          }
          return text + decoder.decode()
        },
      })
    })
  })
}

/** Reads as it is asked; what waits stays in the stream, whose window then closes. */
function bodyOf(stream: ClientHttp2Stream, failure: Failure): ByteSource {
  const next = (): Uint8Array | undefined => stream.read() ?? undefined
  return {
    read: () =>
      new Promise((resolve, reject) => {
        const look = () => {
          const bytes = next()
          const isOver = stream.readableEnded || stream.destroyed
          if (bytes === undefined && !isOver) return
          for (const event of EVENTS) stream.off(event, look)
          if (bytes !== undefined || stream.readableEnded) resolve(bytes)
          else reject(failure() ?? broken(undefined))
        }
        for (const event of EVENTS) stream.on(event, look)
        look()
      }),
    cancel() {
      if (!stream.destroyed && !stream.readableEnded) stream.destroy()
    },
  }
}

const EVENTS = ['readable', 'end', 'close'] as const
