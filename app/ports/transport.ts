/** How bytes leave for an upstream: undici on Node, the platform's `fetch` elsewhere. */
export interface UpstreamRequest {
  method: string
  /** Scheme, host and port: `https://bedrock-runtime.us-east-1.amazonaws.com`. */
  origin: string
  /** Path and query, already encoded as it shall stand on the wire. */
  path: string
  headers: Record<string, string>
  body?: string | Uint8Array
}

export interface UpstreamOptions {
  signal: AbortSignal
  /** Milliseconds until a connection must stand. */
  connectTimeout?: number
}

/** Bytes, pulled. Nothing is read from the network while nobody asks (back-pressure). */
export interface ByteSource {
  /** All bytes that are here, at least one network read; `undefined` at the end. Throws when the connection breaks. */
  read(): Promise<Uint8Array | undefined>
  /** Closes the connection unless it has ended. */
  cancel(): void
}

export interface UpstreamResponse {
  status: number
  /** Lower-case names. */
  header(name: string): string | undefined
  body: ByteSource
  /** The whole body as text. */
  text(): Promise<string>
}

/**
 * Throws `GatewayError`: `timeout` when no connection stood in time, `overloaded` when it was refused or
 * broke, `caller-left` when the signal fired.
 */
export interface Transport {
  send(request: UpstreamRequest, options: UpstreamOptions): Promise<UpstreamResponse>
}
