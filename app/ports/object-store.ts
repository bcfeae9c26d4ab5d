import type { ByteRange } from '../codecs/bytes/byte-range.ts'

/** One kept object, as a listing tells it. */
export interface StoredObject {
  key: string
  /** Bytes. */
  size: number
  /** Unix milliseconds of its writing; of the beginning of its writing where the store knows no better. */
  modified: number
}

interface PutObjectOptions {
  /** Only when nothing has the key. */
  ifAbsent?: boolean
}

export interface ListObjectsOptions {
  /** Only keys behind this one; it need not exist. */
  after?: string
  limit?: number
}

export interface PresignOptions {
  method: 'GET' | 'PUT'
  /** How long the URL holds. */
  seconds: number
  /** Of what is read by it: its content type and disposition. */
  type?: string
  disposition?: string
}

/**
 * Large things by key. A key is one or more segments between slashes; a segment is never empty, begins
 * with no dot, holds no control character and at most 255 bytes of UTF-8, the whole key at most 900. No
 * key is another's folder. Everything is strongly consistent: what has been acknowledged is there for
 * everybody, whole, also after a crash.
 */
export interface ObjectStore {
  /**
   * Writes the whole object or nothing; resolves when it is durable. Undefined when `ifAbsent` did not
   * hold. A body that fails is rejected with its own error, and leaves nothing. The pieces of a stream
   * belong to the store, which may reuse their memory.
   */
  put(
    key: string,
    body: ReadableStream<Uint8Array> | Uint8Array,
    options?: PutObjectOptions,
  ): Promise<StoredObject | undefined>
  /**
   * The bytes, or a range that lies within them, read as they are asked for; undefined when there is no
   * such object. Cancel what is not read to its end.
   */
  get(key: string, range?: ByteRange): Promise<ReadableStream<Uint8Array> | undefined>
  /** Harmless when there is no such object, which is told by `false`; undefined where the store does not know. */
  delete(key: string): Promise<boolean | undefined>
  /** By key, ascending by the bytes of ASCII; fewer than `limit` (1000 when absent) are the last. */
  list(prefix: string, options?: ListObjectsOptions): Promise<StoredObject[]>
  /** A new object made of others, in order. They stay. Throws when one is missing. */
  join(key: string, sources: readonly StoredObject[]): Promise<StoredObject>
  /** A URL by which anybody may read or write this one object. */
  presign?(key: string, options: PresignOptions): Promise<string>
  /** Headers that whoever writes by such a URL has to send: they are signed into it. */
  writeHeaders?: Readonly<Record<string, string>>
  /** The `s3://` address by which models may read it. */
  address?(key: string): string
}
