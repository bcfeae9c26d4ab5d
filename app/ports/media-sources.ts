import type { FetchedFile, WebFetch, WebFetchOptions } from './web-fetch.ts'

/** Where a stored file lies, so that a model can read it by itself. */
interface LocatedFile {
  /** `s3://bucket/key`. */
  uri: string
  /** Bytes. */
  size: number
  mediaType: string
  name: string
}

/** Whence attachments come that a request only names. An absent member: that kind is not configured here. */
export interface MediaSources {
  /** `https:` URLs. */
  web?: WebFetch
  /** `s3://bucket/key`. Throws `permission` for buckets we may not read for callers. */
  s3?(uri: string, options: WebFetchOptions): Promise<FetchedFile>
  /** Throws `permission` unless a model may be sent to this `s3://` address on a caller's word. */
  checkS3?(uri: string): void
  /**
   * The first bytes of an object, enough to tell what it is; undefined where it cannot be looked at. Throws
   * `permission` as `checkS3`.
   */
  beginningInS3?(uri: string, options: { signal: AbortSignal }): Promise<Uint8Array | undefined>
  /** A file kept here, by its id, for its owner. Throws `not-found`. */
  file?(id: string, owner: string, options: WebFetchOptions): Promise<FetchedFile>
  /** Where a file kept here lies, if models can reach it there. Throws `not-found`. */
  locate?(id: string, owner: string): Promise<LocatedFile | undefined>
  /** Puts what is too large for a request where the model can read it; returns its `s3://` address. */
  stage?(file: FetchedFile, options: { signal: AbortSignal }): Promise<string>
}
