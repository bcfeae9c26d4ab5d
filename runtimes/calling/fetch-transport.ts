import { GatewayError } from '../../app/errors.ts'
import type { ByteSource, Transport, UpstreamResponse } from '../../app/ports/transport.ts'
import { callerLeft } from '../serving/caller-left.ts'
import type { AtTurn } from '../serving/turn.ts'

/** What differs between platforms. */
interface Platform {
  /** Members of the options of `fetch` only this one knows. */
  extras?: Record<string, unknown>
  /** Answers that come in together are handed over together. Absent where each goes its own way. */
  atTurn?: AtTurn
}

/**
 * Upstream calls over the platform's `fetch`, which does not tell when a connection stands, so `connectTimeout` is
 * the platform's own.
 */
export function createFetchTransport({ extras, atTurn }: Platform = {}): Transport {
  return {
    async send({ origin, path, method, headers, body }, { signal }) {
      if (signal.aborted) throw callerLeft(signal)
      // Beside the caller's signal: cancelling a body does not close the connection everywhere.
      const stopped = new AbortController()
      const leave = () => stopped.abort(signal.reason)
      signal.addEventListener('abort', leave)
      const release = () => signal.removeEventListener('abort', leave)
      try {
        const response = await fetch(origin + path, {
          ...extras,
          method,
          headers,
          body: body as BodyInit | undefined,
          redirect: 'manual',
          signal: stopped.signal,
        })
        if (atTurn) await new Promise<void>(atTurn)
        return upstreamResponse(response, { signal, stopped, release })
      } catch (thrown) {
        release()
        throw signal.aborted ? callerLeft(signal) : noResponse(thrown)
      }
    },
  }
}

/** What ends a call early, and what is to be tidied up when it has ended. */
interface Call {
  signal: AbortSignal
  stopped: AbortController
  release(): void
}

function upstreamResponse(response: Response, call: Call): UpstreamResponse {
  return {
    status: response.status,
    header: (name) => response.headers.get(name) ?? undefined,
    body: byteSource(response, call),
    async text() {
      try {
        return await response.text()
      } catch (thrown) {
        throw broken(thrown, call)
      } finally {
        call.release()
      }
    },
  }
}

function byteSource(response: Response, call: Call): ByteSource {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  let ended = !response.body
  const end = () => {
    ended = true
    call.release()
  }
  return {
    async read() {
      if (call.stopped.signal.aborted) throw broken(undefined, call)
      if (ended) return undefined
      reader ??= response.body!.getReader()
      try {
        const { value } = await reader.read()
        if (value === undefined) end()
        return value
      } catch (thrown) {
        call.release()
        throw broken(thrown, call)
      }
    },
    cancel() {
      if (ended) return
      end()
      call.stopped.abort()
    },
  }
}

function broken(cause: unknown, { signal, stopped }: Call): GatewayError {
  if (signal.aborted) return callerLeft(signal)
  if (stopped.signal.aborted) {
    return new GatewayError('caller-left', 'The answer was no longer wanted.', { cause })
  }
  return new GatewayError('upstream', 'The connection to the model broke off.', { cause })
}

function noResponse(cause: unknown): GatewayError {
  if (/time(d|\s)*out/i.test(String(cause))) {
    return new GatewayError('timeout', 'The model could not be reached in time.', { cause })
  }
  return new GatewayError('overloaded', 'The model could not be reached. Retry the request.', {
    cause,
  })
}
