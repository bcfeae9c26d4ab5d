/** Where the text of one streamed answer goes. */
export interface Sink {
  /** A promise means the reader is slow: write no more until it resolves. It also resolves when the reader leaves. */
  write(text: string): Promise<void> | undefined
  /** Ends the answer well. Trailers go out where the runtime has them and `StreamStart` named them. */
  end(trailers?: Record<string, string>): void
  /** The connection is cut so that the reader sees a broken transfer. */
  abort(): void
}

export interface StreamStart {
  status: number
  headers: Record<string, string>
  /** Every character of the text is one byte: the answer is no text at all. */
  binary?: boolean
  /** Names of the trailers that may follow. */
  trailers?: readonly string[]
  /** What the runtime handed to the app with this request (Hono's `c.env`). */
  env: unknown
  /** The reader left before `end`. Called at most once. */
  onLeave(): void
}

/** Opens an SSE answer: straight to the socket where the runtime can, a ReadableStream elsewhere. */
export type StreamOut = (start: StreamStart, run: (sink: Sink) => Promise<void>) => Response

/** How a large answer went. */
export interface BytesEnd {
  ended: 'complete' | 'failed' | 'caller-left'
  /** Sent of its body, where it is known. */
  bytes?: number
  /** What made it fail. */
  error?: unknown
}

/**
 * Sends a large answer, of which the headers know the length; a ReadableStream in a Response where it is absent.
 * `ended` is called once.
 */
export type BytesOut = (
  start: Pick<StreamStart, 'status' | 'headers' | 'env'>,
  body: ReadableStream<Uint8Array>,
  ended?: (end: BytesEnd) => void,
) => Response
