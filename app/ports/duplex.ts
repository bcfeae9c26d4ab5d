import type { UpstreamOptions, UpstreamRequest, UpstreamResponse } from './transport.ts'

/** An exchange over HTTP/2 whose two directions run at the same time. */
export interface DuplexExchange {
  /** Resolves when the bytes are on their way and there is room for more. Rejects when the connection broke. */
  write(bytes: Uint8Array): Promise<void>
  /** The body has ended. */
  end(): void
  /** Resolves with the head of the answer, which may come before the body has ended. */
  response: Promise<UpstreamResponse>
  /** Resets the stream unless both sides have ended. */
  cancel(): void
}

/** Opens such an exchange. Errors are those of `Transport`. */
export type Duplex = (
  request: Omit<UpstreamRequest, 'body'>,
  options: UpstreamOptions,
) => Promise<DuplexExchange>
