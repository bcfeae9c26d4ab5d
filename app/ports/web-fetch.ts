/** How a URL that a caller wrote is fetched. Nothing else in the house opens such URLs. */
export interface WebFetchOptions {
  /** More bytes than this end the fetch with `too-large`. */
  maxBytes: number
  /** Milliseconds for everything: names, redirects, body. A server that says next to nothing for four seconds is given up earlier. */
  timeout: number
  signal: AbortSignal
}

export interface FetchedFile {
  bytes: Uint8Array
  /** As the server claims it. */
  mediaType?: string
  /** The last path segment of the final URL, decoded. */
  name?: string
}

/**
 * Fetches a public URL. Every address, also behind each redirect, is checked against the address policy
 * before a byte is sent to it, and the connection goes to the address that was checked. Throws
 * `GatewayError`: `too-large`, `invalid-request` when not public, unreachable, too slow or not answered
 * with 200.
 */
export type WebFetch = (url: string, options: WebFetchOptions) => Promise<FetchedFile>
