import { GatewayError } from '../../app/errors.ts'
import type { ByteSource } from '../../app/ports/transport.ts'
import type { AtTurn } from './turn.ts'

/** Bytes that may wait unread before the socket is paused. */
const HIGH_WATER = 64 * 1024

/** Where pushed chunks wait for whoever pulls. */
export interface ByteQueue extends ByteSource {
  /** Takes a chunk; true when the reader is behind and the pushing side shall pause. */
  push(chunk: Buffer): boolean
  end(): void
  /** No more will come. What has arrived is dropped unless it may still be read. */
  break(error: GatewayError, kept?: 'after what has arrived'): void
  /** Everything, as UTF-8. */
  text(): Promise<string>
}

interface Source {
  flow: { paused: boolean; resume(): void }
  /** The reader wants no more. */
  stop(error: GatewayError): void
  /** When a waiting reader is told of bytes. */
  atTurn: AtTurn
}

/** A queue between a pushing parser and a pulling reader; at most one `read` may be open. */
export function createByteQueue({ flow, stop, atTurn }: Source): ByteQueue {
  let chunks: Buffer[] = []
  let held = 0
  let limit = HIGH_WATER
  let ended = false
  let failure: GatewayError | undefined
  let wake: (() => void) | undefined

  const rouse = () => {
    wake?.()
    wake = undefined
  }
  const take = (): Buffer | undefined => {
    if (held > 0) {
      const bytes = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, held)
      chunks = []
      held = 0
      if (flow.paused) flow.resume()
      return bytes
    }
    if (failure) throw failure
    return undefined
  }
  // The reader is woken by a promise, so it takes all that one network read brought, not the first of it.
  const arrival = () =>
    new Promise<void>((resolve) => {
      wake = resolve
    })
  const read = async (): Promise<Buffer | undefined> => {
    if (held === 0 && !ended && !failure) await arrival()
    return take()
  }
  return {
    read,
    push(chunk) {
      chunks.push(chunk)
      held += chunk.length
      if (wake) atTurn(rouse)
      return held >= limit
    },
    end() {
      ended = true
      rouse()
    },
    break(error, kept) {
      failure = error
      if (!kept) {
        chunks = []
        held = 0
      }
      rouse()
    },
    cancel() {
      if (ended || failure) return
      stop(new GatewayError('caller-left', 'The answer was no longer wanted.'))
    },
    async text() {
      limit = Number.POSITIVE_INFINITY
      if (flow.paused) flow.resume()
      while (!ended && !failure) await arrival()
      if (failure) throw failure
      return take()?.toString() ?? ''
    },
  }
}
